//! Runs a cleaning: takes the files of a tree, in order, through the clerks to their targets.

use std::collections::HashMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::account::{Account, Group};
use super::assembly::{Assembled, Assembly, Entries, Ready};
use super::clerk::{Clerk, Mode, Portion, Rules, StreamSink, Subject};
use super::error::{CorpusError, FileError};
use super::format::{Format, Kind, Packing};
use super::journal::{Done, Journal, Key, key};
use super::name::Name;
use super::order::in_order;
use super::origin::PublisherFrom;
use super::packing::{self, Packed, pack};
use super::records::{self, Batch, Batches, LONGEST_TEXT, Part};
use super::report::{Failed, Passed, Report};
use super::target::{self, Temporary};
use super::tree::{self, Found, Scope, Sources, Stamp, overlap, resolve};
use crate::engine::Stripper;
use crate::ledger::{Contents, FileEntry, Head, Measure, hex};

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the text comes from.
    pub sources: Sources,
    /// What of it is wanted.
    pub scope: Scope,
    /// Where what stays is written.
    pub destination: Destination,
    /// Where what goes is written, for [`Mode::Split`].
    pub removed: Option<PathBuf>,
    /// What becomes of text that goes.
    pub mode: Mode,
    /// What all files are; without it their names tell.
    pub kind: Option<Kind>,
    /// The fields of JSONL and the columns of Parquet that hold text.
    pub fields: Vec<String>,
    /// What tells the publisher of a document, besides its text.
    pub publisher_from: Option<PublisherFrom>,
    /// A document that would lose a larger share of its characters, from 0 to 1, passes through whole.
    pub max_removed: Option<f64>,
    /// What becomes of files of other formats.
    pub others: Others,
    /// On how many threads; at least 1.
    pub jobs: usize,
    /// Where the ledger is written.
    pub ledger: Option<PathBuf>,
    /// Do again what an earlier run has done.
    pub force: bool,
    /// Write nothing but the ledger.
    pub dry_run: bool,
    /// Names the pattern sets, see [`PatternSets::digest`](crate::PatternSets::digest).
    pub sets: String,
    /// Names the selection from them, in any words.
    pub selection: String,
}

/// Where what stays is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To a folder, in the shape of the sources.
    Folder(PathBuf),
    /// In the place of each file of the only source, a folder.
    InPlace,
}

/// What becomes of files of other formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// They are copied.
    #[default]
    Copy,
    /// They are left.
    Skip,
}

/// Is told how far a run is, from any of its threads.
pub trait Observer: Sync {
    /// So many files, of so many bytes, were found.
    fn begin(&self, files: u64, bytes: u64) {
        let _ = (files, bytes);
    }

    /// So many more bytes of files were read, in which so many documents lost so many lines.
    fn advance(&self, bytes: u64, documents: u64, lines: u64) {
        let _ = (bytes, documents, lines);
    }

    /// A file could not be done.
    fn fail(&self, path: &Path, why: &str) {
        let _ = (path, why);
    }

    /// A document, or with the number 0 a file, was passed on as it is. `failed` tells that it could not be judged.
    fn pass_on(&self, path: &Path, document: u64, why: &str, failed: bool) {
        let _ = (path, document, why, failed);
    }
}

impl Observer for () {}

/// A larger file is cut into batches that all threads work on.
const SMALL: u64 = 1 << 20;
/// The same, if it is compressed.
const SMALL_PACKED: u64 = 128 << 10;
/// So many files wait at most to be put in their places together.
const GROUP: usize = 64;
/// So many documents that were passed on are listed in a report.
const LISTED: usize = 1000;
/// A text with a NUL byte among so many first bytes is none.
const BINARY_WINDOW: usize = 8 << 10;

