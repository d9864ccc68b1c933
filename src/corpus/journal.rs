//! Remembers which files are done, so that the same command goes on where an earlier one was stopped.
//!
//! A line of JSON for each file, appended when its target is in place. A torn last line, which a kill may leave, is passed over; that file is done again.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::CorpusError;
use super::name::Name;
use super::tree::{STATE, Stamp};

/// What is known of a file that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The size of the source.
    size: u64,
    /// When the source was written.
    mtime: u64,
    /// The size of the target.
    out_size: u64,
    /// When the target was written.
    out_mtime: u64,
    /// Documents of it that could not be judged.
    #[serde(default)]
    pub failed_documents: u64,
}

impl Done {
    /// A file that is done.
    pub fn new(source: Stamp, target: Stamp, failed_documents: u64) -> Self {
        Self {
            size: source.size,
            mtime: source.mtime,
            out_size: target.size,
            out_mtime: target.mtime,
            failed_documents,
        }
    }

    /// Whether both files are still as they were. In place there is only the target.
    pub fn holds(&self, source: Option<Stamp>, target: Stamp) -> bool {
        let like = |stamp: Stamp, size, mtime| stamp.size == size && stamp.mtime == mtime;
        source.is_none_or(|source| like(source, self.size, self.mtime)) && like(target, self.out_size, self.out_mtime)
    }
}

#[derive(Serialize, Deserialize)]
struct Line {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    run: String,
    #[serde(flatten)]
    done: Done,
}

/// The journal of a tree.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    run: String,
    pending: Vec<u8>,
    done: HashMap<Key, Done>,
}

/// The start of the hash of a name: a million names are held in a few dozen megabytes.
pub type Key = [u8; 16];

/// The key of a name.
pub fn key(name: &Name) -> Key {
    let hash = Sha256::digest(name.path().as_os_str().as_encoded_bytes());
    std::array::from_fn(|at| hash[at])
}

impl Journal {
    /// Opens the journal of the tree at `root`. `run` names all that the result depends on; what another run did does not count. With `force`, nothing does.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(root: &Path, run: &str, force: bool) -> Result<Self, CorpusError> {
        let folder = root.join(STATE);
        fs::create_dir_all(&folder).map_err(CorpusError::file(&folder, "cannot make the folder"))?;
        let path = folder.join("journal.jsonl");
        let done = match File::open(&path) {
            Ok(file) if !force => read(file, run).map_err(CorpusError::file(&path, "cannot read the journal"))?,
            Ok(_) => HashMap::new(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => HashMap::new(),
            Err(error) => return Err(CorpusError::file(&path, "cannot read the journal")(error)),
        };
        let mut options = OpenOptions::new();
        options.create(true);
        if done.is_empty() {
            options.write(true).truncate(true);
        } else {
            options.append(true);
        }
        let file = options
            .open(&path)
            .map_err(CorpusError::file(&path, "cannot write the journal"))?;
        // Ends a torn line. Blank lines are passed over.
        let pending = if done.is_empty() { Vec::new() } else { b"\n".to_vec() };
        Ok(Self {
            path,
            file,
            run: run.to_owned(),
            pending,
            done,
        })
    }

    /// Hands out what earlier runs have done.
    pub fn take_done(&mut self) -> HashMap<Key, Done> {
        std::mem::take(&mut self.done)
    }

    /// Notes that a file is done.
    pub fn note(&mut self, name: &Name, done: Done) {
        let line = Line {
            path: name.shown().into_owned(),
            path_hex: name.digits(),
            run: self.run.clone(),
            done,
        };
        if serde_json::to_writer(&mut self.pending, &line).is_ok() {
            self.pending.push(b'\n');
        }
    }

    /// Writes down what was noted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> Result<(), CorpusError> {
        let written = self.file.write_all(&self.pending);
        self.pending.clear();
        written.map_err(CorpusError::file(&self.path, "cannot write the journal"))
    }
}

fn read(file: File, run: &str) -> io::Result<HashMap<Key, Done>> {
    let mut done = HashMap::new();
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        if let Ok(read) = serde_json::from_slice::<Line>(&line)
            && read.run == run
            && let Some(name) = Name::read(&read.path, read.path_hex.as_deref())
        {
            done.insert(key(&name), read.done);
        }
        line.clear();
    }
    Ok(done)
}
