//! Bad input in a corpus: each a clear message with the path, nothing lost, the rest done.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::clean::{ARTICLE, CLEAN, records};
use crate::command::stderr;
use crate::tree::{Folder, gzip, zstd};

/// A file that is good, beside the bad ones.
fn folder_with_good_file() -> Folder {
    let folder = Folder::new();
    folder.write("src/good.txt", ARTICLE);
    folder
}

const CLEAN_SRC: &[&str] = &["clean", "src", "-o", "out", "--ledger", "ledger"];

#[test]
fn files_that_do_not_decompress_are_reported() {
    let folder = folder_with_good_file();
    let noise: String = (0..40_000u64)
        .map(|n| format!("{{\"text\":\"{}\"}}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let (gz, zst) = (gzip(&noise), zstd(&noise));
    assert!(gz.len() > 200_000 && zst.len() > 200_000);
    folder.write("src/cut.jsonl.gz", &gz[..gz.len() - 9]);
    folder.write("src/cut.jsonl.zst", &zst[..zst.len() - 9]);
    folder.write("src/small.txt.gz", &gzip(ARTICLE)[..30]);
    folder.write("src/small.txt.zst", &zstd(ARTICLE)[..30]);
    folder.write("src/none.txt.gz", ARTICLE);
    folder.write("src/none.txt.zst", ARTICLE);
    let mut damaged = gz;
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    folder.write("src/damaged.jsonl.gz", damaged);
    let output = folder.fails(CLEAN_SRC, &["7 failed", "1 files cleaned"]);
    for name in ["cut.jsonl.gz", "small.txt.gz", "none.txt.gz", "damaged.jsonl.gz"] {
        assert!(
            stderr(&output).contains(&format!("{name}: cannot decompress it as gzip")),
            "{}",
            stderr(&output)
        );
    }
    for name in ["cut.jsonl.zst", "small.txt.zst", "none.txt.zst"] {
        assert!(
            stderr(&output).contains(&format!("{name}: cannot decompress it as zstd")),
            "{}",
            stderr(&output)
        );
    }
    let files = folder.files("out");
    assert_eq!(files.len(), 1);
    assert_eq!(files[Path::new("good.txt")], CLEAN.as_bytes());
    assert_eq!(folder.read("ledger").lines().count(), 3);
}

#[test]
fn records_that_cannot_be_judged_pass_as_they_are() {
    let folder = folder_with_good_file();
    let bad = "{\"text\":\"ADVERTISEMENT\\nNews.\"}\n{\"body\":\"ADVERTISEMENT\"}\n{\"text\":7}\n\n{\"text\":\"ADVERTISEMENT\\nNews.";
    folder.write("src/bad.jsonl", bad);
    folder.fails(
        CLEAN_SRC,
        &[
            "bad.jsonl:2: no field `text`",
            "bad.jsonl:3: the field `text` is not a string",
            "bad.jsonl:5: not a JSON object: EOF",
            "3 that could not be judged",
        ],
    );
    assert_eq!(folder.read("out/bad.jsonl"), bad.replacen("ADVERTISEMENT\\n", "", 1));
    folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back"]);
    assert!(folder.files("back") == folder.files("src"));
}

#[test]
fn records_of_other_fields_are_not_listed_without_end() {
    let folder = folder_with_good_file();
    folder.write("src/bad.jsonl", "{\"body\":\"News.\"}\n".repeat(500));
    let output = folder.fails(CLEAN_SRC, &["500 that could not be judged"]);
    assert!(stderr(&output).lines().count() < 40, "{}", stderr(&output));
}

#[test]
fn binary_files_pass_as_they_are() {
    let folder = folder_with_good_file();
    folder.write("src/utf16.txt", b"\xff\xfeA\0D\0\n\0");
    folder.write("src/packed.txt.gz", gzip(b"A\0B\nADVERTISEMENT\n"));
    folder.write("src/late.txt", [&[b'x'; 8192][..], b"\0\nADVERTISEMENT\n"].concat());
    let output = folder.done(CLEAN_SRC);
    for name in ["utf16.txt", "packed.txt.gz"] {
        assert!(
            stderr(&output).contains(&format!("{name}: it is binary")),
            "{}",
            stderr(&output)
        );
    }
    assert!(!folder.read("out/late.txt").contains("ADVERTISEMENT"));
    folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back"]);
    assert!(folder.files("back") == folder.files("src"));
}

#[test]
#[cfg(unix)]
fn unreadable_folders_and_files_are_reported() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder_with_good_file();
    folder.write("src/closed/a.txt", ARTICLE);
    let secret = folder.write("src/secret.txt", ARTICLE);
    let closed = folder.path("src/closed");
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    set(&closed, 0o000);
    set(&secret, 0o000);
    if fs::read(&secret).is_err() {
        folder.fails(
            CLEAN_SRC,
            &[
                "src/closed: cannot read it",
                "src/secret.txt: cannot read it",
                "2 failed",
            ],
        );
        assert_eq!(folder.files("out").len(), 1);
    }
    set(&closed, 0o755);
    set(&secret, 0o644);
    // The superuser reads everything, but not through a loop.
    std::os::unix::fs::symlink("loop.txt", folder.path("src/loop.txt")).expect("made");
    folder.fails(&["clean", "src", "-o", "out2", "--follow"], &["loop.txt: "]);
    assert_eq!(folder.read("out2/good.txt"), CLEAN);
}

#[test]
#[cfg(unix)]
fn symbolic_links_are_left_alone_unless_asked_for() {
    use std::os::unix::fs::symlink;
    let folder = folder_with_good_file();
    folder.write("elsewhere/b.txt", ARTICLE);
    symlink(folder.path("elsewhere/b.txt"), folder.path("src/link.txt")).expect("made");
    symlink(folder.path("elsewhere"), folder.path("src/dir")).expect("made");
    folder.done(CLEAN_SRC);
    assert_eq!(folder.files("out").len(), 1);
    folder.done(&["clean", "src", "-o", "out2", "--follow"]);
    assert_eq!(folder.files("out2").len(), 3);
    assert_eq!(folder.read("out2/dir/b.txt"), CLEAN);
}

#[test]
#[cfg(unix)]
fn a_file_that_changes_while_it_is_read_is_not_written() {
    let folder = folder_with_good_file();
    let records = records("text");
    folder.write("src/growing.jsonl", records.repeat(10));
    let growing = folder.path("src/growing.jsonl");
    let run = std::thread::scope(|scope| {
        let run = scope.spawn(|| folder.run(CLEAN_SRC));
        while !run.is_finished() {
            let mut file = fs::File::options().append(true).open(&growing).expect("there");
            file.write_all(b"{\"text\":\"More.\"}\n").expect("written");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        run.join().expect("it ran")
    });
    assert_eq!(run.status.code(), Some(2));
    assert!(
        stderr(&run).contains("growing.jsonl: it changed while it was read"),
        "{}",
        stderr(&run)
    );
    assert_eq!(folder.files("out").len(), 1);
    // When it rests, it is done.
    folder.done(CLEAN_SRC);
    assert_eq!(folder.files("out").len(), 2);
}

#[test]
fn a_file_that_vanishes_is_reported_and_the_rest_is_done() {
    let folder = folder_with_good_file();
    // What is read first, for long enough.
    folder.write("src/a.jsonl", records("text").repeat(100));
    let last = folder.write("src/z.txt", ARTICLE);
    let run = std::thread::scope(|scope| {
        let run = scope.spawn(|| folder.run(&["clean", "src", "-o", "out", "-j", "1"]));
        // The destination is made when it is known what there is.
        while !folder.path("out").exists() && !run.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        fs::remove_file(&last).expect("there");
        run.join().expect("it ran")
    });
    assert_eq!(run.status.code(), Some(2), "{}", stderr(&run));
    assert!(stderr(&run).contains("z.txt: cannot read it"), "{}", stderr(&run));
    assert_eq!(folder.files("out").len(), 2);
    assert_eq!(folder.read("out/good.txt"), CLEAN);
}

#[test]
#[cfg(unix)]
fn permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder_with_good_file();
    let path = folder.path("src/good.txt");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
    folder.done(CLEAN_SRC);
    let mode = |name: &str| fs::metadata(folder.path(name)).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode("out/good.txt"), 0o640);
    folder.done(&["clean", "src", "--in-place", "--ledger", "in-place"]);
    assert_eq!(mode("src/good.txt"), 0o640);
}

