//! `bodycopy review`: makes the decisions of a review stick.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, anyhow, bail};
use toml_edit::{Array, DocumentMut, Item, Value};

use super::ExitStatus;
use crate::cli::{ApplyArgs, PatternArgs, ReviewCommand};
use crate::output::{error, note};
use crate::project::{self, Proof, Setup};
use crate::review::decisions::Decisions;
use crate::review::exceptions::{self, FILE_NAME};

/// The folder of the exceptions, beside the `bodycopy.toml`.
const FOLDER: &str = "bodycopy-exceptions";

pub fn run(command: &ReviewCommand) -> Result<ExitStatus> {
    match command {
        ReviewCommand::Apply(args) => apply(args),
    }
}

fn apply(args: &ApplyArgs) -> Result<ExitStatus> {
    let Review { all, places } = read(&args.decisions)?;
    let setup = Setup::new(&PatternArgs::default(), Proof::Keep)?;
    let off = &args.switch_off;
    for id in off {
        if !setup.sets.patterns().any(|pattern| pattern.id == *id) {
            bail!("`{id}` is no pattern; `bodycopy patterns list` shows what there is");
        }
    }
    let config = match project::find()? {
        Some(config) => near(config)?,
        None => PathBuf::from(project::FILE_NAME),
    };
    let folder = config.with_file_name(FOLDER);
    let file = folder.join(FILE_NAME);
    let before = read_if_there(&file)?;
    // A pattern that is switched off needs no exceptions.
    let rejections = all
        .rejections()
        .filter(|(_, decision)| !off.contains(&decision.pattern));
    let (path, text) = (file.display().to_string(), before.as_deref());
    let applied = exceptions::apply(rejections, &setup.sets, (&path, text), &today())?;
    for (place, why) in &applied.failed {
        let (name, line) = &places[*place];
        error(format_args!("{name}:{line}: no exception can be made of this: {why}"));
    }
    let has_new = !applied.added.is_empty();
    let edited = edit(&config, has_new.then_some(FOLDER), off)?;
    if args.dry_run {
        if has_new {
            let mut out = anstream::stdout().lock();
            out.write_all(applied.text.as_bytes())?;
            out.flush()?;
        }
    } else {
        if has_new {
            fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            write(&file, &applied.text)?;
        }
        if let Some(edited) = edited {
            write(&config, &edited)?;
        }
    }
    let (new, old) = (counted(applied.added.len(), "exception"), applied.known);
    match args.dry_run {
        true => note(format_args!("{path}: {new} would be added, {old} there already")),
        false => note(format_args!("{path}: {new} added, {old} there already")),
    }
    for (id, count) in all.rejected_patterns() {
        if !off.iter().any(|name| name == id) {
            let all = if count == 1 {
                "its only removal was"
            } else {
                "all of its removals were"
            };
            note(format_args!(
                "{id}: {all} rejected; `--switch-off {id}` puts the pattern out of use"
            ));
        }
    }
    Ok(match applied.failed.is_empty() {
        true => ExitStatus::Done,
        false => ExitStatus::Failed,
    })
}

/// The decisions of several files.
struct Review {
    /// Each with its index in `places`.
    all: Decisions,
    /// The file and the line of each.
    places: Vec<(String, usize)>,
}

fn read(paths: &[PathBuf]) -> Result<Review> {
    let mut review = Review {
        all: Decisions::default(),
        places: Vec::new(),
    };
    for path in paths {
        let name = path.display().to_string();
        let input = super::open(path).with_context(|| name.clone())?;
        let text = io::read_to_string(input).with_context(|| format!("cannot read {name}"))?;
        let read = Decisions::parse(&text).map_err(|error| anyhow!("{name}:{error}"))?;
        for (line, decision) in read.decisions {
            review.all.decisions.push((review.places.len(), decision));
            review.places.push((name.clone(), line));
        }
        for (id, count) in read.removals {
            *review.all.removals.entry(id).or_default() += count;
        }
    }
    Ok(review)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The settings of a project with a folder of patterns and patterns to ignore, if that is a change. Comments and order stay.
fn edit(path: &Path, folder: Option<&str>, ignore: &[String]) -> Result<Option<String>> {
    let before = read_if_there(path)?.unwrap_or_default();
    let mut settings: DocumentMut = before.parse().map_err(|error| anyhow!("{}: {error}", path.display()))?;
    let names = ignore.iter().map(|name| ("ignore", name.as_str()));
    for (key, name) in folder.iter().map(|folder| ("patterns", *folder)).chain(names) {
        let item = settings.entry(key).or_insert(Item::Value(Value::Array(Array::new())));
        let list = item
            .as_array_mut()
            .ok_or_else(|| anyhow!("{}: `{key}` is no list", path.display()))?;
        let is_there = list
            .iter()
            .any(|value| value.as_str().is_some_and(|known| Path::new(known) == Path::new(name)));
        if !is_there {
            list.push(name);
        }
    }
    let after = settings.to_string();
    Ok((after != before).then_some(after))
}

/// The path from the working folder, if it is there or below.
fn near(path: PathBuf) -> Result<PathBuf> {
    let here = std::env::current_dir().context("cannot tell the working folder")?;
    Ok(match path.strip_prefix(here) {
        Ok(near) => near.to_owned(),
        Err(_) => path,
    })
}

fn read_if_there(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Puts a file in its place, whole or not at all.
fn write(path: &Path, text: &str) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new: PathBuf = path.with_file_name(name);
    fs::write(&new, text)
        .and_then(|()| fs::rename(&new, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The day, in UTC, as `2026-11-23`.
fn today() -> String {
    const DAY: u64 = 24 * 60 * 60;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (year, month, day) = date(since.as_secs() / DAY);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The date so many days after the first of January 1970.
fn date(days: u64) -> (u64, u64, u64) {
    let mut left = days;
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_780), (2026, 11, 23));
        assert_eq!(date(20_818), (2026, 12, 31));
        assert_eq!(date(20_819), (2027, 1, 1));
    }
}
