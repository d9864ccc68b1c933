//! Compiles the built-in pattern sets, and lists their files in one table of `include_str!`.
//!
//! The sets are read here by the crate's own loader and made into the tables that a run uses, so that a start parses nothing. The files are embedded as they
//! are, too, for the commands that show or prove them. No Rust is generated from their contents.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[allow(
    dead_code,
    reason = "the parts of the crate that make the tables, without those that use them"
)]
mod engine {
    pub mod compiled;
    mod gate;
    mod keys;
    mod needs;
    mod pack;
    mod rarity;
    mod scan;
    mod table;
}
#[allow(dead_code, unused_imports, reason = "as above")]
mod patterns {
    pub mod load;
    pub mod schema;
    pub mod slim;

    pub use schema::{
        Anchor, Category, Cut, Family, Kind, Marker, Pattern, PatternSet, PatternSets, Phrases, Place, Thresholds,
    };
}
#[allow(dead_code, reason = "as above")]
mod text {
    pub mod dress;
    pub mod fold;
    pub mod words;
}

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    // Folders named here are watched with all that is in them, so a new file is seen by the next build.
    for watched in ["patterns", "src/build.rs", "src/engine", "src/patterns", "src/text"] {
        println!("cargo:rerun-if-changed={watched}");
    }

    let mut files = Vec::new();
    collect(&root.join("patterns"), &mut files)?;
    files.sort();

    let mut table = String::from("&[\n");
    let mut sets = Vec::new();
    let mut thresholds = None;
    for file in files {
        let name = file.strip_prefix(&root).expect("a file below the root");
        let name = name.to_string_lossy().replace('\\', "/");
        writeln!(table, "    ({name:?}, include_str!({:?})),", file.display().to_string())
            .expect("writing to a string");
        let text = fs::read_to_string(&file)?;
        let loaded = if name.ends_with("judge.toml") {
            patterns::load::load_thresholds(&name, &text).map(|loaded| thresholds = Some(loaded))
        } else {
            patterns::load::load_set(&name, text).map(|set| sets.push(set))
        };
        if let Err(error) = loaded {
            return Err(io::Error::other(error.to_string()));
        }
    }
    table.push_str("]\n");
    fs::write(out.join("builtin.rs"), table)?;

    sets.sort_by(|a, b| a.id.cmp(&b.id));
    let thresholds = thresholds.ok_or_else(|| io::Error::other("there is no patterns/judge.toml"))?;
    let sets = patterns::PatternSets { sets, thresholds };
    fs::write(
        out.join("builtin.bin"),
        engine::compiled::Compiled::of(&sets).to_bytes(),
    )
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    Ok(())
}