#[test]
fn a_destination_that_cannot_be_written_is_said_at_once() {
    let folder = folder_with_good_file();
    folder.write("taken", "a file");
    folder.fails(
        &["clean", "src", "-o", "taken/out"],
        &["taken/out: cannot make the folder"],
    );
    folder.fails(
        &["clean", "src", "-o", "out", "--ledger", "taken/ledger"],
        &["taken/ledger"],
    );
    folder.fails(
        &["clean", "src", "-o", "out", "--report", "taken/report"],
        &["cannot create the report taken/report"],
    );
    assert!(folder.files("out").is_empty());
}

/// Makes a file system of a mebibyte, if this is the superuser on a Linux that lets it.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_reported_and_nothing_is_lost() {
    use std::process::Command;
    let folder = Folder::new();
    let small = folder.path("small");
    fs::create_dir(&small).expect("made");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "none"])
        .arg(&small)
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        return;
    }
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/b.txt", format!("{}\n", "x".repeat(900).repeat(2000)));
    folder.write("src/c.txt", ARTICLE);
    let run = folder.run(&["clean", "src", "-o", "small/out", "--ledger", "ledger"]);
    let read_only = Command::new("mount").args(["-o", "remount,ro"]).arg(&small).status();
    let read_only_run = folder.run(&["clean", "src", "-o", "small/out2"]);
    let files = folder.files("small/out");
    let unmounted = Command::new("umount").arg(&small).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    assert_eq!(run.status.code(), Some(2), "{}", stderr(&run));
    assert!(
        stderr(&run).contains("src/b.txt: cannot write small/out/b.txt"),
        "{}",
        stderr(&run)
    );
    assert_eq!(files.len(), 2, "{:?}", files.keys());
    assert_eq!(files[Path::new("c.txt")], CLEAN.as_bytes());
    if read_only.is_ok_and(|status| status.success()) {
        assert_eq!(read_only_run.status.code(), Some(2));
        assert!(
            stderr(&read_only_run).contains("small/out2: cannot make the folder"),
            "{}",
            stderr(&read_only_run)
        );
    }
}
