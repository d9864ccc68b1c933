//! Decides what of a tree is touched, and in what order.
//!
//! As in tools that search, hidden files and symbolic links are left alone unless asked for, and `.ignore` files hold. `.gitignore` does not: a corpus is
//! often kept out of Git by it.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};

use super::error::CorpusError;
use super::name::Name;
use super::target;

/// The folder in a cleaned tree that holds what a later run wants to know.
pub const STATE: &str = ".bodycopy";

/// What of the sources is wanted.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Globs; if there are any, files that match none are left alone.
    pub include: Vec<String>,
    /// Globs of files and folders that are left alone.
    pub exclude: Vec<String>,
    /// Hidden files and folders too.
    pub hidden: bool,
    /// What symbolic links lead to, as if it stood in their place.
    pub follow: bool,
}

/// Where the text comes from.
#[derive(Clone, Debug)]
pub enum Sources {
    /// Folders and files. What lies in the only folder keeps its path from there; of several sources, each keeps its own name before it.
    Paths(Vec<PathBuf>),
    /// Files, each of which keeps its path as given.
    Listed(Vec<PathBuf>),
}

/// A file of the tree.
#[derive(Clone, Debug)]
pub struct Found {
    /// What it is called in the tree.
    pub name: Name,
    /// Where it is.
    pub path: PathBuf,
    /// What it looked like.
    pub stamp: Stamp,
}

/// What a file looks like from outside. A file that was written to has another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Its size in bytes.
    pub size: u64,
    /// When it was written, in nanoseconds since 1970; 0 where the system does not tell.
    pub mtime: u64,
}

impl Stamp {
    /// That of a file.
    pub fn of(metadata: &Metadata) -> Self {
        let since = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            size: metadata.len(),
            mtime: since
                .and_then(|since| u64::try_from(since.as_nanos()).ok())
                .unwrap_or_default(),
        }
    }
}

/// The files of the sources, in order of their names, and what could not be reached.
#[derive(Debug, Default)]
pub struct Tree {
    /// What there is.
    pub files: Vec<Found>,
    /// What cannot be read, and why.
    pub failures: Vec<(PathBuf, String)>,
}

/// Finds the files of the sources.
///
/// # Errors
/// When a source is not there, a glob is none, or two files would have one name.
pub fn walk(sources: &Sources, scope: &Scope) -> Result<Tree, CorpusError> {
    let mut tree = Tree::default();
    match sources {
        Sources::Paths(roots) => {
            for root in roots {
                let metadata = fs::metadata(root).map_err(CorpusError::file(root, "cannot read it"))?;
                let prefix = match (metadata.is_dir(), roots.len()) {
                    (true, 1) => None,
                    _ => Some(last_name(root)?),
                };
                if metadata.is_dir() {
                    tree.walk_folder(root, prefix.as_deref(), scope)?;
                } else {
                    tree.add(Path::new(&prefix.unwrap_or_default()), root.clone(), &metadata);
                }
            }
        }
        Sources::Listed(paths) => {
            for path in paths {
                match fs::metadata(path) {
                    Ok(metadata) if metadata.is_file() => tree.add(path, path.clone(), &metadata),
                    Ok(_) => tree
                        .failures
                        .push((path.clone(), "this is no file; list the files in it".to_owned())),
                    Err(error) => tree.failures.push((path.clone(), format!("cannot read it: {error}"))),
                }
            }
        }
    }
    tree.files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    if let Some(pair) = tree.files.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(CorpusError::Refused(format!(
            "{} and {} would both become {}; clean them in two runs",
            pair[0].path.display(),
            pair[1].path.display(),
            pair[0].name
        )));
    }
    Ok(tree)
}

impl Tree {
    fn walk_folder(&mut self, root: &Path, prefix: Option<&Path>, scope: &Scope) -> Result<(), CorpusError> {
        let glob = |error: ignore::Error| CorpusError::Refused(format!("--include or --exclude: {error}"));
        let mut globs = OverrideBuilder::new(root);
        for include in &scope.include {
            globs.add(include).map_err(glob)?;
        }
        for exclude in &scope.exclude {
            globs.add(&format!("!{exclude}")).map_err(glob)?;
        }
        let hidden = scope.hidden;
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            .ignore(true)
            .follow_links(scope.follow)
            .overrides(globs.build().map_err(glob)?)
            .filter_entry(move |entry| !is_ours(entry) && (hidden || !is_hidden(entry)))
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.failures
                        .push((place_of(&error).unwrap_or(root).to_owned(), plain(&error)));
                    continue;
                }
            };
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            match entry.metadata() {
                Ok(metadata) => {
                    let inside = entry.path().strip_prefix(root).unwrap_or(entry.path());
                    let name = prefix.map_or_else(|| inside.to_owned(), |prefix| prefix.join(inside));
                    self.add(&name, entry.path().to_owned(), &metadata);
                }
                Err(error) => self.failures.push((entry.path().to_owned(), plain(&error))),
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &Path, path: PathBuf, metadata: &Metadata) {
        match Name::new(name) {
            Some(name) => self.files.push(Found {
                name,
                path,
                stamp: Stamp::of(metadata),
            }),
            None => {
                let why = "a path with `..` has no place in the tree that is written; name it from where it is";
                self.failures.push((path, why.to_owned()));
            }
        }
    }
}

/// An `--include` that matches a hidden file does not ask for it, so this is decided apart from the globs.
fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// What this program keeps in a tree is no part of it.
fn is_ours(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name() == STATE || target::is_temporary(entry.file_name())
}

fn place_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

fn plain(error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { err, .. } | ignore::Error::WithDepth { err, .. } => plain(err),
        ignore::Error::Io(error) => format!("cannot read it: {error}"),
        other => other.to_string(),
    }
}

fn last_name(path: &Path) -> Result<PathBuf, CorpusError> {
    let whole = fs::canonicalize(path).map_err(CorpusError::file(path, "cannot read it"))?;
    Ok(PathBuf::from(whole.file_name().unwrap_or_default()))
}

/// Where a path leads, as far as it is there; the rest is kept as it is written.
pub(crate) fn resolve(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for ancestor in absolute.ancestors() {
        if let Ok(real) = fs::canonicalize(ancestor) {
            let rest = absolute.strip_prefix(ancestor).unwrap_or(Path::new(""));
            return if rest == Path::new("") { real } else { real.join(rest) };
        }
    }
    absolute
}

/// Whether one lies in the other.
pub(crate) fn overlap(one: &Path, other: &Path) -> bool {
    let (one, other) = (resolve(one), resolve(other));
    one.starts_with(&other) || other.starts_with(&one)
}
