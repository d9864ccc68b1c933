//! Takes a document in pieces and says of each byte, as soon as it is certain, whether it stays.
//!
//! The layers of the judge follow one another, each a small state machine that holds units back only while it must:
//!
//! ```text
//! bytes ─▶ lines ─▶ paragraphs ─▶ findings ─▶ repeats ─▶ blocks ─▶ threads ─▶ sections ─▶ letters ─▶ gaps ─▶ spacing ─▶ events
//! ```
//!
//! What each decides depends on the lines alone, never on how the bytes came in. So a stream and a whole text get the same answer.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use crate::text::dress::{self, Lead};
use crate::text::fold::{Folded, count_chars};
use crate::text::lines::{Line, next_line};
use crate::text::plain::Plain;
use crate::text::wrap::{Shape, Wrapping, ends_sentence};

use super::LONGEST_LINE;
use super::blocks::Blocks;
use super::examine;
use super::foot::Foot;
use super::gaps::Gaps;
use super::letters::Letters;
use super::publishers::{Publisher, Recognized};
use super::removal::{Event, Evidence, Reason, Removal, Sink};
use super::repeats::Repeats;
use super::rules::Rules;
use super::sections::Sections;
use super::spacing::Spacing;
use super::threads::Threads;
use super::unit::{Form, Found, Score, Unit, Verdict};

/// So many lines are read before what is decided is handed on: a piece of nothing but line ends must not become as many units at once.
const LINES_AT_ONCE: usize = 256;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A document on its way through a [`Stripper`](super::Stripper), in pieces.
///
/// Push the pieces as they come, then [`finish`](Stream::finish). After that, the stream takes the next document. At most 64 lines and 256 KiB, and the line that
/// is being read, are held back for each stage; a line that nothing touches leaves at once.
#[derive(Debug)]
pub struct Stream<'s> {
    rules: &'s Rules,
    /// Bytes not yet let go, behind `gone` bytes that were; the first is at `base` in the document.
    buffer: Vec<u8>,
    base: usize,
    gone: usize,
    /// Where the next line begins, in the buffer.
    next: usize,
    /// Where the search for its end goes on, in the buffer.
    searched: usize,
    /// The number of the next line, from 1.
    line: usize,
    /// The next bytes belong to a line too long to be judged.
    in_long_line: bool,
    wrapping: Wrapping,
    /// The last paragraph ended in a colon.
    after_colon: bool,
    /// The last paragraph was a quotation with quote marks.
    in_quotation: bool,
    paragraph: Paragraph,
    /// Guards are told of where there is nothing to guard against, too.
    lone_guards: bool,
    /// Whose document it may be.
    recognized: Recognized,
    repeats: Repeats,
    scratch: examine::Scratch,
    layers: Layers,
}

/// The lines of a paragraph that may not be complete, in bytes of the document.
#[derive(Debug, Default)]
struct Paragraph {
    lines: Vec<Line>,
    first_line: usize,
    bullet: bool,
    may_continue: bool,
    starts_small: bool,
    /// It bears the quote mark of mail and Markdown, `>`.
    quote_mark: bool,
    ends_sentence: bool,
    plain: Plain,
    folded: Folded,
}

#[derive(Debug, Default)]
struct Layers {
    blocks: Blocks,
    threads: Threads,
    sections: Sections,
    letters: Letters,
    gaps: Gaps,
    foot: Foot,
    /// What was let through to `spacing` last was an exception, or is the space behind one.
    after_exception: bool,
    spacing: Spacing,
    /// What passes from one layer to the next, in turn.
    passing: [VecDeque<Unit>; 6],
    decided: VecDeque<Unit>,
}

impl<'s> Stream<'s> {
    pub(crate) fn new(rules: &'s Rules) -> Self {
        Self {
            rules,
            buffer: Vec::new(),
            base: 0,
            gone: 0,
            next: 0,
            searched: 0,
            line: 1,
            in_long_line: false,
            wrapping: Wrapping::default(),
            after_colon: false,
            in_quotation: false,
            paragraph: Paragraph::default(),
            recognized: Recognized::default(),
            repeats: Repeats::default(),
            lone_guards: false,
            scratch: examine::Scratch::default(),
            layers: Layers::default(),
        }
    }

    /// Says whose the document is, before its first bytes. It holds until the document is finished.
    pub fn recognize(&mut self, publisher: Publisher) {
        self.recognized.add(publisher);
    }

    /// Tells of guards on every line, also where nothing else was found that they could guard. It costs a look at every "she said".
    pub fn tell_lone_guards(&mut self) {
        self.lone_guards = true;
    }

