//! The `bodycopy` command: parses arguments, runs the command, turns its result into an exit code.

mod cli;
mod commands;
mod output;
mod project;

use std::error::Error;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = cli::Args::read();
    args.color.write_global();
    match commands::run(args) {
        Ok(status) => status.into(),
        // Whoever reads the output has seen enough, as in `bodycopy article.txt | head`.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(format_args!("{error:#}"));
            ExitCode::from(2)
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
