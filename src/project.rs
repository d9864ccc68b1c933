//! Gathers the pattern sets of a run: those built in, those of a project's `bodycopy.toml`, and those of the command line.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Deserialize;

use crate::cli::PatternArgs;
use crate::patterns::load::{JUDGE, explain_toml};
use crate::{LoadError, PatternSets, Selection, Stripper};

/// The settings of a project.
pub const FILE_NAME: &str = "bodycopy.toml";

/// The settings of a project.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Project {
    /// Names, as for `--select`.
    #[serde(default)]
    select: Vec<String>,
    /// Names, as for `--ignore`.
    #[serde(default)]
    ignore: Vec<String>,
    /// Folders of pattern files, seen from the folder of `bodycopy.toml`.
    #[serde(default)]
    pub patterns: Vec<PathBuf>,
    /// The field of a JSONL record that holds the text.
    pub text_field: Option<String>,
}

/// The pattern sets of a run, with what was chosen of them.
pub struct Setup {
    pub project: Project,
    pub sets: Sets,
    pub selection: Selection,
    /// Names the selection: the same names select the same.
    pub chosen: String,
    /// The names that were selected, and those that were ignored.
    pub names: (Vec<String>, Vec<String>),
}

impl Setup {
    /// Reads everything that the arguments name.
    pub fn new(args: &PatternArgs, proof: Proof) -> Result<Self> {
        let project = if args.no_config {
            Project::default()
        } else {
            Project::find()?
        };
        let folders: Vec<&PathBuf> = project.patterns.iter().chain(&args.patterns).collect();
        let sets = if folders.is_empty() && proof == Proof::Forget {
            Sets::default()
        } else {
            Sets::loaded(load(proof, folders)?)
        };
        // What is typed now is meant instead of what the project selects, and on top of what it ignores.
        let select = if args.select.is_empty() {
            &project.select
        } else {
            &args.select
        };
        let ignore: Vec<String> = project.ignore.iter().chain(&args.ignore).cloned().collect();
        let selection = if sets.are_builtin {
            Stripper::select_builtin(select, &ignore)?
        } else {
            Selection::new(&sets, select, &ignore)?
        };
        let sorted = |names: &[String]| {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            names.join(",")
        };
        let chosen = format!("{};{}", sorted(select), sorted(&ignore));
        let names = (select.clone(), ignore);
        Ok(Self {
            project,
            sets,
            selection,
            chosen,
            names,
        })
    }

    pub fn stripper(&self) -> Stripper {
        let selection = self.selection.clone();
        if self.sets.are_builtin {
            Stripper::builtin(selection)
        } else {
            Stripper::new(&self.sets, selection)
        }
    }
}

/// The pattern sets of a run. The built-in ones are compiled into the program, and read only by who wants to see them.
pub struct Sets {
    are_builtin: bool,
    read: OnceCell<PatternSets>,
}

impl Default for Sets {
    fn default() -> Self {
        Self {
            are_builtin: true,
            read: OnceCell::new(),
        }
    }
}

impl Sets {
    fn loaded(sets: PatternSets) -> Self {
        Self {
            are_builtin: false,
            read: OnceCell::from(sets),
        }
    }

    /// Names these sets, as [`PatternSets::digest`] does.
    pub fn digest(&self) -> String {
        if self.are_builtin {
            Stripper::builtin_digest()
        } else {
            PatternSets::digest(self)
        }
    }
}

impl Deref for Sets {
    type Target = PatternSets;

    fn deref(&self) -> &PatternSets {
        let builtin = || PatternSets::builtin_without_proof().expect("the build has read them all");
        self.read.get_or_init(builtin)
    }
}

impl Project {
    /// Reads the nearest `bodycopy.toml`.
    fn find() -> Result<Self> {
        let Some(path) = find()? else {
            return Ok(Self::default());
        };
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut project: Self = toml::from_str(&text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let line = 1 + text[..offset.min(text.len())].matches('\n').count();
            anyhow!("{}:{line}: {}", path.display(), explain_toml(error.message()))
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        for patterns in &mut project.patterns {
            *patterns = folder.join(&patterns);
        }
        Ok(project)
    }
}

/// The nearest `bodycopy.toml`, from the working folder upward.
pub fn find() -> Result<Option<PathBuf>> {
    let start = std::env::current_dir().context("cannot tell the working folder")?;
    let mut files = start.ancestors().map(|folder| folder.join(FILE_NAME));
    Ok(files.find(|path| path.is_file()))
}

/// Whether the examples of the built-in patterns are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    Keep,
    Forget,
}

/// The built-in sets with those of some folders.
pub fn load<'a>(proof: Proof, folders: impl IntoIterator<Item = &'a PathBuf>) -> Result<PatternSets> {
    let builtin = match proof {
        Proof::Keep => PatternSets::builtin(),
        Proof::Forget => PatternSets::builtin_without_proof(),
    };
    let mut sets = builtin.map_err(|errors| several(&errors))?;
    for folder in folders {
        load_folder(folder, &mut sets)?;
    }
    whole(sets)
}

/// Sets in which nothing is against patterns that are not there.
fn whole(sets: PatternSets) -> Result<PatternSets> {
    match sets.lost_exceptions() {
        lost if lost.is_empty() => Ok(sets),
        lost => Err(several(&lost)),
    }
}

/// The sets of a folder as one of two versions, with those of other folders. A folder with thresholds has all sets; another is added to those built in.
pub fn load_version<'a>(folder: &Path, others: impl IntoIterator<Item = &'a PathBuf>) -> Result<PatternSets> {
    let mut sets = PatternSets::builtin_without_proof().map_err(|errors| several(&errors))?;
    if folder.join(JUDGE).is_file() {
        sets.sets.clear();
    }
    load_folder(folder, &mut sets)?;
    for other in others {
        load_folder(other, &mut sets)?;
    }
    whole(sets)
}

/// Adds the pattern files of a folder, and returns their set ids.
pub fn load_folder(folder: &Path, sets: &mut PatternSets) -> Result<Vec<String>> {
    sets.add_files(read_folder(folder)?).map_err(|errors| several(&errors))
}

/// Reads the pattern files of a folder and those in it, in order of their paths: path and text of each.
///
/// # Errors
/// When a file cannot be read, or there is none.
pub fn read_folder(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    collect(folder, &mut files).with_context(|| format!("cannot read the pattern files in {}", folder.display()))?;
    if files.is_empty() {
        bail!("{}: no pattern files here; they end in .toml", folder.display());
    }
    files.sort();
    let read = |file: PathBuf| {
        let path = file.display().to_string();
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {path}"))?;
        Ok((path, text))
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden || path.file_name() == Some(OsStr::new(FILE_NAME)) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension() == Some(OsStr::new("toml")) {
            files.push(path);
        }
    }
    Ok(())
}

fn several(errors: &[LoadError]) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    anyhow!("{}", lines.join("\n"))
}
