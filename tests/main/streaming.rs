//! The filter as part of a pipeline: what is certain comes out at once, and memory stays bounded.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::command::bodycopy;

/// Starts the filter, and reads its lines beside the test.
fn start() -> (ChildStdin, Receiver<String>, std::process::Child) {
    let mut child = bodycopy()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let stdin = child.stdin.take().expect("a pipe");
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in stdout.lines() {
            if sender.send(line.expect("it reads")).is_err() {
                break;
            }
        }
    });
    (stdin, lines, child)
}

const SOON: Duration = Duration::from_secs(10);
const A_WHILE: Duration = Duration::from_millis(300);

#[test]
fn a_line_that_nothing_touches_comes_out_while_the_input_is_open() {
    let (mut stdin, lines, mut child) = start();
    for line in [
        "The council met on Tuesday.",
        "Bridge to reopen",
        "Das Rathaus bleibt am Montag geschlossen.",
    ] {
        writeln!(stdin, "{line}").expect("it reads");
        assert_eq!(lines.recv_timeout(SOON).as_deref(), Ok(line));
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_block_is_held_back_until_its_verdict_and_no_longer() {
    let (mut stdin, lines, mut child) = start();
    writeln!(
        stdin,
        "A Message from The Moscow Times:\nDear readers,\nIt rained here all week."
    )
    .expect("it reads");
    assert!(lines.recv_timeout(A_WHILE).is_err(), "the block may still end");
    writeln!(stdin, "Remind me later.\nThe court will rule on Friday.").expect("it reads");
    assert_eq!(
        lines.recv_timeout(SOON).as_deref(),
        Ok("The court will rule on Friday.")
    );
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_block_that_does_not_end_in_time_comes_out() {
    let (mut stdin, lines, mut child) = start();
    writeln!(stdin, "A Message from The Moscow Times reached the court on Monday.").expect("it reads");
    for number in 0..30 {
        writeln!(stdin, "Witness {number} spoke about the fire at the mill.").expect("it reads");
    }
    let first = lines.recv_timeout(SOON);
    assert_eq!(
        first.as_deref(),
        Ok("A Message from The Moscow Times reached the court on Monday.")
    );
    drop(stdin);
    assert_eq!(lines.iter().count(), 30);
    assert!(child.wait().expect("it ends").success());
}

/// The peak of resident memory stays far below the size of the input. Linux tells it under `/proc`.
#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_input() {
    const LIMIT_KIB: usize = 48 << 10;
    let (mut stdin, lines, mut child) = start();
    let reader = thread::spawn(move || lines.iter().count());
    let article = include_str!("../../seeds/article.txt");
    let long = format!("{}\n", "word ".repeat(300_000));
    for round in 0..2_000 {
        stdin.write_all(article.as_bytes()).expect("it reads");
        if round % 500 == 0 {
            // A line over the limit, and a hundred thousand blank ones.
            stdin.write_all(long.as_bytes()).expect("it reads");
            stdin.write_all("Advertisement\n".as_bytes()).expect("it reads");
            stdin.write_all("\n".repeat(100_000).as_bytes()).expect("it reads");
        }
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it is running");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("Linux tells the peak");
    let peak: usize = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    assert!(peak < LIMIT_KIB, "{peak} KiB");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    assert!(reader.join().expect("it reads") > 2_000);
}
