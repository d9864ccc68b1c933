//! `bodycopy [FILE]...`: the filter from standard input or files to standard output.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;

use super::documents::{Piece, Splitter};
use super::{ExitStatus, PIECE, open, read_some};
use crate::cli::{FilterArgs, Format};
use crate::corpus::PublisherFrom;
use crate::jsonl::TextField;
use crate::ledger::{Entry, FileEntry, Head, Measure, Place};
use crate::output::{self, REMOVED};
use crate::project::{Proof, Setup};
use crate::{Category, Event, Publisher, Removal, Sink, Stream, Stripper};

pub fn run(args: &FilterArgs) -> Result<ExitStatus> {
    if args.input.format == Format::Jsonl && args.input.separator.is_some() {
        bail!("--separator is for text; in JSONL each record is a document");
    }
    if args.input.format == Format::Text && args.input.text_field.is_some() {
        bail!("--text-field is for JSONL; add --format jsonl");
    }
    let setup = Setup::new(&args.patterns, Proof::Forget)?;
    let stripper = setup.stripper();
    let Setup { project, sets, .. } = setup;
    let digest = if args.ledger.is_some() {
        sets.digest()
    } else {
        String::new()
    };
    // The stripper has what it needs of them.
    drop(sets);
    let field = args
        .input
        .text_field
        .as_deref()
        .or(project.text_field.as_deref())
        .unwrap_or("text");
    let stdin = [PathBuf::from("-")];
    let files: &[PathBuf] = if args.files.is_empty() { &stdin } else { &args.files };

    let from = args.input.publisher_from.as_deref().map(PublisherFrom::parse);
    if let (Format::Text, Some(PublisherFrom::Field(field))) = (args.input.format, &from) {
        bail!("--publisher-from {field} is a field of JSONL; add --format jsonl, or say `path`");
    }
    let mut job = Job {
        from,
        publisher: None,
        show: Show::new(args),
        quiet: args.quiet,
        several: files.len() > 1,
        out: BufWriter::with_capacity(PIECE, io::stdout().lock()),
        ledger: args
            .ledger
            .as_deref()
            .map(|path| Ledger::create(path, files, digest))
            .transpose()?,
        tally: Tally::default(),
        file: FileTally::default(),
        failed: false,
    };
    for path in files {
        job.tally.lines = 0;
        job.file = FileTally::default();
        job.publisher = job.from.as_ref().and_then(|from| from.by_path(&stripper, path));
        let read = match open(path) {
            Ok(input) => match args.input.format {
                Format::Text => job.text(&stripper, path, input, args.input.separator.as_deref())?,
                Format::Jsonl => job.jsonl(&stripper, path, input, field)?,
            },
            Err(error) => Err(error),
        };
        if let Err(error) = read {
            job.fail(format_args!("{}: {error:#}", path.display()));
        }
        if job.show == Show::Count {
            job.count(path)?;
        }
        job.close(path, args.input.format)?;
    }
    job.finish(args.verbose)
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Kept,
    Marked { color: bool },
    Removed,
    Count,
    Check,
}

impl Show {
    fn new(args: &FilterArgs) -> Self {
        if args.mark {
            let choice = anstream::AutoStream::choice(&io::stdout());
            Self::Marked {
                color: choice != anstream::ColorChoice::Never,
            }
        } else if args.only_removed {
            Self::Removed
        } else if args.count {
            Self::Count
        } else if args.check {
            Self::Check
        } else {
            Self::Kept
        }
    }
}

/// One run of the filter.
struct Job {
    /// What tells the publisher of a document, besides its text.
    from: Option<PublisherFrom>,
    /// Whose this file is, if its path tells.
    publisher: Option<Publisher>,
    show: Show,
    quiet: bool,
    several: bool,
    out: BufWriter<io::StdoutLock<'static>>,
    ledger: Option<Ledger>,
    tally: Tally,
    file: FileTally,
    failed: bool,
}

/// What the ledger says of a file when it is done.
struct FileTally {
    documents: u64,
    removals: u64,
    before: Measure,
    after: Measure,
}

impl Default for FileTally {
    fn default() -> Self {
        Self {
            documents: 0,
            removals: 0,
            before: Measure::new(true),
            after: Measure::new(true),
        }
    }
}

/// What went so far.
#[derive(Default)]
struct Tally {
    /// In this file.
    lines: usize,
    by_pattern: BTreeMap<(Category, String), usize>,
}

impl Job {
    fn fail(&mut self, message: std::fmt::Arguments<'_>) {
        output::error(message);
        self.failed = true;
    }