/// Cleans a corpus.
///
/// Files that an earlier run of the same kind has done are left, if they are as they were. A file that fails is reported, and the rest is done.
///
/// # Errors
/// When nothing can be done, or the account cannot be written: a source is not there, the destination lies in a source, the disk is full. Files that were done
/// stay done, and the same call goes on from there.
pub fn clean(stripper: &Stripper, options: &Options, observer: &dyn Observer) -> Result<Report, CorpusError> {
    check(options)?;
    let in_place = options.destination == Destination::InPlace;
    let rules = Rules {
        stripper,
        mode: options.mode,
        max_removed: options.max_removed,
        fields: options.fields.clone(),
        publisher_from: options.publisher_from.clone(),
        ledger: options.ledger.is_some(),
    };
    let run = run_digest(options);
    let mut tree = tree::walk(&options.sources, &options.scope)?;
    if let Some(ledger) = &options.ledger {
        let ledger = resolve(ledger);
        if let Some(found) = tree.files.iter().find(|found| resolve_same(&found.path, &ledger)) {
            return Err(CorpusError::Refused(format!(
                "{}: the ledger would overwrite a source; give it a name of its own",
                found.path.display()
            )));
        }
    }
    observer.begin(
        tree.files.len() as u64,
        tree.files.iter().map(|found| found.stamp.size).sum(),
    );

    let root = options.root();
    let fresh = !root.exists();
    let mut journal = None;
    if !options.dry_run {
        for folder in [Some(root), options.removed.as_deref()].into_iter().flatten() {
            fs::create_dir_all(folder).map_err(CorpusError::file(folder, "cannot make the folder"))?;
            if !fresh {
                target::sweep(folder).map_err(CorpusError::file(folder, "cannot look for what a stopped run left"))?;
            }
        }
        journal = Some(Journal::open(root, &run, options.force)?);
    }
    let head = Head {
        bodycopy: env!("CARGO_PKG_VERSION").to_owned(),
        sets: options.sets.clone(),
        mode: options.mode.name().to_owned(),
        run,
        in_place,
        dry_run: options.dry_run,
    };
    let ledger = options.ledger.as_deref();
    let mut account = ledger
        .map(|path| Account::open(path, &head, options.force))
        .transpose()?;

    let shop = Shop {
        options,
        rules: &rules,
        observer,
        in_place,
        fresh,
        done: journal.as_mut().map(Journal::take_done).unwrap_or_default(),
        groups: account.as_mut().map(Account::take_groups).unwrap_or_default(),
        spool: account.as_ref().map(Account::spool),
    };
    let mut office = Office {
        shop: &shop,
        journal,
        account,
        waiting: Vec::new(),
        report: Report {
            files: tree.files.len() as u64,
            ..Report::default()
        },
    };
    for (path, why) in std::mem::take(&mut tree.failures) {
        office.fail(&path, why);
    }
    let mut files = tree.files.iter();
    in_order(
        options.jobs,
        options.jobs * 8,
        || files.next(),
        || Clerk::new(&rules),
        |clerk, found| (found, shop.work(clerk, found)),
        |(found, outcome)| office.take(found, outcome),
    )?;
    office.finish()
}

/// Refuses what would do harm.
fn check(options: &Options) -> Result<(), CorpusError> {
    let refuse = |text: String| Err(CorpusError::Refused(text));
    let (Sources::Paths(sources) | Sources::Listed(sources)) = &options.sources;
    if sources.is_empty() {
        return refuse("nothing to clean; name folders or files".to_owned());
    }
    let folder = match &options.destination {
        Destination::Folder(folder) => folder,
        Destination::InPlace => {
            match (&options.sources, sources.as_slice()) {
                (Sources::Paths(_), [source]) if source.is_dir() => {}
                _ => {
                    return refuse(
                        "files are replaced only in one folder at a time; name that folder alone".to_owned(),
                    );
                }
            }
            if options.ledger.is_none() {
                return refuse("to replace files, a ledger is needed to undo it; give its name".to_owned());
            }
            &sources[0]
        }
    };
    for source in sources {
        let inside = |other: &Path| matches!(options.sources, Sources::Paths(_)) && overlap(source, other);
        if options.destination != Destination::InPlace && inside(folder) {
            return refuse(format!(
                "{}: it lies in {}, or that in it; write to a folder of its own",
                folder.display(),
                source.display()
            ));
        }
        if let Some(removed) = &options.removed
            && inside(removed)
        {
            return refuse(format!(
                "{}: it lies in {}, or that in it; write what is removed to a folder of its own",
                removed.display(),
                source.display()
            ));
        }
    }
    match (&options.removed, options.mode) {
        (None, Mode::Split) => refuse("where is what is removed to go? name a folder for it".to_owned()),
        (Some(removed), Mode::Split) if overlap(removed, folder) => refuse(format!(
            "{}: what is removed is written to a folder of its own, apart from {}",
            removed.display(),
            folder.display()
        )),
        (Some(_), Mode::Delete | Mode::Mark) => {
            refuse("a folder for what is removed goes with the mode split".to_owned())
        }
        _ => Ok(()),
    }
}