    /// Takes the next bytes of the document.
    ///
    /// # Errors
    /// What the sink says. The stream is of no use after that.
    pub fn push<S: Sink<'s>>(&mut self, bytes: &[u8], sink: &mut S) -> Result<(), S::Error> {
        self.buffer.extend_from_slice(bytes);
        self.advance(false, sink)?;
        self.buffer.drain(..self.gone);
        self.base += self.gone;
        self.next -= self.gone;
        self.searched -= self.gone;
        self.gone = 0;
        Ok(())
    }

    /// Ends the document. The stream is ready for another one.
    ///
    /// # Errors
    /// What the sink says. The stream is of no use after that.
    pub fn finish<S: Sink<'s>>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        self.advance(true, sink)?;
        self.complete();
        self.layers.finish(self.rules);
        self.emit(sink)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let paragraph = std::mem::take(&mut self.paragraph);
        let scratch = std::mem::take(&mut self.scratch);
        debug_assert_eq!(self.gone, buffer.len(), "all bytes of a document are let go with it");
        buffer.clear();
        *self = Self {
            buffer,
            paragraph,
            scratch,
            lone_guards: self.lone_guards,
            ..Self::new(self.rules)
        };
        Ok(())
    }

    /// Reads all lines that are complete, and hands on what is decided.
    fn advance<S: Sink<'s>>(&mut self, last: bool, sink: &mut S) -> Result<(), S::Error> {
        while self.read(last) {
            self.emit(sink)?;
        }
        self.emit(sink)
    }

    /// Reads some lines; whether there may be more of them.
    fn read(&mut self, last: bool) -> bool {
        let starts_document = self.base == 0 && self.next == 0;
        if starts_document && !last && self.buffer.len() < BOM.len() && BOM.starts_with(&self.buffer) {
            return false;
        }
        if starts_document && self.buffer.starts_with(BOM) {
            // The mark says how the document is encoded, so it stays, whatever becomes of the first line.
            let mark = Unit::new(0..BOM.len(), 1..1, Form::Blank);
            self.layers.decided.push_back(mark);
            (self.next, self.searched) = (BOM.len(), BOM.len());
        }
        for _ in 0..LINES_AT_ONCE {
            let Some(mut line) = next_line(&self.buffer, self.searched.max(self.next), last) else {
                // A CR at the end has to be looked at again.
                self.searched = self.buffer.len().saturating_sub(1).max(self.next);
                let unread = self.buffer.len() - self.next;
                if self.in_long_line || unread > LONGEST_LINE + 1 {
                    self.take_long(self.next..self.searched);
                }
                return false;
            };
            line.start = self.next;
            if self.in_long_line || line.text_end - line.start > LONGEST_LINE {
                self.take_long(line.start..line.end);
                self.in_long_line = false;
                self.line += 1;
            } else {
                self.take(line);
            }
            (self.next, self.searched) = (line.end, line.end);
        }
        true
    }

    /// Takes a part of a line that is too long, in bytes of the buffer.
    fn take_long(&mut self, bytes: Range<usize>) {
        if bytes.is_empty() {
            return;
        }
        if !self.in_long_line {
            self.complete();
            let endless = Shape {
                width: usize::MAX,
                ..Shape::default()
            };
            self.wrapping.continues(endless, 0);
        }
        let form = Form::Unjudged {
            first: !self.in_long_line,
        };
        self.in_long_line = true;
        (self.next, self.searched) = (bytes.end, bytes.end);
        let unit = Unit::new(
            self.base + bytes.start..self.base + bytes.end,
            self.line..self.line + 1,
            form,
        );
        self.layers.push(self.rules, unit);
    }

    fn take(&mut self, line: Line) {
        let bytes = &self.buffer[line.start..line.text_end];
        let text = std::str::from_utf8(bytes);
        let (lead, from) = text.map_or((Lead::None, 0), dress::lead);
        let ends = text.is_ok_and(ends_sentence);
        let shape = Shape::of(text.unwrap_or("\u{fffd}"), lead != Lead::None);
        let blank = text.is_ok_and(|text| {
            text[from..]
                .chars()
                .all(|c| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}')
                && lead == Lead::None
        });
        if blank {
            self.wrapping.continues(Shape::default(), self.paragraph.lines.len());
            self.complete();
            let bytes = self.base + line.start..self.base + line.end;
            let lines = self.line..self.line + 1;
            self.line += 1;
            if self.layers.are_idle() {
                self.layers.spacing.pass(true);
                self.layers.let_go(bytes, lines);
            } else {
                self.layers.push(self.rules, Unit::new(bytes, lines, Form::Blank));
            }
            return;
        }
        if !self.wrapping.continues(shape, self.paragraph.lines.len()) {
            self.complete();
            self.paragraph.first_line = self.line;
            self.paragraph.bullet = lead == Lead::Bullet;
            self.paragraph.starts_small = shape.starts_small;
            self.paragraph.may_continue = self.wrapping.was_ambiguous();
            self.paragraph.quote_mark = self.buffer[line.start..line.text_end]
                .trim_ascii_start()
                .starts_with(b">");
        }
        self.paragraph.ends_sentence = ends;
        self.paragraph.lines.push(Line {
            start: self.base + line.start,
            text_end: self.base + line.text_end,
            end: self.base + line.end,
        });
        self.line += 1;
        if !self.wrapping.is_open() {
            self.complete();
        }
    }

    /// Ends the paragraph: looks at it, and hands it to the judge.
    fn complete(&mut self) {
        let paragraph = &mut self.paragraph;
        let (Some(&first), Some(&last)) = (paragraph.lines.first(), paragraph.lines.last()) else {
            return;
        };
        let plain = &mut paragraph.plain;
        plain.clear();
        for line in &paragraph.lines {
            plain.push_line(&self.buffer[line.start - self.base..line.text_end - self.base]);
        }
        plain.seal();
        // A text that quotes announces it with a colon; mail that was forwarded, and some extractors, put the mark before everything.
        self.in_quotation = paragraph.quote_mark && (self.in_quotation || self.after_colon);
        let ends_colon = plain.bytes().ends_with(b":");
        self.after_colon = ends_colon && !paragraph.quote_mark;
        let is_idle = self.layers.are_idle();
        let matches = if self.in_quotation {
            Vec::new()
        } else {
            examine::matches(
                self.rules,
                &mut self.scratch,
                &mut self.recognized,
                plain,
                self.lone_guards || !is_idle,
            )
        };
        let bytes = first.start..last.end;
        let lines = paragraph.first_line..paragraph.first_line + paragraph.lines.len();
        if matches.is_empty() && is_idle {
            paragraph.lines.clear();
            self.layers.letters.pass(ends_colon, paragraph.ends_sentence);
            self.layers.spacing.pass(false);
            self.layers.let_go(bytes, lines);
            return;
        }
        let mut unit = Unit {
            chars: count_chars(plain.text()),
            ends_sentence: paragraph.ends_sentence,
            text_hash: hash(plain.text()),
            starts_small: paragraph.starts_small,
            ends_colon,
            may_continue: paragraph.may_continue,
            bullet: paragraph.bullet,
            ..Unit::new(bytes, lines, Form::Text)
        };
        if !matches.is_empty() {
            // Only now it matters where in the original the folded text came from.
            let folded = &mut paragraph.folded;
            folded.clear();
            for line in &paragraph.lines {
                let bytes = &self.buffer[line.start - self.base..line.text_end - self.base];
                folded.push_line(bytes, line.start - first.start);
            }
            unit.findings = examine::findings(
                self.rules,
                &mut self.recognized,
                folded,
                first.start,
                last.text_end,
                matches,
            );
            unit.evidence = Score::of(&unit.findings, self.rules);
            unit.verdict = unit.findings.line.as_ref().map(|found| Verdict {
                rule: found.rule,
                reason: Reason::Line,
            });
            self.repeats.judge(self.rules, &mut unit);
        }
        paragraph.lines.clear();
        self.layers.push(self.rules, unit);
    }

    /// Hands what was decided to the sink.
    fn emit<S: Sink<'s>>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        // Bytes of untouched units go out as one piece.
        let mut untouched: Option<(Range<usize>, Range<usize>)> = None;
        while let Some(unit) = self.layers.decided.pop_front() {
            self.gone = unit.bytes.end - self.base;
            if unit.is_untouched() {
                match &mut untouched {
                    Some((bytes, lines)) => (bytes.end, lines.end) = (unit.bytes.end, unit.lines.end),
                    None => untouched = Some((unit.bytes, unit.lines)),
                }
                continue;
            }
            if let Some((bytes, lines)) = untouched.take() {
                sink.event(kept(self.slice(bytes), lines))?;
            }
            self.emit_unit(&unit, sink)?;
        }
        if let Some((bytes, lines)) = untouched {
            sink.event(kept(self.slice(bytes), lines))?;
        }
        Ok(())
    }

    /// Hands on a unit in which something was found, or that was not judged.
    fn emit_unit<S: Sink<'s>>(&self, unit: &Unit, sink: &mut S) -> Result<(), S::Error> {
        let rules = self.rules;
        let all = || {
            unit.findings
                .all()
                .into_iter()
                .map(|found| evidence(rules, found))
                .collect()
        };
        let removed = |bytes: Range<usize>, rule: u32, reason: Reason, evidence: Vec<Evidence<'s>>| Event::Removed {
            bytes: self.slice(bytes.clone()),
            removal: Removal {
                bytes,
                lines: unit.lines.clone(),
                pattern: rules.pattern(rule),
                reason,
                evidence,
            },
        };
        if let Form::Unjudged { first } = unit.form {
            let (bytes, line) = (self.slice(unit.bytes.clone()), unit.lines.start);
            return sink.event(Event::Unjudged { bytes, line, first });
        }
        if let Some(Verdict { rule, reason }) = unit.verdict {
            return sink.event(removed(unit.bytes.clone(), rule, reason, all()));
        }
        if unit.findings.cuts.is_empty() {
            return sink.event(Event::Kept {
                bytes: self.slice(unit.bytes.clone()),
                lines: unit.lines.clone(),
                evidence: all(),
                sum: unit.evidence.sum(),
            });
        }
        let mut from = unit.bytes.start;
        for cut in &unit.findings.cuts {
            if cut.bytes.start > from {
                sink.event(kept(self.slice(from..cut.bytes.start), unit.lines.clone()))?;
            }
            sink.event(removed(
                cut.bytes.clone(),
                cut.rule,
                Reason::Span,
                vec![evidence(rules, cut)],
            ))?;
            from = cut.bytes.end;
        }
        if from < unit.bytes.end {
            sink.event(kept(self.slice(from..unit.bytes.end), unit.lines.clone()))?;
        }
        Ok(())
    }

    /// The bytes of a range of the document, which are still in the buffer.
    fn slice(&self, bytes: Range<usize>) -> &[u8] {
        &self.buffer[bytes.start - self.base..bytes.end - self.base]
    }
}

