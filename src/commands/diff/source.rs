//! Where the differences of a review come from, as the arguments say it.

use std::io;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::cli::{DiffArgs, DiffFormat, ReviewInput};
use crate::commands::open;
use crate::commands::progress::Progress;
use crate::corpus::{Counts, Format, Kind, Observer, PublisherFrom, Reading, Scope, Sources};
use crate::project::{Setup, load_version};
use crate::review::sources::{self, Judge};
use crate::review::{Difference, Printer};
use crate::{Selection, Stripper};

/// What is written is handed on after so long, so that a slow review can be watched.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// What was shown.
pub struct Shown {
    pub counts: Counts,
    /// Documents in which something changes.
    pub differences: u64,
}

/// Where differences come from.
pub struct Source {
    pub reading: Reading,
    what: What,
}

enum What {
    Fresh,
    /// Standard input.
    Stream,
    Pair(Box<Reading>),
    Ledger {
        path: PathBuf,
        has_tree: bool,
    },
    Versions,
}

impl Source {
    pub fn new(args: &DiffArgs, setup: &Setup) -> Result<Self> {
        let stdin = Path::new("-");
        let first = args.sources.first().map_or(stdin, PathBuf::as_path);
        let reading = reading(&args.input, first, setup.project.text_field.as_deref());
        let versions = args.patterns_before.is_some() || args.patterns_after.is_some();
        let what = match (args.sources.get(1), &args.ledger) {
            (None, Some(_)) if args.format == DiffFormat::Patch && args.sources.is_empty() => {
                bail!("a patch has lines around each change; name the folder that was cleaned, or what was left of it")
            }
            (None, Some(ledger)) => What::Ledger {
                path: ledger.clone(),
                has_tree: !args.sources.is_empty(),
            },
            (Some(_), Some(_)) => {
                bail!("a ledger goes with one folder: the one that was cleaned, or what was left of it")
            }
            (Some(_), None) if versions => bail!("two versions of the patterns go with one source"),
            (Some(after), None) if first == stdin || after == stdin => {
                bail!("standard input cannot be compared; give two files or folders")
            }
            (Some(after), None) => What::Pair(Box::new(self::reading(
                &args.input,
                after,
                setup.project.text_field.as_deref(),
            ))),
            (None, None) if versions && first == stdin => bail!("name a file or a folder to judge with both versions"),
            (None, None) if versions => What::Versions,
            (None, None) if first == stdin => What::Stream,
            (None, None) => What::Fresh,
        };
        Ok(Self { reading, what })
    }

    /// What a page about it is called.
    pub fn title(&self, args: &DiffArgs) -> String {
        let names: Vec<String> = args.sources.iter().map(|source| source.display().to_string()).collect();
        let of = match names.as_slice() {
            [] => String::new(),
            [one] => format!(" from {one}"),
            several => format!(" from {}", several.join(" to ")),
        };
        match self.what {
            What::Pair(_) => format!("What changed{of}"),
            What::Versions => format!("What two versions of the patterns remove differently{of}"),
            _ => format!("What is removed{of}"),
        }
    }

    /// Takes all differences to a printer.
    pub fn show(&self, args: &DiffArgs, setup: &Setup, printer: &mut dyn Printer) -> Result<Shown> {
        // What is shown as it comes needs no bar beside it.
        let waits = args.by.is_some() || args.html.is_some();
        let progress = Progress::new(args.quiet || !waits);
        let mut differences = 0;
        let mut flushed = None;
        let mut take = |difference: Difference| {
            differences += 1;
            printer.show(&difference)?;
            if flushed.is_none_or(|at: Instant| at.elapsed() > LONGEST_WAIT) {
                printer.flush()?;
                flushed = Some(Instant::now());
            }
            Ok(())
        };
        let counts = self.differences(args, setup, &progress, &mut take);
        progress.end();
        let counts = counts?;
        printer.finish()?;
        Ok(Shown { counts, differences })
    }

    fn differences(
        &self,
        args: &DiffArgs,
        setup: &Setup,
        observer: &dyn Observer,
        take: &mut dyn FnMut(Difference) -> io::Result<()>,
    ) -> Result<Counts> {
        let reading = &self.reading;
        let max_removed = args.max_removed;
        let judge = |stripper| Judge { stripper, max_removed };
        Ok(match &self.what {
            What::Fresh => sources::fresh(judge(&setup.stripper()), reading, observer, take)?,
            What::Stream => {
                let stripper = setup.stripper();
                let format = Format::of(Path::new("stdin.txt"), reading.kind);
                let Some(format) = format.filter(|format| format.kind != Kind::Parquet) else {
                    bail!("Parquet cannot come through a pipe; name the file");
                };
                // It says so on a terminal.
                drop(open(Path::new("-"))?);
                let input = (io::stdin(), "-", format);
                sources::fresh_stream(judge(&stripper), reading, input, observer, take)?
            }
            What::Pair(after) => sources::pair(reading, after, observer, take)?,
            What::Ledger { path, has_tree } => sources::recorded(path, has_tree.then_some(reading), observer, take)?,
            What::Versions => {
                let version = |folder: &Option<PathBuf>| match folder {
                    None => Ok(setup.stripper()),
                    Some(folder) => version(args, setup, folder),
                };
                let (before, after) = (version(&args.patterns_before)?, version(&args.patterns_after)?);
                sources::versions(judge(&before), judge(&after), reading, observer, take)?
            }
        })
    }
}

/// The patterns of a folder, as one of two versions.
fn version(args: &DiffArgs, setup: &Setup, folder: &Path) -> Result<Stripper> {
    let sets = load_version(folder, setup.project.patterns.iter().chain(&args.patterns.patterns))?;
    let (select, ignore) = &setup.names;
    Ok(Stripper::new(&sets, Selection::new(&sets, select, ignore)?))
}

/// How a source is read.
fn reading(input: &ReviewInput, source: &Path, field: Option<&str>) -> Reading {
    let kind = input.input_format.map(Into::into);
    let fields = match (&*input.text_field, field) {
        ([], Some(field)) => vec![field.to_owned()],
        ([], None) => vec!["text".to_owned()],
        (fields, _) => fields.to_vec(),
    };
    // A file keeps the name by which it was called, as far as that can stand in a patch.
    let is_plain = !source.components().any(|part| part == std::path::Component::ParentDir);
    let (sources, kind) = match source.is_dir() {
        true => (Sources::Paths(vec![source.to_owned()]), kind),
        false => {
            let source = source.to_owned();
            // Who names a file says that it is text, if nothing says more.
            let kind = kind.or_else(|| Format::of(&source, None).is_none().then_some(Kind::Text));
            match is_plain {
                true => (Sources::Listed(vec![source]), kind),
                false => (Sources::Paths(vec![source]), kind),
            }
        }
    };
    Reading {
        sources,
        scope: Scope {
            include: input.include.clone(),
            exclude: input.exclude.clone(),
            hidden: input.hidden,
            follow: input.follow,
        },
        kind,
        fields,
        publisher_from: input.publisher_from.as_deref().map(PublisherFrom::parse),
        jobs: input
            .jobs
            .map_or_else(|| available_parallelism().map_or(1, Into::into), Into::into),
    }
}