fn resolve_same(path: &Path, resolved: &Path) -> bool {
    path.file_name() == resolved.file_name() && resolve(path) == resolved
}

/// Names everything that the result depends on but the sources.
fn run_digest(options: &Options) -> String {
    let all = (
        env!("CARGO_PKG_VERSION"),
        (&options.sets, &options.selection),
        options.mode.name(),
        options.kind.map(Kind::name),
        (&options.fields, &options.publisher_from),
        options.max_removed.map(f64::to_bits),
        options.destination == Destination::InPlace,
        options.dry_run,
    );
    hex(&Sha256::digest(format!("{all:?}"))[..8])
}

impl Options {
    /// The folder that holds the result.
    fn root(&self) -> &Path {
        match (&self.destination, &self.sources) {
            (Destination::Folder(folder), _) => folder,
            (Destination::InPlace, Sources::Paths(sources) | Sources::Listed(sources)) => {
                sources.first().map_or(Path::new("."), PathBuf::as_path)
            }
        }
    }
}

/// What all threads share.
struct Shop<'a> {
    options: &'a Options,
    rules: &'a Rules<'a>,
    observer: &'a dyn Observer,
    in_place: bool,
    /// The destination was not there before.
    fresh: bool,
    /// What earlier runs have done.
    done: HashMap<Key, Done>,
    /// What earlier runs wrote into the ledger.
    groups: HashMap<Key, Group>,
    spool: Option<PathBuf>,
}

/// What became of a file.
enum Outcome {
    /// An earlier run has done it, and some of its documents could not be judged.
    DoneBefore(u64),
    /// It waits to be put in its place.
    Finished(Box<Finished>),
    /// It is for all threads to work on.
    Big(Format),
    Skipped,
    Failed(FileError),
}

struct Finished {
    /// The file as it was read.
    stamp: Stamp,
    /// Nothing if it is of another format.
    format: Option<Format>,
    before: Contents,
    assembled: Assembled,
    /// It is passed on whole.
    passed: Option<String>,
}