/// Bytes in which nothing was found.
fn kept<'e, 's>(bytes: &'e [u8], lines: Range<usize>) -> Event<'e, 's> {
    Event::Kept {
        bytes,
        lines,
        evidence: Vec::new(),
        sum: 0.0,
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn evidence<'s>(rules: &'s Rules, found: &Found) -> Evidence<'s> {
    Evidence {
        pattern: rules.pattern(found.rule),
        bytes: found.bytes.clone(),
    }
}

impl Layers {
    /// Whether nothing is held back anywhere, so that a unit without findings passes through all layers.
    fn are_idle(&self) -> bool {
        self.letters.is_idle()
            && self.gaps.is_idle()
            && self.foot.is_idle()
            && self.spacing.is_idle()
            && self.blocks.is_idle()
            && self.threads.is_idle()
            && self.sections.is_idle()
    }

    /// Lets bytes go in which nothing was found.
    fn let_go(&mut self, bytes: Range<usize>, lines: Range<usize>) {
        match self.decided.back_mut().filter(|last| last.is_untouched()) {
            Some(last) => (last.bytes.end, last.lines.end) = (bytes.end, lines.end),
            None => self.decided.push_back(Unit::new(bytes, lines, Form::Text)),
        }
    }

    fn push(&mut self, rules: &Rules, unit: Unit) {
        let [to_threads, ..] = &mut self.passing;
        self.blocks.push(rules, unit, to_threads);
        self.flow(rules);
    }

