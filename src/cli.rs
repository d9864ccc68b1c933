//! Defines what a user can type. Nothing here has effects.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Args as ClapArgs, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

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
    /// Reads the command line, or ends the program with a message.
    ///
    /// Options of the filter before the name of a command would be lost without a word, so they are refused.
    pub fn read() -> Self {
        let mut definition = Self::command();
        let matches = definition.get_matches_mut();
        let typed = |id: &clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        let filter_option = matches.ids().find(|id| id.as_str() != "color" && typed(id));
        if let (Some(name), Some(option)) = (matches.subcommand_name(), filter_option) {
            let message = format!("`{option}` belongs to the filter; options of `{name}` come after it");
            definition.error(ErrorKind::ArgumentConflict, message).exit();
        }
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the verdict on each line, with the evidence for it
    Explain(ExplainArgs),
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

    /// The field of a JSONL record that holds the text [default: text]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,

    /// A line that stands between documents; it stays
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub separator: Option<String>,
}

/// Which patterns are used.
#[derive(Clone, Debug, ClapArgs)]
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