    /// Filters text. The outer error is of writing, and ends the run; the inner one is of reading, and ends the file.
    fn text(
        &mut self,
        stripper: &Stripper,
        path: &Path,
        mut input: Box<dyn Read>,
        separator: Option<&str>,
    ) -> Result<Result<()>> {
        let name = path.display().to_string();
        let publisher = self.publisher;
        let mut stream = stripper.stream();
        publisher.into_iter().for_each(|publisher| stream.recognize(publisher));
        let mut splitter = separator.map(Splitter::new);
        let mut sink = TextSink {
            job: self,
            name: &name,
            publisher,
            document: 1,
            start: 0,
            end: 0,
        };
        let mut buffer = vec![0; PIECE];
        let mut read_error = None;
        loop {
            let length = match read_some(&mut input, &mut buffer) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) => {
                    read_error = Some(anyhow!(error).context("cannot read on"));
                    break;
                }
            };
            let bytes = &buffer[..length];
            match &mut splitter {
                None => stream.push(bytes, &mut sink)?,
                Some(splitter) => splitter.push(bytes, &mut |piece| sink.take(&mut stream, piece))?,
            }
            // What is certain is on its way before the next read may wait.
            sink.job.out.flush().context(WRITING)?;
        }
        if let Some(splitter) = &mut splitter {
            splitter.finish(&mut |piece| sink.take(&mut stream, piece))?;
        }
        stream.finish(&mut sink)?;
        self.file.documents = sink.document;
        Ok(read_error.map_or(Ok(()), Err))
    }

    /// Filters JSONL, one record after the other. The errors are those of [`Job::text`].
    fn jsonl(&mut self, stripper: &Stripper, path: &Path, input: Box<dyn Read>, field: &str) -> Result<Result<()>> {
        let name = path.display().to_string();
        let mut input = BufReader::with_capacity(PIECE, input);
        let mut record = Vec::new();
        let mut start = 0u64;
        for number in 1.. {
            record.clear();
            match input.read_until(b'\n', &mut record) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return Ok(Err(anyhow!(error).context("cannot read on"))),
            }
            if record.iter().all(u8::is_ascii_whitespace) {
                self.write_kept(&record)?;
            } else {
                self.file.documents += 1;
                match TextField::find(&record, field) {
                    Ok(text) => self.record(stripper, &record, (field, &text), (&name, number, start))?,
                    Err(error) => {
                        self.fail(format_args!(
                            "{name}:{number}: {error}; the record is passed on as it is"
                        ));
                        self.write_kept(&record)?;
                    }
                }
            }
            start += record.len() as u64;
            if input.buffer().is_empty() {
                self.out.flush().context(WRITING)?;
            }
        }
        Ok(Ok(()))
    }

    fn record(
        &mut self,
        stripper: &Stripper,
        record: &[u8],
        (field, text): (&str, &TextField),
        at: (&str, usize, u64),
    ) -> Result<()> {
        let (name, number, start) = at;
        let by_record = self.from.as_ref().and_then(|from| from.by_record(stripper, record));
        let stripped = stripper.strip_of(text.text().as_bytes(), by_record.or(self.publisher));
        for line in &stripped.unjudged {
            self.warn_long_line(format_args!("{name}:{number}: line {line} of the text"));
        }
        let mut from = 0;
        for removal in &stripped.removals {
            let bytes = text.origin(removal.bytes.clone());
            let removed = &text.text().as_bytes()[removal.bytes.clone()];
            let place = Place {
                source: name,
                source_hex: None,
                document: number as u64,
                field: Some(field),
                source_bytes: (start + bytes.start as u64, start + bytes.end as u64),
            };
            self.measure(&record[from..bytes.start]);
            self.account(place, removal, removed, &record[bytes.clone()])?;
            match self.show {
                Show::Kept => self.out.write_all(&record[from..bytes.start])?,
                Show::Marked { .. } => {
                    self.out.write_all(&record[from..bytes.start])?;
                    let category = removal.pattern.category;
                    // The marks are ASCII that JSON does not escape, the line ends are escapes.
                    let raw = &record[bytes.clone()];
                    let ending = [&br"\r\n"[..], br"\n", br"\r"]
                        .into_iter()
                        .find(|ending| raw.ends_with(ending))
                        .unwrap_or_default();
                    let words = &raw[..raw.len() - ending.len()];
                    self.out.write_all(b"[-")?;
                    self.out.write_all(words)?;
                    write!(self.out, "-]{{{category}}}")?;
                    self.out.write_all(ending)?;
                }
                Show::Removed if from == 0 => {
                    self.out.write_all(&record[..text.bytes().start])?;
                    self.out.write_all(&record[bytes.clone()])?;
                }
                Show::Removed => self.out.write_all(&record[bytes.clone()])?,
                Show::Count | Show::Check => {}
            }
            from = bytes.end;
        }
        self.measure(&record[from..]);
        match self.show {
            Show::Kept | Show::Marked { .. } => self.out.write_all(&record[from..])?,
            Show::Removed if from == 0 => {
                self.out.write_all(&record[..text.bytes().start])?;
                self.out.write_all(&record[text.bytes().end..])?;
            }
            Show::Removed => self.out.write_all(&record[text.bytes().end..])?,
            Show::Count | Show::Check => {}
        }
        Ok(())
    }

    /// Writes bytes that stay.
    fn write_kept(&mut self, bytes: &[u8]) -> Result<()> {
        self.measure(bytes);
        match self.show {
            Show::Kept | Show::Marked { .. } => self.out.write_all(bytes).context(WRITING),
            Show::Removed | Show::Count | Show::Check => Ok(()),
        }
    }

    /// Writes bytes of text that go.
    fn write_removed(&mut self, bytes: &[u8], category: Category) -> Result<()> {
        match self.show {
            Show::Removed => self.out.write_all(bytes).context(WRITING),
            Show::Marked { color } => self.write_marked(bytes, category, color).context(WRITING),
            Show::Kept | Show::Count | Show::Check => Ok(()),
        }
    }

    /// Marks the words of each line; blank lines and line ends stay as they are.
    fn write_marked(&mut self, bytes: &[u8], category: Category, color: bool) -> io::Result<()> {
        let (on, off) = if color {
            (REMOVED.render().to_string(), REMOVED.render_reset().to_string())
        } else {
            Default::default()
        };
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let words = line.trim_ascii();
            if words.is_empty() {
                self.out.write_all(line)?;
                continue;
            }
            let ending = line.len() - line.trim_ascii_end().len();
            let (line, ending) = line.split_at(line.len() - ending);
            write!(self.out, "{on}[-")?;
            self.out.write_all(line)?;
            write!(self.out, "-]{{{category}}}{off}")?;
            self.out.write_all(ending)?;
        }
        Ok(())
    }

    /// Takes bytes that stay into the books.
    fn measure(&mut self, bytes: &[u8]) {
        if self.ledger.is_some() {
            self.file.before.take(bytes);
            self.file.after.take(bytes);
        }
    }

    /// Takes a removal into the books.
    fn account(&mut self, place: Place<'_>, removal: &Removal<'_>, removed: &[u8], raw: &[u8]) -> Result<()> {
        self.tally.lines += removal.lines.len();
        let key = (removal.pattern.category, removal.pattern.id.clone());
        *self.tally.by_pattern.entry(key).or_default() += removal.lines.len();
        if self.show == Show::Check && !self.quiet {
            let text = String::from_utf8_lossy(removed);
            let excerpt: String = text
                .trim()
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .take(100)
                .collect();
            let (category, id, line) = (removal.pattern.category, &removal.pattern.id, removal.lines.start);
            let document = place.document;
            let at = if document > 1 {
                format!("{}:{document}:{line}", place.source)
            } else {
                format!("{}:{line}", place.source)
            };
            writeln!(self.out, "{at}: {category} ({id}): {excerpt}").context(WRITING)?;
        }
        if let Some(ledger) = &mut self.ledger {
            self.file.removals += 1;
            self.file.before.take(raw);
            ledger.write(&Entry::new(place, removal, removed, raw, b""))?;
        }
        Ok(())
    }

    /// Closes a file in the ledger.
    fn close(&mut self, path: &Path, format: Format) -> Result<()> {
        let Some(ledger) = &mut self.ledger else {
            return Ok(());
        };
        let file = std::mem::take(&mut self.file);
        ledger.write(&FileEntry {
            file: path.display().to_string(),
            format: match format {
                Format::Text => "text".to_owned(),
                Format::Jsonl => "jsonl".to_owned(),
            },
            documents: file.documents,
            removals: file.removals,
            before: file.before.contents(),
            after: file.after.contents(),
            ..FileEntry::default()
        })
    }

    fn warn_long_line(&self, place: std::fmt::Arguments<'_>) {
        if !self.quiet {
            output::warning(format_args!("{place} is longer than 1 MiB; it is passed on unjudged"));
        }
    }

    fn count(&mut self, path: &Path) -> Result<()> {
        let lines = self.tally.lines;
        if self.several {
            writeln!(self.out, "{}:{lines}", path.display()).context(WRITING)
        } else {
            writeln!(self.out, "{lines}").context(WRITING)
        }
    }

    fn finish(mut self, verbose: bool) -> Result<ExitStatus> {
        self.out.flush().context(WRITING)?;
        if let Some(ledger) = self.ledger {
            ledger.finish()?;
        }
        let total: usize = self.tally.by_pattern.values().sum();
        if verbose {
            output::note(format_args!("{total} lines removed"));
            let mut by_category: BTreeMap<Category, Vec<(&str, usize)>> = BTreeMap::new();
            for ((category, id), lines) in &self.tally.by_pattern {
                by_category.entry(*category).or_default().push((id, *lines));
            }
            for (category, mut patterns) in by_category {
                patterns.sort_by_key(|&(id, lines)| (std::cmp::Reverse(lines), id));
                output::note(format_args!(
                    "{:6} {category}",
                    patterns.iter().map(|(_, lines)| lines).sum::<usize>()
                ));
                for (id, lines) in patterns {
                    output::note(format_args!("{lines:8} {id}"));
                }
            }
        }
        Ok(match (self.failed, self.show) {
            (true, _) => ExitStatus::Failed,
            (false, Show::Check) if total > 0 => ExitStatus::Found,
            _ => ExitStatus::Done,
        })
    }
}

