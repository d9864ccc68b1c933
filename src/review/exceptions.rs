//! Makes exceptions of rejections: guards in a pattern set of the project's own, each with the rejected text as its near
//! miss.
//!
//! What is kept from then on is the wording: a paragraph that says just this, or these words at the place where they were
//! cut. All else goes or stays as before.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest as _, Sha256};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::decisions::Decision;
use super::difference::Verdict;
use crate::check::{Problem, Severity, check};
use crate::ledger::hex;
use crate::patterns::{LoadError, PatternSets, load_set};
use crate::text::fold::Folded;

/// The id of the set with the exceptions. They are made for texts, whatever their language.
pub const SET_ID: &str = "und.exceptions";
/// The name of its file.
pub const FILE_NAME: &str = "exceptions.toml";

const HEAD: &str = r#"# What was rejected in reviews, and so is kept. `bodycopy review apply` adds to this file.
# Take an exception out to have its text removed again.

[set]
id       = "und.exceptions"
language = "und"
summary  = "Texts that were rejected in a review, and stay"
"#;

/// What became of rejections.
#[derive(Debug, Default)]
pub struct Applied {
    /// The text of the file with all exceptions.
    pub text: String,
    /// The full ids of those that are new, in order.
    pub added: Vec<String>,
    /// Rejections of texts for which there is an exception, be it from an earlier review or from this one.
    pub known: usize,
    /// Rejections that no exception can be made of, by the numbers they came with, with the reason.
    pub failed: Vec<(usize, String)>,
}

/// Makes an exception of each rejection, and adds it to the file of those there are, of which `text` is the text and
/// `path` the path. `sets` are the sets of the project, with their proofs; `today` is the day in the form `2026-11-23`.
///
/// Each exception is proved as `patterns check` does it; one that does not hold is left out, and told. Exceptions that
/// are there stay as they are written.
///
/// # Errors
/// When the file cannot be read as a pattern set.
pub fn apply<'d>(
    rejections: impl IntoIterator<Item = &'d (usize, Decision)>,
    sets: &PatternSets,
    (path, text): (&str, Option<&str>),
    today: &str,
) -> Result<Applied, LoadError> {
    let mut file = ExceptionFile::parse(path, text.unwrap_or(HEAD))?;
    let mut applied = Applied::default();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for (number, decision) in rejections {
        match Exception::of(decision, sets, today) {
            Ok(exception) if file.has_text_of(&exception) => applied.known += 1,
            Ok(exception) => {
                numbers.insert(format!("{SET_ID}.{}", exception.id), *number);
                file.add(path, exception)?;
            }
            Err(why) => applied.failed.push((*number, why)),
        }
    }
    if !numbers.is_empty() {
        for problem in prove(path, &file.text(), sets)? {
            if let Some(number) = numbers.remove(&problem.id) {
                file.remove(&problem.id);
                applied.failed.push((number, problem.message));
            }
        }
    }
    applied.failed.sort();
    applied.added = numbers.into_keys().collect();
    applied.text = file.text();
    Ok(applied)
}

/// What is wrong with exceptions.
fn prove(path: &str, text: &str, sets: &PatternSets) -> Result<Vec<Problem>, LoadError> {
    let mut all = sets.clone();
    all.extend([load_set(path, text.to_owned())?]);
    let mut problems = check(&all, |set| set.id == SET_ID);
    problems.retain(|problem| problem.severity == Severity::Error);
    Ok(problems)
}

/// The file of the exceptions. What a person has written in it stays.
struct ExceptionFile {
    document: DocumentMut,
    patterns: BTreeMap<String, Table>,
    /// What the ids end with: it tells their texts apart.
    digests: HashSet<String>,
}

impl ExceptionFile {
    fn parse(path: &str, text: &str) -> Result<Self, LoadError> {
        load_set(path, text.to_owned())?;
        let mut document = parse(path, text)?;
        let mut file = Self {
            patterns: BTreeMap::new(),
            digests: HashSet::new(),
            document: DocumentMut::new(),
        };
        if let Some(Item::ArrayOfTables(patterns)) = document.remove("pattern") {
            patterns.into_iter().for_each(|pattern| file.insert(pattern));
        }
        file.document = document;
        Ok(file)
    }

