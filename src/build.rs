//! Lists every built-in pattern file in one table of `include_str!`.
//!
//! The files are embedded as they are and parsed at run time: no Rust is generated from their contents, so a pattern file can be read,
//! changed and proved without rebuilding anything but this table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let folder = root.join("patterns");
    // A folder named here is watched with all that is in it, so a new file is seen by the next build.
    println!("cargo:rerun-if-changed=patterns");
    println!("cargo:rerun-if-changed=src/build.rs");

    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();

    let mut table = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).expect("a file below the root");
        let name = name.to_string_lossy().replace('\\', "/");
        writeln!(table, "    ({name:?}, include_str!({:?})),", file.display().to_string())
            .expect("writing to a string");
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("builtin.rs"), table)
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
