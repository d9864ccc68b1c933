//! The seeds: what must go goes, what must stay stays, byte for byte, in every form of input.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bodycopy::{PatternSets, Selection, Stripper};

/// Every seed with what must be left of it.
pub fn all() -> Vec<(PathBuf, Vec<u8>, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut seeds = Vec::new();
    for entry in fs::read_dir(folder).expect("the seeds") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".clean.txt") {
            let input = path.with_file_name(format!("{stem}.txt"));
            seeds.push((
                input.clone(),
                fs::read(&input).expect("its input"),
                fs::read(&path).expect("its output"),
            ));
        }
    }
    seeds.sort();
    seeds
}

/// The built-in sets, made ready once.
pub fn stripper() -> &'static Stripper {
    static STRIPPER: LazyLock<Stripper> =
        LazyLock::new(|| Stripper::new(&PatternSets::builtin().expect("sound"), Selection::default()));
    &STRIPPER
}

#[test]
fn every_seed_is_left_as_it_should_be() {
    let stripper = stripper();
    let seeds = all();
    assert!(seeds.len() >= 25, "{} seeds", seeds.len());
    let mut wrong = Vec::new();
    for (path, input, output) in seeds {
        let left = stripper.strip(&input).bytes(&input);
        if left != output {
            let (left, output) = (String::from_utf8_lossy(&left), String::from_utf8_lossy(&output));
            wrong.push(format!("{}\n--- left\n{left}\n--- should be\n{output}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Texts of journalism in the words of appeals, in `seeds/traps`, separated by a line `%%`; each with its file.
pub fn traps() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/traps");
    let mut traps = Vec::new();
    for entry in fs::read_dir(folder).expect("the traps") {
        let path = entry.expect("readable").path();
        let text = fs::read_to_string(&path).expect("UTF-8");
        traps.extend(text.split("\n%%\n").map(|trap| (path.clone(), trap.to_owned())));
    }
    traps
}

#[test]
fn nothing_goes_from_a_trap() {
    let traps = traps();
    let mut lost = Vec::new();
    for (path, trap) in &traps {
        for removal in stripper().strip(trap.as_bytes()).removals {
            let text = trap[removal.bytes].trim();
            lost.push(format!("{}: {} takes {text}", path.display(), removal.pattern.id));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
    assert!(traps.len() >= 250, "{} traps", traps.len());
}

#[test]
fn filtering_twice_is_filtering_once() {
    let stripper = stripper();
    for (path, input, _) in all() {
        let once = stripper.strip(&input).bytes(&input);
        let twice = stripper.strip(&once).bytes(&once);
        assert_eq!(once, twice, "{}", path.display());
    }
}

#[test]
fn line_endings_make_no_difference() {
    let stripper = stripper();
    for (path, input, output) in all() {
        let (Ok(input), Ok(output)) = (String::from_utf8(input), String::from_utf8(output)) else {
            continue;
        };
        let (input, output) = (input.replace("\r\n", "\n"), output.replace("\r\n", "\n"));
        for ending in ["\r\n", "\r"] {
            let input = input.replace('\n', ending);
            let left = stripper.strip(input.as_bytes()).text(&input);
            assert_eq!(left, output.replace('\n', ending), "{} with {ending:?}", path.display());
        }
    }
}