impl Shop<'_> {
    /// Does a file as far as one thread can.
    fn work(&self, clerk: &mut Clerk<'_>, found: &Found) -> Outcome {
        if let Some(done) = self.is_done(found) {
            return Outcome::DoneBefore(done.failed_documents);
        }
        let format = Format::of(found.name.path(), self.options.kind);
        let result = match format {
            None if self.in_place || self.options.others == Others::Skip => return Outcome::Skipped,
            None => self.copy(found, None, None),
            Some(format) if is_big(format, found.stamp.size) => return Outcome::Big(format),
            Some(format) => match self.small(clerk, found, format) {
                Ok(Some(finished)) => Ok(finished),
                Ok(None) => return Outcome::Big(format),
                Err(error) => Err(error),
            },
        };
        match result {
            Ok(finished) => Outcome::Finished(Box::new(finished)),
            Err(error) => Outcome::Failed(error),
        }
    }

    fn is_done(&self, found: &Found) -> Option<Done> {
        if self.done.is_empty() {
            return None;
        }
        let done = self.done.get(&key(&found.name))?;
        if self.rules.ledger && !self.groups.contains_key(&key(&found.name)) {
            return None;
        }
        let target = fs::metadata(self.target(found)).ok()?;
        let source = (!self.in_place).then_some(found.stamp);
        done.holds(source, Stamp::of(&target)).then_some(*done)
    }

    fn target(&self, found: &Found) -> PathBuf {
        match &self.options.destination {
            Destination::Folder(folder) => folder.join(found.name.path()),
            Destination::InPlace => found.path.clone(),
        }
    }

    fn assembly(&self, found: &Found, format: Format, write: bool) -> Result<Assembly, FileError> {
        let write = write && !self.options.dry_run;
        let target = write.then(|| self.target(found));
        let removed = self.options.removed.as_ref().filter(|_| write);
        let removed = removed.map(|folder| folder.join(found.name.path()));
        Assembly::new(format, target, removed, self.rules.ledger, self.spool.clone())
    }

    /// Cleans a file in memory. Nothing if it turns out to be big.
    fn small(&self, clerk: &mut Clerk<'_>, found: &Found, format: Format) -> Result<Option<Finished>, FileError> {
        let (file, stamp, permissions) = open(&found.path)?;
        let subject = Subject::new(&found.name, &found.path, self.rules);
        let unpacked = |error| packing::read_error(format.packing, error);
        let mut batches = Batches::new(
            packing::reader(file, format.packing).map_err(unpacked)?,
            format.kind,
            self.rules.ledger,
        );
        let mut all = Vec::new();
        let mut length = 0;
        while let Some(batch) = batches.next().map_err(unpacked)? {
            length += batch.bytes.len();
            if length > 2 * LONGEST_TEXT || batch.part == Part::Stream {
                return Ok(None);
            }
            if is_binary(format, &batch) {
                return self.copy(found, Some(format), Some(BINARY)).map(Some);
            }
            all.push(work_batch(clerk, &subject, format, batch)?);
        }
        unchanged(&found.path, stamp)?;
        let removals: u64 = all.iter().map(|ready| ready.portion.tally.removals).sum();
        // What stays as it is need not be written over itself.
        let mut assembly = self.assembly(found, format, !self.in_place || removals > 0)?;
        for ready in all {
            assembly.take(ready)?;
        }
        let tally = &assembly.counts().tally;
        self.observer.advance(found.stamp.size, tally.documents, tally.lines);
        Ok(Some(Finished {
            stamp,
            format: Some(format),
            before: batches.contents(),
            assembled: assembly.finish(Some(&permissions))?,
            passed: None,
        }))
    }

    /// Cleans a file on all threads.
    fn big(&self, found: &Found, format: Format) -> Result<Finished, FileError> {
        if format.kind == Kind::Parquet {
            return self.parquet(found, format);
        }
        let (file, stamp, permissions) = open(&found.path)?;
        let counting = Counting {
            file,
            observer: self.observer,
        };
        let subject = Subject::new(&found.name, &found.path, self.rules);
        let unpacked = |error| packing::read_error(format.packing, error);
        let input = packing::reader(counting, format.packing).map_err(unpacked)?;
        let mut batches = Batches::new(input, format.kind, self.rules.ledger);
        let mut assembly = self.assembly(found, format, true)?;
        let mut stream = self.rules.stripper.stream();
        if let Some(publisher) = subject.publisher {
            stream.recognize(publisher);
        }
        let mut sink = StreamSink {
            rules: self.rules,
            subject: &subject,
            at: 0,
            portion: Portion::default(),
            stays: false,
        };
        let (mut streaming, mut binary, mut ended) = (false, false, false);
        in_order(
            self.options.jobs,
            self.options.jobs * 2 + 1,
            || match batches.next() {
                _ if ended => None,
                Ok(batch) => batch.map(Ok),
                Err(error) => {
                    ended = true;
                    Some(Err(error))
                }
            },
            || Clerk::new(self.rules),
            |clerk, batch: io::Result<Batch>| match batch.map_err(unpacked)? {
                batch if is_binary(format, &batch) => Ok(Err(None)),
                batch if batch.part == Part::Stream => Ok(Err(Some(batch.bytes))),
                batch => work_batch(clerk, &subject, format, batch).map(Ok),
            },
            |worked| {
                let ready = match worked? {
                    Ok(ready) => ready,
                    Err(None) => {
                        binary = true;
                        return Err(FileError::Other(BINARY.to_owned()));
                    }
                    Err(Some(piece)) => {
                        streaming = true;
                        let Ok(()) = stream.push(&piece, &mut sink);
                        stream_portion(&mut sink, format)?
                    }
                };
                let tally = &ready.portion.tally;
                self.observer.advance(0, tally.documents, tally.lines);
                assembly.take(ready)
            },
        )
        .or_else(|error| if binary { Ok(()) } else { Err(error) })?;
        if binary {
            drop(assembly);
            return self.copy(found, Some(format), Some(BINARY));
        }
        if streaming {
            let Ok(()) = stream.finish(&mut sink);
            let mut ready = stream_portion(&mut sink, format)?;
            let tally = &mut ready.portion.tally;
            let (before, gone) = (&assembly.counts().tally, tally.removals);
            tally.documents = 1;
            tally.changed = u64::from(before.removals + gone > 0);
            tally.emptied = u64::from(tally.changed > 0 && !sink.stays);
            let characters = before.characters + tally.characters;
            let removed = before.removed_characters + tally.removed_characters;
            let too_much = Clerk::new(self.rules)
                .too_much(removed, characters)
                .filter(|_| tally.changed > 0);
            if let Some(why) = too_much {
                drop(assembly);
                return self.copy(found, Some(format), Some(&why));
            }
            assembly.take(ready)?;
        }
        unchanged(&found.path, stamp)?;
        Ok(Finished {
            stamp,
            format: Some(format),
            before: batches.contents(),
            assembled: assembly.finish(Some(&permissions))?,
            passed: None,
        })
    }

    #[cfg(not(feature = "parquet"))]
    fn parquet(&self, _: &Found, _: Format) -> Result<Finished, FileError> {
        Err(FileError::Other("this program was built without Parquet".to_owned()))
    }

    /// Cleans the text columns of a table.
    #[cfg(feature = "parquet")]
    fn parquet(&self, found: &Found, format: Format) -> Result<Finished, FileError> {
        use records::parquet::{Names, Slice, rewrite};
        if self.options.mode == Mode::Split {
            let text = "what goes from Parquet is not split off; use another mode, the ledger has it too";
            return Err(FileError::Other(text.to_owned()));
        }
        let (file, stamp, permissions) = open(&found.path)?;
        let subject = Subject::new(&found.name, &found.path, self.rules);
        let target = self.target(found);
        // Its bytes are written apart; what is put together here is the account.
        let mut assembly = self.assembly(found, format, false)?;
        let mut before = Measure::new(self.rules.ledger);
        let temporary = match self.options.dry_run {
            true => None,
            false => Some(Temporary::create(&target).map_err(FileError::write(&target))?),
        };
        let (written, columns) = rewrite(
            &file,
            (temporary, &target),
            Names {
                text: &self.rules.fields,
                beside: self.rules.publisher_from.as_ref().and_then(PublisherFrom::field),
            },
            self.options.jobs,
            || Clerk::new(self.rules),
            |clerk, slice: &mut Slice| Ok(records::parquet::clean(clerk, &subject, slice, self.rules.ledger)),
            |slice, portion| {
                Slice::measure(&slice.values, &mut before);
                self.observer.advance(0, portion.tally.documents, portion.tally.lines);
                assembly.take(Ready {
                    portion,
                    kept: Packed::Plain,
                    removed: Packed::Plain,
                })
            },
        )?;
        self.observer.advance(found.stamp.size, 0, 0);
        unchanged(&found.path, stamp)?;
        let mut assembled = assembly.finish(None)?;
        if let Some(mut temporary) = written {
            let stamp = temporary.close(Some(&permissions)).map_err(FileError::write(&target))?;
            let idle = self.in_place && assembled.counts.tally.removals == 0;
            assembled.out = Some((temporary, stamp)).filter(|_| !idle);
        }
        assembled.columns = columns;
        Ok(Finished {
            stamp,
            format: Some(format),
            before: before.contents(),
            assembled,
            passed: None,
        })
    }

    /// Copies a file as it is: one of another format, or one that is passed on whole.
    fn copy(&self, found: &Found, format: Option<Format>, passed: Option<&str>) -> Result<Finished, FileError> {
        let (mut file, stamp, permissions) = open(&found.path)?;
        let target = self.target(found);
        let mut out = match self.in_place || self.options.dry_run {
            true => None,
            false => Some(Temporary::create(&target).map_err(FileError::write(&target))?),
        };
        let mut measure = Measure::new(self.rules.ledger);
        let mut buffer = vec![0; usize::try_from(stamp.size).map_or(1 << 20, |size| size.clamp(1 << 10, 1 << 20))];
        loop {
            let length = file.read(&mut buffer).map_err(FileError::Read)?;
            if length == 0 {
                break;
            }
            measure.take(&buffer[..length]);
            if let Some(out) = &mut out {
                io::Write::write_all(out, &buffer[..length]).map_err(FileError::write(&target))?;
            }
        }
        unchanged(&found.path, stamp)?;
        let out = match out {
            Some(mut out) => {
                let stamp = out.close(Some(&permissions)).map_err(FileError::write(&target))?;
                Some((out, stamp))
            }
            None => None,
        };
        let contents = measure.contents();
        let mut counts = Portion::default();
        if let Some(why) = passed {
            counts.tally.documents = 1;
            counts.pass_on(1, why.to_owned(), false);
        }
        self.observer.advance(found.stamp.size, u64::from(passed.is_some()), 0);
        Ok(Finished {
            stamp,
            // The bytes are those of the file, so they are what is measured.
            format: None,
            before: contents.clone(),
            assembled: Assembled {
                out,
                removed: None,
                after: contents,
                entries: Entries::default(),
                counts,
                columns: Vec::new(),
            },
            passed: passed.map(|why| match format {
                Some(format) => format!("{why} ({format})"),
                None => why.to_owned(),
            }),
        })
    }
}