    fn insert(&mut self, pattern: Table) {
        let id = pattern.get("id").and_then(Item::as_str).unwrap_or_default().to_owned();
        self.digests.extend(id.rsplit('-').next().map(str::to_owned));
        self.patterns.insert(id, pattern);
    }

    fn has_text_of(&self, exception: &Exception) -> bool {
        self.digests.contains(&exception.digest)
    }

    fn add(&mut self, path: &str, exception: Exception) -> Result<(), LoadError> {
        let mut parsed = parse(path, &exception.toml)?;
        if let Some(Item::ArrayOfTables(patterns)) = parsed.remove("pattern") {
            patterns.into_iter().for_each(|pattern| self.insert(pattern));
        }
        Ok(())
    }

    /// Takes one out, by its full id.
    fn remove(&mut self, id: &str) {
        self.patterns.remove(id.rsplit('.').next().unwrap_or_default());
    }

    /// The text of the file, its patterns in order of their ids.
    fn text(&self) -> String {
        let mut document = self.document.clone();
        let mut patterns = ArrayOfTables::new();
        // Tables are written in order of their positions, and the head of the set is the first.
        for (position, pattern) in (1..).zip(self.patterns.values()) {
            let mut pattern = pattern.clone();
            pattern.set_position(Some(position));
            patterns.push(pattern);
        }
        document.insert("pattern", Item::ArrayOfTables(patterns));
        document.to_string()
    }
}

fn parse(path: &str, text: &str) -> Result<DocumentMut, LoadError> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let start = error.span().map_or(0, |span| span.start);
        LoadError {
            path: path.to_owned(),
            line: 1 + text[..start].matches('\n').count(),
            message: error.message().to_owned(),
        }
    })
}

/// What is made of a rejection.
struct Exception {
    /// Its id within the set.
    id: String,
    /// Tells its text from others.
    digest: String,
    /// The pattern, as it stands in the file.
    toml: String,
}

impl Exception {
    fn of(decision: &Decision, sets: &PatternSets, today: &str) -> Result<Self, String> {
        if decision.verdict == Verdict::Lost {
            return Err("it is kept now; only a pattern can have it removed".to_owned());
        }
        let text = decision.text.trim();
        if text.is_empty() {
            return Err("it has no text".to_owned());
        }
        if text.contains('\u{fffd}') {
            return Err("its text is not UTF-8, and a pattern is".to_owned());
        }
        let Some(pattern) = sets.patterns().find(|pattern| pattern.id == decision.pattern) else {
            return Err(format!(
                "`{}` is no pattern any more; review what is removed now",
                decision.pattern
            ));
        };
        if pattern.kind.is_exception() {
            return Err(format!("`{}` is an exception itself", pattern.id));
        }
        // What was cut out of a line may stand in any other.
        let anchor = if decision.reason == "span" { "anywhere" } else { "whole" };
        // A paragraph may have been wrapped; a phrase is one line.
        let phrase = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let digest = Sha256::digest(format!("{anchor} {}", Folded::of(&phrase).text()));
        let digest = hex(&digest[..4]);
        let id = format!("{}-{digest}", pattern.id.replace('.', "-"));
        let place = match decision.document {
            0 | 1 => decision.file.clone(),
            document => format!("{}:{document}", decision.file),
        };
        let quoted = quote(&phrase);
        let toml = format!(
            "\n[[pattern]]\n\
             id         = {}\n\
             category   = {}\n\
             kind       = \"guard\"\n\
             anchor     = \"{anchor}\"\n\
             literals   = [{quoted}]\n\
             against    = [{}]\n\
             match      = [{quoted}]\n\
             no_match   = [{quoted}]\n\
             added      = {today}\n\
             provenance = {}\n",
            quote(&id),
            quote(pattern.category.name()),
            quote(&pattern.id),
            quote(&format!("rejected in a review: {place}, line {}", decision.lines.0)),
        );
        Ok(Self { id, digest, toml })
    }
}

/// A basic string of TOML. Its escapes are those of JSON, but for one character.
fn quote(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.replace('\u{7f}', "\\u007F")
}
