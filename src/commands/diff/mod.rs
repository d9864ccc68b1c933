//! `bodycopy diff`: what was removed, shown so that it can be judged.

mod source;

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use self::source::{Shown, Source};
use super::ExitStatus;
use super::pager::Screen;
use crate::cli::{DiffArgs, DiffFormat, GroupBy};
use crate::output::{error, note};
use crate::project::{Proof, Setup};
use crate::review::excerpt::Extent;
use crate::review::groups::{By, Gathering, Limits};
use crate::review::terminal::{Groups, Inline, Look, SideBySide, Unified};
use crate::review::{JsonGroups, JsonPrinter, PagePrinter, PatchPrinter};

/// So many removals a page has at most.
const PAGE_REMOVALS: usize = 50_000;
/// So much memory they take at most, about; the page is less than half as large.
const PAGE_BYTES: usize = 128 << 20;
/// So many bytes of the text before a sample, and behind it, are kept at most.
const AROUND: usize = 400;

impl From<GroupBy> for By {
    fn from(by: GroupBy) -> Self {
        match by {
            GroupBy::Pattern => Self::Pattern,
            GroupBy::Category => Self::Category,
            GroupBy::Publisher => Self::Publisher,
            GroupBy::Document => Self::Document,
        }
    }
}

pub fn run(args: &DiffArgs) -> Result<ExitStatus> {
    if args.format != DiffFormat::Text && (args.inline || args.side_by_side || args.html.is_some()) {
        bail!("--inline, --side-by-side and --html are for reading; take --format out");
    }
    if args.format == DiffFormat::Patch && args.by.is_some() {
        bail!("a patch has no groups; take --by out");
    }
    let setup = Setup::new(&args.patterns, Proof::Forget)?;
    let source = Source::new(args, &setup)?;
    let mut shown = match &args.html {
        Some(path) => write_page(args, &setup, &source, path)?,
        None => write_out(args, &setup, &source)?,
    };
    if shown.counts.files == 0 && shown.counts.failed == 0 {
        error(format_args!(
            "there are no files of a known format; --input-format says what they are"
        ));
        shown.counts.failed += 1;
    }
    Ok(match shown {
        Shown { counts, .. } if counts.failed > 0 => ExitStatus::Failed,
        Shown { differences, .. } if differences > 0 && args.exit_code => ExitStatus::Found,
        _ => ExitStatus::Done,
    })
}

/// Shows the review on standard output.
fn write_out(args: &DiffArgs, setup: &Setup, source: &Source) -> Result<Shown> {
    let look = Look {
        context: args.context.unwrap_or(3),
        width: args.width.or_else(terminal_width),
        color: anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
        field: source.reading.fields.first().cloned().unwrap_or_default(),
    };
    let groups = |by| {
        let extent = extent(args.context.unwrap_or(1));
        Gathering::new(by, *setup.stripper().thresholds(), Limits::new(args.samples, extent))
    };
    let context = look.context;
    let mut out = Screen::new(args.format == DiffFormat::Text && !args.no_pager);
    let out = &mut out;
    let by = args.by.map(By::from);
    match (args.format, by) {
        (DiffFormat::Patch, _) => {
            let mut printer = PatchPrinter::new(out, context);
            let mut shown = source.show(args, setup, &mut printer)?;
            for file in printer.left_out() {
                error(format_args!(
                    "{file}: its changes are not in the patch, which can speak only of plain text files as they are; use `clean`"
                ));
                shown.counts.failed += 1;
            }
            Ok(shown)
        }
        (DiffFormat::Json, Some(by)) => source.show(args, setup, &mut JsonGroups::new(out, groups(by))),
        (DiffFormat::Json, None) => source.show(args, setup, &mut JsonPrinter::new(out, context)),
        (DiffFormat::Text, Some(by)) => source.show(args, setup, &mut Groups::new(out, look, groups(by))),
        (DiffFormat::Text, None) if args.side_by_side => source.show(args, setup, &mut SideBySide::new(out, look)),
        (DiffFormat::Text, None) if args.inline => source.show(args, setup, &mut Inline::new(out, look)),
        (DiffFormat::Text, None) => source.show(args, setup, &mut Unified::new(out, look)),
    }
}

/// Writes the review as a page, for a browser.
fn write_page(args: &DiffArgs, setup: &Setup, source: &Source, path: &Path) -> Result<Shown> {
    let limits = Limits {
        samples: PAGE_REMOVALS,
        bytes: PAGE_BYTES,
        ..Limits::new(PAGE_REMOVALS, extent(args.context.unwrap_or(2)))
    };
    let gathering = Gathering::new(By::Pattern, *setup.stripper().thresholds(), limits);
    // Found out now, not after a long run.
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut printer = PagePrinter::new(
        BufWriter::new(file),
        &source.title(args),
        setup.sets.digest(),
        gathering,
    );
    let shown = source.show(args, setup, &mut printer)?;
    if !args.quiet {
        note(format_args!("{} is there for your browser", path.display()));
    }
    Ok(shown)
}

fn extent(lines: usize) -> Extent {
    Extent { lines, bytes: AROUND }
}

/// The columns of the terminal, if standard output is one.
fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let (width, _) = terminal_size::terminal_size()?;
    Some(usize::from(width.0))
}