/// Tells the observer of what is read.
struct Counting<'o> {
    file: File,
    observer: &'o dyn Observer,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.observer.advance(length as u64, 0, 0);
        Ok(length)
    }
}

pub(super) const BINARY: &str = "it is binary, with a NUL byte near its start";

pub(super) fn is_big(format: Format, size: u64) -> bool {
    match (format.kind, format.packing) {
        (Kind::Parquet, _) => true,
        (Kind::Text, Packing::None) => size > LONGEST_TEXT as u64,
        (_, Packing::None) => size > SMALL,
        (_, Packing::Gzip | Packing::Zstd) => size > SMALL_PACKED,
    }
}

pub(super) fn is_binary(format: Format, batch: &Batch) -> bool {
    let start = &batch.bytes[..batch.bytes.len().min(BINARY_WINDOW)];
    format.kind == Kind::Text && batch.start == 0 && memchr::memchr(0, start).is_some()
}

/// Cleans and packs a batch.
fn work_batch(clerk: &mut Clerk<'_>, subject: &Subject, format: Format, batch: Batch) -> Result<Ready, FileError> {
    let mut portion = Portion::default();
    let part = match batch.part {
        Part::Records => {
            match format.kind {
                Kind::Text => records::text::clean(clerk, subject, &batch, &mut portion),
                Kind::Jsonl => records::jsonl::clean(clerk, subject, &batch, &mut portion),
                Kind::Warc => records::warc::clean(clerk, subject, &batch, &mut portion),
                Kind::Parquet => {}
            }
            None
        }
        Part::Stream => None,
        Part::Unjudged { why, last } => {
            if let Some(why) = why {
                portion.tally.documents += 1;
                portion.pass_on(batch.document, why, true);
            }
            portion.kept = batch.bytes;
            (format.kind == Kind::Warc).then_some(last)
        }
    };
    let packed = |bytes: &[u8], ends: &[usize]| match part {
        Some(last) => Ok(Packed::Part { last }),
        None => pack(format, bytes, ends),
    };
    let memory = |error| FileError::Other(format!("cannot compress it: {error}"));
    Ok(Ready {
        kept: packed(&portion.kept, &portion.ends).map_err(memory)?,
        removed: pack(format, &portion.removed, &portion.removed_ends).map_err(memory)?,
        portion,
    })
}

