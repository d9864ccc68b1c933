//! Makes regexes small enough to have a thousand of them.

use regex_syntax::hir::print::Printer;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};

use super::load::parse_regex;

/// A repetition that may go on for longer has no limit when it runs; the length of its line limits it.
const LONGEST_COUNTED: u32 = 60;

/// A class of more ranges that has letters of several scripts takes in all letters when it runs.
const MOST_RANGES: usize = 32;

/// Characters beyond ASCII that are no punctuation of any script, nearly: what `\w` means in folded text.
const LETTERS: &[(char, char)] = &[
    ('\u{c0}', '\u{60b}'),
    ('\u{60d}', '\u{61a}'),
    ('\u{620}', '\u{6d3}'),
    ('\u{6d5}', '\u{963}'),
    ('\u{966}', '\u{1fff}'),
    ('\u{2070}', '\u{2fff}'),
    ('\u{3003}', '\u{3007}'),
    ('\u{3020}', '\u{10ffff}'),
];

/// The form in which a regex runs: folded, and slim.
///
/// A counted repetition is compiled once for each count, and a class of letters is a thousand ranges: for `\w{0,60}` that makes a megabyte, and there are
/// a thousand regexes. So long counts become "any number", which the length of a line limits anyway, and letters are told by a few ranges.
pub fn running_regex(source: &str) -> Result<String, String> {
    let mut slim = String::new();
    Printer::new()
        .print(&slimmed(parse_regex(source)?), &mut slim)
        .map_err(|error| error.to_string())?;
    Ok(slim)
}

fn slimmed(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Class(Class::Unicode(class)) if class.ranges().len() > MOST_RANGES && has_letters(&class) => {
            let mut slim = class;
            let letters = LETTERS.iter().map(|&(first, last)| ClassUnicodeRange::new(first, last));
            let ascii = ClassUnicode::new([ClassUnicodeRange::new('\0', '\u{7f}')]);
            slim.intersect(&ascii);
            slim.union(&ClassUnicode::new(letters));
            Hir::class(Class::Unicode(slim))
        }
        HirKind::Class(class) => Hir::class(class),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            max: repetition.max.filter(|&max| max <= LONGEST_COUNTED),
            sub: Box::new(slimmed(*repetition.sub)),
            ..repetition
        }),
        // Nobody asks for the groups.
        HirKind::Capture(capture) => slimmed(*capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(slimmed).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(slimmed).collect()),
    }
}

fn has_letters(class: &ClassUnicode) -> bool {
    ['ж', 'ب', 'न'].iter().all(|letter| {
        class
            .ranges()
            .iter()
            .any(|range| (range.start()..=range.end()).contains(letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_counts_and_letters_are_slim() {
        let running = |source: &str| running_regex(source).expect("sound");
        assert_eq!(running("(?:a[^.]{0,99}b){1,3}"), running("(?:a[^.]*b){1,3}"));
        assert_eq!(running("[^.]{2,99}"), running("[^.]{2,}"));
        let words = regex::Regex::new(&format!(r"\A(?:{})\z", running(r"\w+ [\p{L}-]+"))).expect("it compiles");
        for text in [
            "sign up",
            "zapisz sie",
            "подпишитесь на-нас",
            "登録 登録",
            "한국 소식",
            "हिन्दी समाचार",
        ] {
            assert!(words.is_match(crate::text::fold::Folded::of(text).text()), "{text}");
        }
        for text in ["sign. up", "登録。 登録", "नाम। नाम", "a, b"] {
            assert!(!words.is_match(crate::text::fold::Folded::of(text).text()), "{text}");
        }
    }
}
