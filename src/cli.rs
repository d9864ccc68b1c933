//! Defines what a user can type. Nothing here has effects.

mod review;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Args as ClapArgs, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use review::{ApplyArgs, DiffArgs, DiffFormat, GroupBy, ReviewCommand, ReviewInput};

const ABOUT: &str = "Keeps the editorial body of news text and takes out what publishers wrap around it";

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 --check or `patterns check` found something; 2 an error.

A file that has the name of a command is written as a path: `bodycopy ./explain`.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "bodycopy", version, about = ABOUT, after_help = AFTER_HELP, subcommand_precedence_over_arg = true,
    override_usage = "bodycopy [OPTIONS] [FILE]...\n       bodycopy <COMMAND>")]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub filter: FilterArgs,

    /// Use colors
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

impl Args {
    /// Reads the command line, which begins with the program's name.
    ///
    /// Options of the filter before the name of a command would be lost without a word, so they are refused.
    ///
    /// # Errors
    /// What is to be printed instead of a run: a mistake, but also the help and the version.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut definition = Self::command();
        let matches = definition.try_get_matches_from_mut(arguments)?;
        let typed = |id: &clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let filter_option = matches.ids().find(|id| id.as_str() != "color" && typed(id));
        if let (Some(name), Some(option)) = (matches.subcommand_name(), filter_option) {
            let message = format!("`{option}` belongs to the filter; options of `{name}` come after it");
            return Err(definition.error(ErrorKind::ArgumentConflict, message));
        }
        Self::from_arg_matches(&matches)
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the verdict on each line, with the evidence for it
    Explain(ExplainArgs),
    /// Show what goes, as a diff with reasons
    Diff(Box<DiffArgs>),
    /// Make the decisions of a review stick
    #[command(subcommand)]
    Review(ReviewCommand),
    /// Clean a folder of files, with an account of every line
    Clean(Box<CleanArgs>),
    /// Rebuild the originals from a cleaned folder and its ledger
    Restore(RestoreArgs),
    /// Read a ledger: sum it up, or look for removals
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Score on labelled text: what is found, and what body copy is lost
    Eval(EvalArgs),
    /// List, show and prove patterns
    #[command(subcommand)]
    Patterns(PatternsCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, ClapArgs)]
pub struct FilterArgs {
    /// Files to read; `-` or none is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub patterns: PatternArgs,

    /// Write each removal to FILE, as a line of JSON
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,

    /// Keep everything, and mark what would go: [-text-]{category}
    #[arg(long, group = "what")]
    pub mark: bool,

    /// Write only what goes
    #[arg(long, group = "what")]
    pub only_removed: bool,

    /// Write only how many lines go, for each file
    #[arg(long, group = "what")]
    pub count: bool,

    /// Write only which lines would go; exit with 1 if there are any
    #[arg(long, group = "what")]
    pub check: bool,

    /// Do not warn
    #[arg(short, long)]
    pub quiet: bool,

    /// Say at the end what went, by category and pattern
    #[arg(short, long, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// How the input is made up.
#[derive(Clone, Debug, ClapArgs)]
pub struct InputArgs {
    /// What the input is
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// The field of a JSONL record that holds the text, as in `article.body` [default: text]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,

    /// What tells whose a document is: `path`, or a field with its URL, host or name
    #[arg(long, value_name = "path|FIELD")]
    pub publisher_from: Option<String>,

    /// A line that stands between documents; it stays
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub separator: Option<String>,
}

/// Which patterns are used.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct PatternArgs {
    /// Remove only these: categories, languages, sets or patterns; `default`, `all`
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub select: Vec<String>,

    /// Do not remove these: categories, languages, sets or patterns
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub ignore: Vec<String>,

    /// Add the pattern files of a folder; one with a built-in id takes its place
    #[arg(long, value_name = "DIR")]
    pub patterns: Vec<PathBuf>,

    /// Do not look for a bodycopy.toml
    #[arg(long)]
    pub no_config: bool,
}

#[derive(Debug, ClapArgs)]
pub struct ExplainArgs {
    /// The file to read; `-` or none is standard input
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    #[command(flatten)]
    pub patterns: PatternArgs,

    /// Write a line of JSON for each line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct CleanArgs {
    /// A folder to clean; or several folders and files
    #[arg(value_name = "SRC", required_unless_present = "files_from")]
    pub sources: Vec<PathBuf>,

    /// Clean the files that are listed in FILE, a path a line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "sources")]
    pub files_from: Option<PathBuf>,