fn stream_portion(sink: &mut StreamSink<'_, '_>, format: Format) -> Result<Ready, FileError> {
    let portion = std::mem::take(&mut sink.portion);
    let memory = |error| FileError::Other(format!("cannot compress it: {error}"));
    Ok(Ready {
        kept: pack(format, &portion.kept, &[]).map_err(memory)?,
        removed: pack(format, &portion.removed, &[]).map_err(memory)?,
        portion,
    })
}

fn open(path: &Path) -> Result<(File, Stamp, Permissions), FileError> {
    let file = File::open(path).map_err(FileError::Read)?;
    let metadata = file.metadata().map_err(FileError::Read)?;
    Ok((file, Stamp::of(&metadata), metadata.permissions()))
}

fn unchanged(path: &Path, stamp: Stamp) -> Result<(), FileError> {
    match fs::metadata(path) {
        Ok(metadata) if Stamp::of(&metadata) == stamp => Ok(()),
        _ => Err(FileError::Changed),
    }
}

/// Takes what the threads have done, in order, and puts it in its place.
struct Office<'a> {
    shop: &'a Shop<'a>,
    journal: Option<Journal>,
    account: Option<Account>,
    /// Files whose account is written, and that are not yet in their places.
    waiting: Vec<Waiting<'a>>,
    report: Report,
}

