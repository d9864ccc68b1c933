//! Trees of files: made, looked at, compared.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::command::{bodycopy, stderr};

/// A folder for one test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        fs::write(&path, bytes).expect("written");
        path
    }

    pub fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))).expect("UTF-8")
    }

    /// Runs the binary in this folder.
    pub fn run(&self, args: &[&str]) -> Output {
        let (command, args) = args.split_first().expect("a command");
        let mut all = bodycopy_command(command);
        all.args(args).current_dir(self.0.path()).output().expect("it runs")
    }

    /// The same, and it must succeed.
    pub fn done(&self, args: &[&str]) -> Output {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
        output
    }

    /// The same, and it must fail with each of these messages.
    pub fn fails(&self, args: &[&str], messages: &[&str]) -> Output {
        let output = self.run(args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        for message in messages {
            assert!(said.contains(message), "{args:?} does not say `{message}`: {said}");
        }
        output
    }

    /// The files below a folder and their decompressed contents, without what a run keeps for itself.
    pub fn contents(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.files(name);
        for (path, bytes) in &mut files {
            *bytes = unpack(path, bytes);
        }
        files
    }

    /// The files below a folder, without what a run keeps for itself.
    pub fn files(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let root = self.path(name);
        let mut files = BTreeMap::new();
        collect(&root, &root, &mut files);
        files
    }
}

/// `clean` and `ledger summary` have no `--no-config` before them.
fn bodycopy_command(command: &str) -> std::process::Command {
    let mut bare = std::process::Command::new(bodycopy().get_program());
    bare.env("NO_COLOR", "1").arg(command);
    bare
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("readable").path();
        if path.ends_with(".bodycopy") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below it").to_owned();
            files.insert(name, fs::read(&path).expect("readable"));
        }
    }
}

pub fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes.as_ref()).expect("memory");
    encoder.finish().expect("memory")
}

pub fn zstd(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::encode_all(bytes.as_ref(), 1).expect("memory")
}

fn unpack(path: &Path, bytes: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut unpacked),
        Some("zst") => zstd::Decoder::new(bytes).expect("memory").read_to_end(&mut unpacked),
        _ => return bytes.to_vec(),
    }
    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    unpacked
}
