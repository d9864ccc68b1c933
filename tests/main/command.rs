//! Runs the real binary.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// The binary, without the settings of a project that the tests may run in.
pub fn bodycopy() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bodycopy"));
    command.arg("--no-config").env("NO_COLOR", "1");
    command
}

pub trait StdinBytes {
    /// Runs with these bytes on standard input.
    fn stdin_bytes(&mut self, bytes: &[u8]) -> Output;
}

impl StdinBytes for Command {
    fn stdin_bytes(&mut self, bytes: &[u8]) -> Output {
        let mut child = self
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary was built");
        let mut stdin = child.stdin.take().expect("a pipe");
        let bytes = bytes.to_vec();
        // Written beside the reading, as a pipe holds only so much.
        let writer = std::thread::spawn(move || stdin.write_all(&bytes));
        let output = child.wait_with_output().expect("it ends");
        writer
            .join()
            .expect("the writer does not panic")
            .expect("all of it is read");
        output
    }
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}
