//! Defines what a user can type to review removals.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{CorpusFormat, PatternArgs, share};

const DIFF_AFTER_HELP: &str = "\
With one source, what the filter would remove from it. With two, how the second differs from the first. With --ledger, what an earlier run removed. With \
--patterns-before or --patterns-after, what two versions of the pattern sets remove differently.

The pager is that of BODYCOPY_PAGER or PAGER, or `less`.";

#[derive(Debug, ClapArgs)]
#[command(after_help = DIFF_AFTER_HELP, override_usage = "bodycopy diff [OPTIONS] [FILE|DIR|-]\n       \
    bodycopy diff [OPTIONS] BEFORE AFTER\n       \
    bodycopy diff [OPTIONS] --ledger LEDGER [DIR]\n       \
    bodycopy diff [OPTIONS] --patterns-before DIR --patterns-after DIR [FILE|DIR|-]")]
pub struct DiffArgs {
    /// What is reviewed; `-` or none is standard input. Two are compared
    #[arg(value_name = "FILE|DIR", num_args = 0..=2)]
    pub sources: Vec<PathBuf>,

    /// Show what an earlier run removed, as its ledger says; with the folder that was cleaned, or with what was left of it, also the text around
    #[arg(long, value_name = "LEDGER")]
    pub ledger: Option<PathBuf>,

    /// Show what changes from the patterns of this folder; with a judge.toml it stands for all sets, without one it is added to those built in
    #[arg(long, value_name = "DIR", conflicts_with = "ledger")]
    pub patterns_before: Option<PathBuf>,

    /// Show what changes to the patterns of this folder
    #[arg(long, value_name = "DIR", conflicts_with = "ledger")]
    pub patterns_after: Option<PathBuf>,

    /// Before on the left, after on the right
    #[arg(long, group = "view")]
    pub side_by_side: bool,

    /// The text as it runs, with what goes struck out
    #[arg(long, group = "view")]
    pub inline: bool,

    /// Groups, each with counts and samples, the rarest and least certain first
    #[arg(long, value_enum, group = "view")]
    pub by: Option<GroupBy>,

    /// Write the review to FILE, as a page for a browser, and nothing else
    #[arg(long, value_name = "FILE", group = "view")]
    pub html: Option<PathBuf>,

    /// So many samples of a group, with --by
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub samples: usize,

    /// What is written
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,

    /// So many unchanged lines before and behind a change [default: 3; with --by 1, with --html 2]
    #[arg(short = 'U', long, value_name = "N")]
    pub context: Option<usize>,

    /// So many columns [default: those of the terminal]
    #[arg(long, value_name = "N")]
    pub width: Option<usize>,

    /// Do not page, even on a terminal
    #[arg(long)]
    pub no_pager: bool,

    /// Exit with 1 if there is any difference
    #[arg(long)]
    pub exit_code: bool,

    #[command(flatten)]
    pub input: ReviewInput,

    #[command(flatten)]
    pub patterns: PatternArgs,

    /// Leave a document whole that would lose a larger share of its characters, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub max_removed: Option<f64>,

    /// No progress, no warnings
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Keep from now on what was rejected: as exceptions, in a folder beside the bodycopy.toml
    Apply(ApplyArgs),
}

#[derive(Debug, ClapArgs)]
pub struct ApplyArgs {
    /// Files of decisions, as the page saves them; `-` is standard input
    #[arg(value_name = "DECISIONS", required = true)]
    pub decisions: Vec<PathBuf>,

    /// Put these patterns out of use, instead of making exceptions to them
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub switch_off: Vec<String>,

    /// Write the exceptions to standard output, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    /// The pattern that removes it
    Pattern,
    /// The category
    Category,
    /// Whose pattern it is
    Publisher,
    /// The document
    Document,
}

/// How the sources of a review are read.
#[derive(Debug, ClapArgs)]
pub struct ReviewInput {
    /// What all files are; without it, their names tell
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub input_format: Option<CorpusFormat>,

    /// The fields of JSONL records, or columns of Parquet files, that hold text [default: text]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub text_field: Vec<String>,

    /// What tells whose a document is: `path`, or a field with its URL, host or name
    #[arg(long, value_name = "path|FIELD")]
    pub publisher_from: Option<String>,

    /// Take only files that match
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,

    /// Leave files and folders that match
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Take hidden files too
    #[arg(long)]
    pub hidden: bool,

    /// Follow symbolic links
    #[arg(long)]
    pub follow: bool,

    /// On how many threads [default: as many as there are cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// A diff for reading
    Text,
    /// A patch for `patch -p1` and `git apply`
    Patch,
    /// A line of JSON for each change
    Json,
}