const WRITING: &str = "cannot write to standard output";

/// Writes what becomes of a text.
struct TextSink<'j> {
    job: &'j mut Job,
    name: &'j str,
    /// Whose the documents are, if the path tells.
    publisher: Option<Publisher>,
    document: u64,
    /// Where the document begins in the source.
    start: u64,
    /// Where it goes on.
    end: u64,
}

impl TextSink<'_> {
    /// Takes a piece of the source: more of a document, or the end of one.
    fn take(&mut self, stream: &mut Stream<'_>, piece: Piece<'_>) -> Result<()> {
        match piece {
            Piece::Text(text) => stream.push(text, self),
            Piece::Separator(line) => {
                stream.finish(self)?;
                self.publisher
                    .into_iter()
                    .for_each(|publisher| stream.recognize(publisher));
                self.separate(line)
            }
        }
    }

    fn separate(&mut self, line: &[u8]) -> Result<()> {
        self.document += 1;
        self.end += line.len() as u64;
        self.start = self.end;
        self.job.write_kept(line)
    }
}

impl<'s> Sink<'s> for TextSink<'_> {
    type Error = anyhow::Error;

    fn event(&mut self, event: Event<'_, 's>) -> Result<()> {
        let at = self.end;
        match event {
            Event::Kept { bytes, .. } => {
                self.end += bytes.len() as u64;
                self.job.write_kept(bytes)
            }
            Event::Unjudged { bytes, line, first } => {
                self.end += bytes.len() as u64;
                if first {
                    self.job.warn_long_line(format_args!("{}:{line}: this line", self.name));
                }
                self.job.write_kept(bytes)
            }
            Event::Removed { bytes, removal } => {
                self.end += bytes.len() as u64;
                let place = Place {
                    source: self.name,
                    source_hex: None,
                    document: self.document,
                    field: None,
                    source_bytes: (at, self.end),
                };
                self.job.account(place, &removal, bytes, bytes)?;
                self.job.write_removed(bytes, removal.pattern.category)
            }
        }
    }
}

