//! The layout of the source: arrows point one way, and the library keeps to itself.

use std::fs;
use std::path::{Path, PathBuf};

/// The parts of the library, each of which may use only those after it.
const LAYERS: &[&str] = &[
    "review", "corpus", "check", "eval", "ledger", "jsonl", "engine", "patterns", "text",
];

/// The parts of the command, in the same order. All of them stand above the library.
const COMMAND: &[&str] = &["commands", "project", "output", "cli"];

#[test]
fn each_part_uses_only_those_below_it() {
    let layers = [COMMAND, LAYERS].concat();
    for (at, layer) in layers.iter().enumerate() {
        for (path, source) in sources(layer) {
            for upper in &layers[..=at] {
                let own = upper == layer;
                let uses = format!("crate::{upper}");
                assert!(
                    own || !source.contains(&uses),
                    "{} uses {upper}, which is above it",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_library_does_not_print_read_the_environment_or_open_files() {
    for layer in LAYERS {
        for (path, source) in sources(layer) {
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            let mut forbidden = vec![
                "println!",
                "print!",
                "std::env::",
                "clap::",
                "anyhow",
                "static mut",
                "process::",
                "indicatif",
            ];
            // Whole corpora are read and written, on all cores.
            if *layer != "corpus" {
                forbidden.extend(["std::fs", "std::thread"]);
            }
            for word in forbidden {
                assert!(!code.contains(word), "{} contains {word}", path.display());
            }
        }
    }
}

fn sources(layer: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![root.join(format!("{layer}.rs"))];
    let mut folders = vec![root.join(layer)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    let read = |path: PathBuf| fs::read_to_string(&path).ok().map(|source| (path, source));
    let found: Vec<_> = files.into_iter().filter_map(read).collect();
    assert!(!found.is_empty(), "there is no {layer}");
    found
}