struct Waiting<'a> {
    found: &'a Found,
    stamp: Stamp,
    out: Option<(Temporary, Stamp)>,
    removed: Option<Temporary>,
    failed_documents: u64,
}

impl<'a> Office<'a> {
    fn take(&mut self, found: &'a Found, outcome: Outcome) -> Result<(), CorpusError> {
        let outcome = match outcome {
            Outcome::Big(format) => match self.shop.big(found, format) {
                Ok(finished) => Outcome::Finished(Box::new(finished)),
                Err(error) => Outcome::Failed(error),
            },
            outcome => outcome,
        };
        match outcome {
            Outcome::DoneBefore(failed) => self.done_before(found, failed),
            Outcome::Skipped => {
                self.report.skipped += 1;
                self.shop.observer.advance(found.stamp.size, 0, 0);
                Ok(())
            }
            Outcome::Failed(error) => {
                self.shop.observer.advance(found.stamp.size, 0, 0);
                self.fail(&found.path, error.to_string());
                self.keep_group(found)
            }
            Outcome::Finished(finished) => self.finished(found, *finished),
            Outcome::Big(_) => Ok(()),
        }
    }

    fn done_before(&mut self, found: &Found, failed: u64) -> Result<(), CorpusError> {
        self.report.done_before += 1;
        self.shop.observer.advance(found.stamp.size, 0, 0);
        if failed > 0 {
            let why = format!("{failed} of its documents could not be judged, by an earlier run");
            self.shop.observer.pass_on(&found.path, 0, &why, true);
            self.report.tally.failed_documents += failed;
            self.list(&found.name, 0, why);
        }
        self.keep_group(found)
    }

    /// What an earlier run wrote of a file stays in the ledger.
    fn keep_group(&mut self, found: &Found) -> Result<(), CorpusError> {
        match (&mut self.account, self.shop.groups.get(&key(&found.name))) {
            (Some(account), Some(group)) => account.copy(group),
            _ => Ok(()),
        }
    }

    fn finished(&mut self, found: &'a Found, finished: Finished) -> Result<(), CorpusError> {
        let Finished {
            stamp,
            format,
            before,
            mut assembled,
            passed,
        } = finished;
        if self.shop.in_place
            && let Some(group) = self.shop.groups.get(&key(&found.name))
        {
            // An earlier run may have replaced it, and been stopped before it could note that.
            if before.sha256 == group.after {
                self.wait(found, stamp, None, None, 0)?;
                return self.done_before(found, 0);
            }
            if before.sha256 != group.before {
                let why = "it changed since it was cleaned; what was removed then is in the ledger. Use another ledger to clean it again";
                self.fail(&found.path, why.to_owned());
                return self.keep_group(found);
            }
        }
        let counts = &assembled.counts;
        if let Some(account) = &mut self.account {
            let closing = FileEntry {
                file: found.name.shown().into_owned(),
                file_hex: found.name.digits(),
                format: format.map_or_else(|| "other".to_owned(), |format| format.to_string()),
                documents: counts.tally.documents,
                removals: counts.tally.removals,
                before: before.clone(),
                after: assembled.after.clone(),
                columns: assembled.columns.clone(),
                passed_on: counts.tally.passed_on + counts.tally.failed_documents,
                passed: counts.passed.clone(),
            };
            if !(self.shop.in_place && format.is_none() && passed.is_none()) {
                account.write(&mut assembled.entries, &closing)?;
            }
        }
        self.count(found, format, &before, &assembled, passed.as_deref());
        let failed_documents = assembled.counts.tally.failed_documents;
        self.wait(found, stamp, assembled.out, assembled.removed, failed_documents)
    }