/// The ledger that is being written.
struct Ledger {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Ledger {
    fn create(path: &Path, inputs: &[PathBuf], sets: String) -> Result<Self> {
        let same = |input: &PathBuf| matches!((fs::canonicalize(input), fs::canonicalize(path)), (Ok(input), Ok(path)) if input == path);
        if inputs.iter().any(same) {
            bail!(
                "{}: the ledger would overwrite an input; give it a name of its own",
                path.display()
            );
        }
        let file = File::create(path).with_context(|| format!("cannot create the ledger {}", path.display()))?;
        let mut ledger = Self {
            path: path.to_owned(),
            out: BufWriter::new(file),
        };
        ledger.write(&Head {
            bodycopy: env!("CARGO_PKG_VERSION").to_owned(),
            sets,
            mode: "filter".to_owned(),
            ..Head::default()
        })?;
        Ok(ledger)
    }

    fn write(&mut self, line: &impl Serialize) -> Result<()> {
        let written = serde_json::to_writer(&mut self.out, line)
            .map_err(io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"));
        written.with_context(|| format!("cannot write to the ledger {}", self.path.display()))
    }

    fn finish(mut self) -> Result<()> {
        self.out
            .flush()
            .with_context(|| format!("cannot write to the ledger {}", self.path.display()))
    }
}