    /// Carries on what the layers let go.
    fn flow(&mut self, rules: &Rules) {
        let [to_threads, to_sections, to_letters, to_gaps, to_foot, to_spacing] = &mut self.passing;
        while let Some(unit) = to_threads.pop_front() {
            self.threads.push(rules, unit, to_sections);
        }
        while let Some(unit) = to_sections.pop_front() {
            self.sections.push(rules, unit, to_letters);
        }
        while let Some(unit) = to_letters.pop_front() {
            self.letters.push(rules, unit, to_gaps);
        }
        while let Some(unit) = to_gaps.pop_front() {
            self.gaps.push(rules, unit, to_foot);
        }
        while let Some(unit) = to_foot.pop_front() {
            self.foot.push(rules, unit, to_spacing);
        }
        while let Some(mut unit) = to_spacing.pop_front() {
            // Only here, so that what stands around an exception goes or stays as it did without it; but the space behind
            // it is its own.
            self.after_exception = unit.findings.is_excepted || self.after_exception && unit.is_blank();
            if self.after_exception {
                unit.verdict = None;
            }
            self.spacing.push(unit, &mut self.decided);
        }
    }

    fn finish(&mut self, rules: &Rules) {
        self.blocks.finish(rules, &mut self.passing[0]);
        self.flow(rules);
        self.threads.finish(&mut self.passing[1]);
        self.flow(rules);
        self.sections.finish(&mut self.passing[2]);
        self.flow(rules);
        self.letters.finish(rules, &mut self.passing[3]);
        self.flow(rules);
        self.gaps.finish(&mut self.passing[4]);
        self.flow(rules);
        self.foot.finish(rules, &mut self.passing[5]);
        self.flow(rules);
        self.spacing.finish(&mut self.decided);
    }
}
