//! Runs that are stopped and run again.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::clean::{ARTICLE, CLEAN, records};
use crate::command::{bodycopy, stderr};
use crate::seeds;
use crate::tree::{Folder, gzip, zstd};

/// Many small files and some big ones: a run of them takes its time.
fn corpus(folder: &Folder) {
    let seeds = seeds::all();
    for round in 0..8 {
        for (number, (_, input, _)) in seeds.iter().enumerate() {
            folder.write(&format!("src/{round}/{number:03}.txt"), input);
        }
    }
    folder.write("src/3/shard.jsonl.zst", zstd(records("text").repeat(6)));
    folder.write("src/5/shard.jsonl.gz", gzip(records("text").repeat(6)));
    folder.write("src/image.png", b"\x89PNG\0\0");
}

/// Random numbers that are the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn command(folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(bodycopy().get_program());
    command
        .args(args)
        .current_dir(folder.path("."))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs the command ten times, killed at a random moment, and once to its end. Whenever it was killed, every file in `out` must be one of `wholes`, if it
/// is not a temporary one. Returns how often it was killed before its end.
fn killed_and_resumed(
    folder: &Folder,
    args: &[&str],
    unbroken: Duration,
    wholes: &[&BTreeMap<PathBuf, Vec<u8>>],
) -> u32 {
    let mut random = Random(20_261_123);
    let mut kills = 0;
    // Short enough that no run comes to its end before the last.
    let limit = u64::try_from(unbroken.as_millis()).expect("not that long") / 3;
    for _ in 0..10 {
        let mut child = command(folder, args).spawn().expect("it runs");
        std::thread::sleep(Duration::from_millis(random.below(limit)));
        child.kill().expect("sent");
        kills += u32::from(!child.wait().expect("it ended").success());
        for (path, bytes) in folder.files("out") {
            let temporary = path.extension().is_some_and(|extension| extension == "part");
            assert!(
                temporary || wholes.iter().any(|whole| whole[&path] == bytes),
                "{path:?} is not whole"
            );
        }
    }
    assert!(command(folder, args).status().expect("it runs").success());
    kills
}

#[test]
fn a_run_that_is_killed_and_resumed_equals_an_unbroken_one() {
    let folder = Folder::new();
    corpus(&folder);
    let start = Instant::now();
    folder.done(&["clean", "src", "-o", "whole", "--ledger", "whole.jsonl", "-q"]);
    let unbroken = start.elapsed();
    let whole = folder.files("whole");
    let args = ["clean", "src", "-o", "out", "--ledger", "out.jsonl", "-q"];
    let kills = killed_and_resumed(&folder, &args, unbroken, &[&whole]);
    assert!(kills > 0, "every run came to its end");
    assert!(folder.files("out") == whole);
    assert!(folder.read("out.jsonl") == folder.read("whole.jsonl"));
    for left in ["out.jsonl.part", "out.jsonl.earlier", "out.jsonl.spool"] {
        assert!(!folder.path(left).exists(), "{left}");
    }
}

#[test]
fn a_run_in_place_that_is_killed_and_resumed_loses_nothing() {
    let folder = Folder::new();
    corpus(&folder);
    let source = folder.contents("src");
    let start = Instant::now();
    folder.done(&["clean", "src", "-o", "whole", "-q"]);
    let unbroken = start.elapsed();
    // A copy of the sources, to be replaced.
    folder.done(&["clean", "src", "-o", "out", "--select", "caption", "-q"]);
    fs::remove_dir_all(folder.path("out/.bodycopy")).expect("removed");
    let (old, new) = (folder.files("out"), folder.files("whole"));
    let ledger = "ledger.jsonl.zst";
    let args = ["clean", "out", "--in-place", "--ledger", ledger, "-q"];
    killed_and_resumed(&folder, &args, unbroken, &[&old, &new]);
    assert!(folder.files("out") == new);
    folder.done(&["restore", "out", "--ledger", ledger, "-o", "back", "-q"]);
    let mut back = folder.contents("back");
    back.insert("image.png".into(), b"\x89PNG\0\0".to_vec());
    assert!(back == source);
}

