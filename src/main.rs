//! The `bodycopy` command. What it does is in [`bodycopy::commands`].

use std::process::ExitCode;

fn main() -> ExitCode {
    bodycopy::commands::main(std::env::args_os()).into()
}