    fn count(
        &mut self,
        found: &Found,
        format: Option<Format>,
        before: &Contents,
        assembled: &Assembled,
        passed: Option<&str>,
    ) {
        let counts = &assembled.counts;
        match (format, passed) {
            (None, None) => self.report.copied += 1,
            _ => {
                self.report.cleaned += 1;
                self.report.unchanged += u64::from(counts.tally.removals == 0);
            }
        }
        self.report.bytes_before += before.bytes;
        self.report.bytes_after += assembled.after.bytes;
        self.report.tally.add(&counts.tally);
        let number = |document: u64| if passed.is_some() { 0 } else { document };
        for passed in &counts.passed {
            self.shop
                .observer
                .pass_on(&found.path, number(passed.document), &passed.why, passed.failed);
            self.list(&found.name, number(passed.document), passed.why.clone());
        }
    }

    fn list(&mut self, name: &Name, document: u64, why: String) {
        if self.report.passed.len() < LISTED {
            let file = name.shown().into_owned();
            self.report.passed.push(Passed { file, document, why });
        }
    }

    fn fail(&mut self, path: &Path, why: String) {
        self.shop.observer.fail(path, &why);
        self.report.failed.push(Failed {
            path: path.to_owned(),
            why,
        });
    }

    fn wait(
        &mut self,
        found: &'a Found,
        stamp: Stamp,
        out: Option<(Temporary, Stamp)>,
        removed: Option<Temporary>,
        failed_documents: u64,
    ) -> Result<(), CorpusError> {
        self.waiting.push(Waiting {
            found,
            stamp,
            out,
            removed,
            failed_documents,
        });
        if self.waiting.len() >= GROUP {
            self.put()
        } else {
            Ok(())
        }
    }

    /// Puts the files that wait in their places. Their account is in the ledger first, and on disk if it takes the ledger to get the sources back.
    fn put(&mut self) -> Result<(), CorpusError> {
        if let Some(account) = &mut self.account {
            account.flush(self.shop.in_place)?;
        }
        for waiting in std::mem::take(&mut self.waiting) {
            let found = waiting.found;
            let failed_documents = waiting.failed_documents;
            let source = waiting.stamp;
            match self.put_one(waiting) {
                Ok(target) => {
                    if let Some(journal) = &mut self.journal {
                        journal.note(&found.name, Done::new(source, target, failed_documents));
                    }
                }
                Err(error) => self.fail(&found.path, error.to_string()),
            }
        }
        self.journal.as_mut().map_or(Ok(()), Journal::flush)
    }

    fn put_one(&self, waiting: Waiting<'_>) -> Result<Stamp, FileError> {
        if let Some(removed) = waiting.removed {
            let path = removed.target().to_owned();
            removed.put().map_err(FileError::write(&path))?;
        }
        let Some((out, stamp)) = waiting.out else {
            return Ok(waiting.stamp);
        };
        let path = out.target().to_owned();
        if self.shop.in_place {
            unchanged(&path, waiting.stamp)?;
        } else if !self.shop.fresh
            && let Some(stamp) = same_contents(&path, out.path(), stamp)
        {
            // A target whose bytes would be the same is not touched.
            return Ok(stamp);
        }
        out.put().map_err(FileError::write(&path))?;
        Ok(stamp)
    }

    fn finish(mut self) -> Result<Report, CorpusError> {
        self.put()?;
        if let Some(account) = self.account {
            account.finish()?;
        }
        Ok(self.report)
    }
}

/// The stamp of a file, if its contents are those of another of this stamp.
fn same_contents(path: &Path, other: &Path, stamp: Stamp) -> Option<Stamp> {
    let own = Stamp::of(&fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?);
    if own.size != stamp.size {
        return None;
    }
    let (mut one, mut two) = (File::open(path).ok()?, File::open(other).ok()?);
    let (mut here, mut there) = (vec![0; 128 << 10], vec![0; 128 << 10]);
    loop {
        let length = one.read(&mut here).ok()?;
        two.read_exact(&mut there[..length]).ok()?;
        if here[..length] != there[..length] {
            return None;
        }
        if length == 0 {
            return Some(own);
        }
    }
}
