//! Bad input and hard places: each a clear message, nothing lost, the rest done.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::command::{StdinBytes as _, bodycopy, stderr, stdout};

const PLAIN: &str = "The bridge reopened on Monday.\nTraffic is back to normal.\n";

#[test]
fn a_missing_file_is_reported_and_the_rest_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = folder.path().join("good.txt");
    fs::write(&good, PLAIN).expect("written");
    let output = bodycopy()
        .arg(folder.path().join("none.txt"))
        .arg(&good)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), PLAIN);
    assert!(stderr(&output).contains("none.txt"), "{}", stderr(&output));
}

#[test]
fn a_folder_is_refused_with_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = bodycopy().arg(folder.path()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("this is a folder"), "{}", stderr(&output));
}

#[test]
#[cfg(unix)]
fn an_unreadable_file_is_reported() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("secret.txt");
    fs::write(&file, PLAIN).expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("set");
    if fs::read(&file).is_ok() {
        return; // The superuser reads everything.
    }
    let output = bodycopy().arg(&file).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("secret.txt"));
}

#[test]
fn bytes_that_are_not_utf8_and_nul_bytes_pass_exactly() {
    let mut text = b"Caf\xe9 closed\xff\nA\0B\n\xf0\x9f\nADVERTISEMENT\n".to_vec();
    let output = bodycopy().stdin_bytes(&text);
    text.truncate(text.len() - "ADVERTISEMENT\n".len());
    assert_eq!(output.stdout, text);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_line_in_another_encoding_is_still_matched_where_it_is_ascii() {
    let output = bodycopy().stdin_bytes(b"Caf\xe9 closed.\n\xb7 Advertisement \xb7\nIt reopened.\n");
    assert_eq!(
        output.stdout,
        b"Caf\xe9 closed.\n\xb7 Advertisement \xb7\nIt reopened.\n".to_vec()
    );
}

#[test]
fn a_byte_order_mark_stays_when_the_first_line_goes() {
    let output = bodycopy().stdin_bytes("\u{feff}ADVERTISEMENT\nThe bridge reopened.\n".as_bytes());
    assert_eq!(stdout(&output), "\u{feff}The bridge reopened.\n");
}

#[test]
fn records_that_cannot_be_cleaned_are_reported_with_their_line_and_passed_on() {
    let input = "{\"text\":\"ADVERTISEMENT\\nNews.\\n\"}\nnot json\n{\"body\":\"x\"}\n{\"text\":7}\n\n{\"text\":\"ADVERTISEMENT\"}";
    let output = bodycopy().args(["--format", "jsonl"]).stdin_bytes(input.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stdout(&output),
        "{\"text\":\"News.\\n\"}\nnot json\n{\"body\":\"x\"}\n{\"text\":7}\n\n{\"text\":\"\"}"
    );
    let errors = stderr(&output);
    assert_eq!(errors.lines().count(), 3, "{errors}");
    for (line, said) in errors.lines().zip([
        "-:2: not a JSON object",
        "-:3: no field `text`",
        "-:4: the field `text` is not a string",
    ]) {
        assert!(line.contains(said), "{line}");
    }
}

#[test]
fn no_byte_of_a_record_changes_but_those_of_removed_lines() {
    let input = "{ \"id\" : 1.50e3 ,\"text\" : \"caf\\u00e9\\u0020\\/\\nAdvertisement\\n\\ud83d\\ude00 ok\", \"z\":[ 1 ,2],\"a\":null}\r\n";
    let output = bodycopy().args(["--format", "jsonl"]).stdin_bytes(input.as_bytes());
    assert_eq!(stdout(&output), input.replace("Advertisement\\n", ""));
}

#[test]
fn a_closed_pipe_is_silent() {
    let mut child = bodycopy()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    for _ in 0..1000 {
        // The filter may end while we write.
        if stdin.write_all(PLAIN.repeat(100).as_bytes()).is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr(&output), "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_an_error() {
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let mut child = bodycopy()
        .stdin(Stdio::piped())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let _ = child.stdin.take().expect("a pipe").write_all(PLAIN.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("cannot write to standard output"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn the_ledger_does_not_overwrite_an_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("article.txt");
    fs::write(&file, PLAIN).expect("written");
    let output = bodycopy()
        .arg(&file)
        .arg("--ledger")
        .arg(&file)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).expect("still there"), PLAIN);
}

#[test]
fn a_very_long_line_passes_unjudged_with_a_warning() {
    let long = format!("Please consider supporting our journalism. {}", "x".repeat(3 << 20));
    let input = format!("News.\nADVERTISEMENT\n{long}\nADVERTISEMENT\nMore.\n{long}");
    let output = bodycopy().stdin_bytes(input.as_bytes());
    assert_eq!(stdout(&output), input.replace("ADVERTISEMENT\n", ""));
    assert_eq!(output.status.code(), Some(0));
    let warnings = stderr(&output);
    assert_eq!(warnings.lines().count(), 2, "{warnings}");
    assert!(warnings.contains("-:3: this line is longer than 1 MiB"), "{warnings}");
    assert_eq!(stderr(&bodycopy().arg("-q").stdin_bytes(input.as_bytes())), "");
}

#[test]
fn documents_in_one_stream_are_judged_apart() {
    let document = "Related stories\nBridge delayed\n";
    let input = format!("News of the day is here.\n{document}----\nThe second begins here.\n----\n");
    let output = bodycopy().args(["--separator", "----"]).stdin_bytes(input.as_bytes());
    assert_eq!(
        stdout(&output),
        "News of the day is here.\n----\nThe second begins here.\n----\n"
    );
}
