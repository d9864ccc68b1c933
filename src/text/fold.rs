//! Makes the folded form of a paragraph: the form in which text and patterns are compared.
//!
//! Folding drops what a reader does not see as a difference: case (in every script), diacritics, the kind of quote, dash and space, compatibility
//! forms (full width, ligatures), soft hyphens and other invisible characters, runs of white space, and Markdown marks. Diacritics go because
//! capitals are often set without them (`ABONNEZ-VOUS A`), in French, Spanish and Greek headlines above all.
//!
//! The folded form is for comparing only. Every byte of it knows which byte of the paragraph it came from, so a hit can be shown, and cut, in
//! the original.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::dress;

/// The folded form of one paragraph, with the way back.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    text: String,
    /// For each byte of `text`, the start and the end in the paragraph of the character it came from, in bytes.
    origins: Vec<(u32, u32)>,
    marks: Vec<Range<usize>>,
}

impl Folded {
    /// Folds one text, such as a phrase of a pattern.
    pub fn of(text: &str) -> Self {
        let mut folded = Self::default();
        folded.push_line(text.as_bytes(), 0);
        folded
    }

    /// Forgets the text and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.origins.clear();
    }

    /// Adds a line (without its ending) that begins `base` bytes into the paragraph. Lines are joined by a space.
    ///
    /// Bytes that are not UTF-8 fold to U+FFFD. Cost: one pass; lines of ASCII without marks are cheapest.
    pub fn push_line(&mut self, line: &[u8], base: usize) {
        self.space(base..base);
        match std::str::from_utf8(line) {
            Ok(line) => {
                let mut marks = std::mem::take(&mut self.marks);
                let (_, from) = dress::lead(line);
                dress::marks(line, &mut marks);
                let mut at = from;
                for mark in &marks {
                    if mark.start > at {
                        self.push_words(&line[at..mark.start], base + at);
                    }
                    at = at.max(mark.end);
                }
                self.push_words(&line[at..], base + at);
                self.marks = marks;
            }
            Err(_) => {
                let mut at = base;
                for chunk in line.utf8_chunks() {
                    self.push_words(chunk.valid(), at);
                    at += chunk.valid().len();
                    if !chunk.invalid().is_empty() {
                        let end = at + chunk.invalid().len();
                        self.push(char::REPLACEMENT_CHARACTER, at..end);
                        at = end;
                    }
                }
            }
        }
        if self.text.ends_with(' ') {
            self.text.pop();
            self.origins.pop();
        }
    }

    fn push_words(&mut self, words: &str, base: usize) {
        for (at, c) in words.char_indices() {
            let at = base + at..base + at + c.len_utf8();
            if c.is_ascii() {
                if c.is_ascii_whitespace() || c == '\u{b}' {
                    self.space(at);
                } else {
                    // Most text is ASCII: one byte of it is one byte of the folded form.
                    self.text.push(c.to_ascii_lowercase());
                    self.origins.push((offset(at.start), offset(at.end)));
                }
            } else {
                fold_char(c, &mut |c| {
                    if c == ' ' {
                        self.space(at.clone())
                    } else {
                        self.push(c, at.clone())
                    }
                });
            }
        }
    }

    fn push(&mut self, c: char, at: Range<usize>) {
        self.text.push(c);
        self.origins.resize(self.text.len(), (offset(at.start), offset(at.end)));
    }

    fn space(&mut self, at: Range<usize>) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.push(' ', at);
        }
    }

    /// The folded text: no white space but single spaces, none at the ends.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the paragraph from which a range of the folded text came; the range is not empty.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        let (start, end) = (self.origins[range.start].0, self.origins[range.end - 1].1);
        start as usize..end as usize
    }

    /// The part of the folded text without the punctuation and symbols around it.
    pub fn core(&self) -> Range<usize> {
        core(&self.text)
    }
}

/// The part of folded text without the punctuation and symbols around it.
///
/// Quotation marks stay, because a quoted line is somebody's words; so do `©`, currency signs and `@`, which say something. A mark at the end that
/// closes nothing is an arrow: `Read more »`.
pub fn core(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start_matches(is_dress).len();
    let mut end = start + text[start..].trim_end_matches(is_dress).len();
    if let Some(rest) = text[start..end].strip_suffix(" \"")
        && !rest.contains('"')
    {
        end = start + rest.trim_end_matches(is_dress).len();
    }
    start..end
}

/// Where the [`core()`] of folded text begins, without a look at the rest of it.
pub fn core_start(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&first) = text.get(at) {
        let length = match first {
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        };
        let character = text
            .get(at..at + length)
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        if !character.and_then(|c| c.chars().next()).is_some_and(is_dress) {
            break;
        }
        at += length;
    }
    at
}