#[test]
fn what_is_done_is_not_done_again_unless_it_changed() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/b.txt", ARTICLE);
    let args = ["clean", "src", "-o", "out", "--ledger", "ledger"];
    folder.done(&args);
    let ledger = folder.read("ledger");
    // To see whether it is written.
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let stamp = |name: &str| {
        fs::metadata(folder.path(name))
            .and_then(|metadata| metadata.modified())
            .expect("there")
    };
    let again = |args: &[&str], done: &str| {
        let output = folder.done(args);
        assert!(stderr(&output).contains(done), "{}", stderr(&output));
    };
    again(&args, "0 files cleaned, 0 of them unchanged; 2 done before");
    assert_eq!(folder.read("ledger"), ledger);

    // A new file, and one that changed.
    folder.write("src/c.txt", ARTICLE);
    folder.write("src/b.txt", CLEAN);
    again(&args, "2 files cleaned, 1 of them unchanged; 1 done before");
    assert_eq!(folder.read("ledger").matches("\"source\":").count(), 2);
    assert_eq!(folder.read("ledger").matches("\"file\":").count(), 3);

    // A target that is gone, or was written to.
    fs::remove_file(folder.path("out/a.txt")).expect("removed");
    folder.write("out/c.txt", "x");
    again(&args, "2 files cleaned, 0 of them unchanged; 1 done before");
    assert_eq!(folder.read("out/c.txt"), CLEAN);

    again(&[&args[..], &["--force"]].concat(), "3 files cleaned");

    // Other patterns: everything is judged again, and what comes out the same is not touched.
    for name in ["out/a.txt", "out/b.txt"] {
        let file = fs::File::options().write(true).open(folder.path(name)).expect("there");
        file.set_modified(old).expect("set");
    }
    again(&[&args[..], &["--ignore", "advertising"]].concat(), "3 files cleaned");
    assert_eq!(stamp("out/b.txt"), old);
    assert_ne!(stamp("out/a.txt"), old);
    assert_eq!(folder.read("out/a.txt"), ARTICLE);
}

#[test]
fn documents_that_could_not_be_judged_are_told_of_again() {
    let folder = Folder::new();
    folder.write("src/a.jsonl", "{\"text\":\"News.\"}\nnot json\n");
    folder.fails(&["clean", "src", "-o", "out"], &["a.jsonl:2: not a JSON object"]);
    folder.fails(
        &["clean", "src", "-o", "out"],
        &["1 of its documents could not be judged, by an earlier run"],
    );
}

#[test]
fn torn_lines_are_passed_over() {
    let folder = Folder::new();
    for name in ["a", "b", "c"] {
        folder.write(&format!("src/{name}.txt"), ARTICLE);
    }
    let args = ["clean", "src", "-o", "out", "--ledger", "ledger"];
    folder.done(&args);
    let ledger = folder.read("ledger");
    let journal = folder.read("out/.bodycopy/journal.jsonl");
    for length in [0, 1, journal.len() / 2, journal.len() - 1] {
        folder.write("out/.bodycopy/journal.jsonl", &journal[..length]);
        folder.done(&args);
        assert_eq!(folder.read("ledger"), ledger);
    }
    // As a killed run leaves it: a part, torn anywhere.
    for length in (0..ledger.len()).step_by(97) {
        fs::remove_file(folder.path("ledger")).expect("removed");
        folder.write("ledger.part", &ledger[..length]);
        folder.done(&args);
        assert_eq!(folder.read("ledger"), ledger, "torn after {length}");
    }
}

#[test]
fn temporary_files_of_a_killed_run_are_removed() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("out/deep/.bodycopy-0123456789abcdef.part", "half");
    folder.write("out/other.part", "mine");
    folder.done(&["clean", "src", "-o", "out"]);
    let files = folder.files("out");
    let names: Vec<_> = files.keys().map(|path| path.to_string_lossy()).collect();
    assert_eq!(names, ["a.txt", "other.part"]);
}
