//! The commands, one file each. None of them decides anything about text: they read, call the library, and show.

mod clean;
mod diff;
mod documents;
mod eval;
mod explain;
mod filter;
mod generate;
mod ledger;
mod pager;
mod patterns;
mod progress;
mod restore;
mod review;

use std::error::Error;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::cli::{Args, Command};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// All done.
    Done,
    /// A check found something.
    Found,
    /// Something failed, and was reported; the rest was done.
    Failed,
}

impl ExitStatus {
    /// What the program ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Failed => 2,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// Runs the command with these arguments, the first of which is the program's name, and says on standard error what went wrong.
///
/// It never ends the process, and standard output is flushed when it returns.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let args = match Args::read(arguments) {
        Ok(args) => args,
        Err(message) => {
            // Nobody is left to tell when the pipe is closed.
            let _ = message.print();
            return match message.exit_code() {
                0 => ExitStatus::Done,
                _ => ExitStatus::Failed,
            };
        }
    };
    args.color.write_global();
    // Not every process that this runs in flushes Rust's standard output when it ends.
    let result = run(args).and_then(|status| io::stdout().flush().map(|()| status).map_err(Into::into));
    match result {
        Ok(status) => status,
        // Whoever reads the output has seen enough, as in `bodycopy article.txt | head`.
        Err(error) if is_closed_pipe(&error) => ExitStatus::Done,
        Err(error) => {
            crate::output::error(format_args!("{error:#}"));
            ExitStatus::Failed
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause: &(dyn Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

fn run(args: Args) -> Result<ExitStatus> {
    match args.command {
        None => filter::run(&args.filter),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Diff(args)) => diff::run(&args),
        Some(Command::Clean(args)) => clean::run(&args),
        Some(Command::Restore(args)) => restore::run(&args),
        Some(Command::Ledger(command)) => ledger::run(&command),
        Some(Command::Review(command)) => review::run(&command),
        Some(Command::Eval(args)) => eval::run(&args),
        Some(Command::Patterns(command)) => patterns::run(&command),
        Some(Command::Completions { shell }) => generate::completions(shell),
        Some(Command::Man) => generate::man(),
    }
}

/// Opens a file, or standard input for `-`.
fn open(path: &Path) -> Result<Box<dyn Read>> {
    use std::io::IsTerminal as _;
    if path == Path::new("-") {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            crate::output::note(format_args!(
                "reading text from the terminal; paste an article and end it with Ctrl-D"
            ));
        }
        return Ok(Box::new(stdin.lock()));
    }
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        bail!(
            "this is a folder; name the files in it, for example {}/*.txt",
            path.display()
        );
    }
    Ok(Box::new(file))
}

/// So much is read at once. A pipe gives up to 64 KiB.
const PIECE: usize = 64 << 10;

/// Reads what there is, as soon as there is something; nothing at the end of the input.
fn read_some(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}