fn is_dress(c: char) -> bool {
    match c {
        '"' | '\'' | '@' | '$' | '&' | '%' => false,
        _ if c.is_ascii() => !c.is_ascii_alphanumeric(),
        '©' | '®' | '¢'..='¥' | '\u{20a0}'..='\u{20cf}' | char::REPLACEMENT_CHARACTER => false,
        _ => !c.is_alphanumeric() && !is_combining_mark(c),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a paragraph is far shorter than 4 GiB")
}

/// Folds one character that is not ASCII.
pub(super) fn fold_char(c: char, push: &mut dyn FnMut(char)) {
    match c {
        // Invisible: soft hyphen, zero-width and directional marks, variation selectors, tatweel.
        '\u{ad}'
        | '\u{61c}'
        | '\u{640}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => {}
        '‘' | '’' | '‚' | '‛' | '′' | '´' | 'ʼ' | 'ʹ' | '‹' | '›' | '『' | '』' | '〈' | '〉' => {
            push('\'')
        }
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' | '「' | '」' | '《' | '》' | '〝' | '〞' | '〟' => {
            push('"')
        }
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '⁃' | '﹘' | '﹣' | '－' => push('-'),
        'ß' | 'ẞ' => {
            push('s');
            push('s');
        }
        // Turkish: the capital of i, and of dotless i, is not what other languages make of it.
        'ı' | 'İ' => push('i'),
        'ς' => push('σ'),
        // Hindi is written with chandrabindu or anusvara, with or without nukta.
        '\u{901}' => push('\u{902}'),
        _ if c.is_whitespace() => push(' '),
        _ => decompose_compatible(c, |part| {
            if is_diacritic(part) {
                return;
            }
            match part {
                'ς' => push('σ'),
                _ if part.is_whitespace() => push(' '),
                _ => part
                    .to_lowercase()
                    .filter(|&lower| !is_diacritic(lower))
                    .for_each(&mut *push),
            }
        }),
    }
}

/// Marks that a reader can do without. Vowel signs of Indic scripts and the voicing marks of kana are no diacritics: they change the word.
fn is_diacritic(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{93c}')
}

/// How many characters a reader sees in folded text: a letter with its vowel signs or voicing mark, or a Hangul syllable, is one.
pub fn count_chars(folded: &str) -> usize {
    if folded.is_ascii() {
        folded.len()
    } else {
        folded.chars().filter(|&c| !is_part(c)).count()
    }
}

/// The second half of a character: a vowel sign, a voicing mark, a Hangul vowel or final consonant.
pub(crate) fn is_part(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{1160}'..='\u{11ff}')
}

/// Folds the source of a regular expression so that it matches folded text.
///
/// What follows a backslash is left alone: `\S` is not `\s`. What folds into a character that means something in a regular expression stands for
/// itself: `[–-]` is a class of two dashes, not a difference of sets.
pub fn fold_regex(source: &str) -> String {
    let mut folded = String::with_capacity(source.len());
    let mut escaped = false;
    for c in source.chars() {
        if escaped || c.is_ascii() {
            folded.push(if escaped { c } else { c.to_ascii_lowercase() });
            escaped = c == '\\' && !escaped;
        } else {
            fold_char(c, &mut |c| {
                if regex_syntax::is_meta_character(c) {
                    folded.push('\\');
                }
                folded.push(c);
            });
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        Folded::of(text).text().to_owned()
    }

    #[test]
    fn what_a_reader_does_not_see_makes_no_difference() {
        assert_eq!(fold("“Don’t – stop…”"), "\"don't - stop...\"");
        assert_eq!(fold("A\u{a0}B\u{2009}C \t D"), "a b c d");
        assert_eq!(fold("news\u{ad}let\u{200b}ter"), "newsletter");
        assert_eq!(fold("ＳＩＧＮ　ＵＰ"), "sign up");
        assert_eq!(fold("ПІДПИШІТЬСЯ на Наш"), fold("підпишіться НА наш"));
        assert_eq!(fold("Straße STRASSE"), "strasse strasse");
        assert_eq!(fold("ΕΓΓΡΑΦΕΙΤΕ τους"), fold("εγγραφείτε ΤΟΥΣ"));
        assert_eq!(fold("KAYIT İçin ılık"), fold("kayıt için ILIK"));
        assert_eq!(fold("e\u{301}te\u{301}"), fold("été"));
        assert_eq!(fold("한국"), fold("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"));
        assert_ne!(fold("かき"), fold("がき"));
        assert_eq!(fold("ख़बर यहाँ"), fold("खबर यहां"));
    }

    #[test]
    fn a_range_of_the_folded_form_leads_back_to_the_original() {
        let text = "- **Été “ABC”** ﬁn";
        let folded = Folded::of(text);
        assert_eq!(folded.text(), "ete \"abc\" fin");
        let back = |part: &str| {
            let at = folded.text().find(part).expect("part of it");
            &text[folded.origin(at..at + part.len())]
        };
        assert_eq!(back("ete"), "Été");
        assert_eq!(back("\"abc\""), "“ABC”");
        assert_eq!(back("fin"), "ﬁn");
    }

    #[test]
    fn bytes_that_are_not_utf8_stay_apart() {
        let mut folded = Folded::default();
        folded.push_line(b"Sign\xff up", 0);
        assert_eq!(folded.text(), "sign\u{fffd} up");
        assert_eq!(folded.origin(4..7), 4..5);
    }

    #[test]
    fn the_core_is_without_dress_but_with_quotes_and_currency() {
        let core_of = |text: &str| {
            let folded = Folded::of(text);
            folded.text()[folded.core()].to_owned()
        };
        assert_eq!(core_of(">> [Advertisement]: <<"), "advertisement");
        assert_eq!(core_of("📰 Newsletter →"), "newsletter");
        assert_eq!(core_of("“Remind me later.”"), "\"remind me later.\"");
        assert_eq!(core_of("$5 / month!"), "$5 / month");
        assert_eq!(core_of("© 2026 Gazette."), "© 2026 gazette");
        assert_eq!(core_of("***"), "");
    }

    #[test]
    fn a_regex_is_folded_but_its_classes_are_not() {
        assert_eq!(fold_regex(r"Für\S+\s’X"), r"fur\S+\s'x");
        assert_eq!(fold_regex(r"\\S"), r"\\s");
        assert_eq!(fold_regex("[–-] …"), r"[\--] \.\.\.");
    }
}