    /// Write to this folder, in the shape of SRC
    #[arg(short, long, value_name = "OUT", required_unless_present_any = ["in_place", "dry_run"])]
    pub output: Option<PathBuf>,

    /// Replace the files of SRC by what stays of them; needs --ledger
    #[arg(long, conflicts_with = "output")]
    pub in_place: bool,

    /// What tells whose a document is: `path`, or a field with its URL, host or name
    #[arg(long, value_name = "path|FIELD")]
    pub publisher_from: Option<String>,

    /// What all files are; without it, their names tell
    #[arg(long, value_enum)]
    pub format: Option<CorpusFormat>,

    /// The fields of JSONL records, or columns of Parquet files, that hold text [default: text]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub text_field: Vec<String>,

    #[command(flatten)]
    pub patterns: PatternArgs,

    /// What becomes of text that goes
    #[arg(long, value_enum, default_value_t = Mode::Delete)]
    pub mode: Mode,

    /// Write what goes to this folder; with --mode split
    #[arg(long, value_name = "DIR")]
    pub removed: Option<PathBuf>,

    /// Leave a document whole that would lose a larger share of its characters, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub max_removed: Option<f64>,

    /// What becomes of files of other formats
    #[arg(long, value_enum, default_value_t = Others::Copy)]
    pub others: Others,

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

    /// Write each removal to FILE, as a line of JSON; `restore` needs it. Compressed if it ends in .zst
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,

    /// Write the counts, and what failed, to FILE as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// On how many threads [default: as many as there are cores]
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,

    /// Do again what an earlier run has done
    #[arg(long)]
    pub force: bool,

    /// Judge everything, and write nothing but --ledger and --report
    #[arg(long)]
    pub dry_run: bool,

    /// No progress, no summary
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, ClapArgs)]
pub struct RestoreArgs {
    /// The cleaned folder
    #[arg(value_name = "OUT")]
    pub tree: PathBuf,

    /// The ledger of the run that cleaned it
    #[arg(long, value_name = "FILE")]
    pub ledger: PathBuf,

    /// Write to this folder
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,

    /// Put back only these: patterns, sets, categories, files, or documents as FILE:NUMBER
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,

    /// No progress, no summary
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Say what went, by category and pattern
    Summary {
        /// The ledger
        #[arg(value_name = "FILE")]
        ledger: PathBuf,

        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Show removals: where, by which pattern, what
    Grep {
        /// The ledger
        #[arg(value_name = "FILE")]
        ledger: PathBuf,

        /// Only these: patterns, sets, categories, files, documents as FILE:NUMBER, or words of the removed text
        #[arg(value_name = "NAME")]
        names: Vec<String>,

        /// Write the lines of the ledger as they are
        #[arg(long)]
        json: bool,
    },
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share is a number from 0 to 1".to_owned()),
    }
}

#[derive(Debug, ClapArgs)]
pub struct EvalArgs {
    /// Files of records with `id`, `text` and `labels`, a letter for each line
    #[arg(value_name = "LABELLED", required = true)]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub patterns: PatternArgs,

    /// List every editorial line that was lost
    #[arg(long)]
    pub losses: bool,

    /// List every line that was left and should have gone
    #[arg(long)]
    pub misses: bool,

    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum PatternsCommand {
    /// List the pattern sets, or the patterns of some
    List {
        /// Categories, languages, sets or patterns to list
        #[arg(value_name = "NAME")]
        names: Vec<String>,

        #[command(flatten)]
        patterns: PatternArgs,
    },
    /// Show what a pattern or a set is, and where it comes from
    Show {
        /// The id of a pattern or a set
        id: String,

        #[command(flatten)]
        patterns: PatternArgs,
    },
    /// Prove the patterns of a folder with those built in, or only those built in
    Check {
        /// A folder of pattern files
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,

        /// Fail on warnings too
        #[arg(long)]
        strict: bool,

        /// Tell which patterns are found in none of these texts
        #[arg(long, value_name = "FILE", num_args = 1..)]
        corpus: Vec<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Plain text, Markdown
    Text,
    /// A JSON object a line
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CorpusFormat {
    /// Plain text, Markdown: .txt .text .md .markdown
    Text,
    /// A JSON object a line: .jsonl .ndjson
    Jsonl,
    /// Web archives: .warc .wet
    Warc,
    /// Tables: .parquet
    Parquet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// It is left out
    Delete,
    /// It stays, in marks: [-text-]{category}
    Mark,
    /// It is left out, and written to --removed
    Split,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Others {
    /// They are copied
    Copy,
    /// They are left
    Skip,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Makes it the choice for all that is written from here on.
    pub fn write_global(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Args::command().debug_assert();
    }
}
