//! One letter in many forms: however a text was set, wrapped or signed, the same lines go.

use crate::seeds::stripper;

const NEWS: &[&str] = &[
    "The harbor council voted on Thursday to close the old swing bridge for eleven months, the first full closure since it was built in 1931.",
    "“Nobody likes it, but the steel is tired,” the engineer in charge, Mara Lind, told the council before the vote.",
    "Ferries will run every twenty minutes between the two quays, and the fare for foot passengers is to be waived.",
    "Shopkeepers on the eastern quay said they had asked for help with their rents and had not yet had an answer.",
];

const LETTER: &[&str] = &[
    "A Message from PAPER:",
    "Dear readers,",
    "We are facing the hardest months in our history. Our website is blocked, and our reporters are called criminals for doing their work.",
    "Attempts to silence independent journalism will not stop us. We refuse to be silenced, but to continue our work, we need your help.",
    "Your support, however small, makes a real difference. Please consider a monthly donation, starting from just $3. It only takes a minute.",
    "By supporting PAPER you are defending open and independent reporting. Thank you for standing with us.",
];

const BUTTON: &str = "Remind me later.";

fn assert_only_news_is_left(news: &[String], letter: &[String], ending: &str) {
    let mut input = news.join(ending);
    input.push_str(ending);
    let expected = input.clone();
    input.push_str(&letter.join(ending));
    let left = stripper().strip(input.as_bytes()).text(&input);
    assert_eq!(left, expected, "of {input}");
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

fn letter_of(paper: &str, button: bool) -> Vec<String> {
    let mut letter: Vec<String> = LETTER.iter().map(|line| line.replace("PAPER", paper)).collect();
    if button {
        letter.push(String::new());
        letter.push(BUTTON.to_owned());
    }
    letter
}

/// Wraps lines greedily, as mail programs do.
fn wrap(lines: &[String], width: usize, spaced: bool) -> Vec<String> {
    let mut wrapped = Vec::new();
    for line in lines {
        let mut current = String::new();
        for word in line.split(' ') {
            if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > width {
                wrapped.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        wrapped.push(current);
        if spaced {
            wrapped.push(String::new());
        }
    }
    wrapped
}

#[test]
fn a_paper_that_no_set_knows_is_found_by_its_words() {
    for paper in ["The Moscow Times", "The Lindholm Gazette", "Nowhere Weekly"] {
        for button in [true, false] {
            for ending in ["\n", "\r\n"] {
                assert_only_news_is_left(&owned(NEWS), &letter_of(paper, button), ending);
            }
        }
    }
}

#[test]
fn typography_makes_no_difference() {
    let set = |lines: Vec<String>| -> Vec<String> {
        lines
            .iter()
            .map(|line| {
                line.replace('\'', "’")
                    .replace(" a ", "\u{a0}a ")
                    .replace(", ", ",\u{2009}")
                    .replace("su", "s\u{ad}u")
            })
            .collect()
    };
    assert_only_news_is_left(&set(owned(NEWS)), &set(letter_of("The Lindholm Gazette", true)), "\n");
}

#[test]
fn markdown_makes_no_difference() {
    let mut letter = letter_of("The Lindholm Gazette", true);
    for line in &mut letter {
        if !line.is_empty() {
            *line = format!("> **{line}**");
        }
    }
    assert_only_news_is_left(&owned(NEWS), &letter, "\n");
    let mut letter = letter_of("The Lindholm Gazette", true);
    letter[4] = letter[4].replace("monthly donation", "[monthly donation](https://gazette.example/give)");
    letter[0] = format!("## {}", letter[0]);
    assert_only_news_is_left(&owned(NEWS), &letter, "\n");
}

#[test]
fn hard_wrapped_text_is_judged_by_its_paragraphs() {
    for width in [64, 68, 72, 76, 80] {
        for spaced in [true, false] {
            for paper in ["The Moscow Times", "The Lindholm Gazette"] {
                let news = wrap(&owned(NEWS), width, spaced);
                let letter = wrap(&letter_of(paper, true), width, spaced);
                assert_only_news_is_left(&news, &letter, "\n");
            }
        }
    }
}

#[test]
fn the_letter_may_stand_anywhere() {
    let news = owned(NEWS);
    let letter = letter_of("The Lindholm Gazette", true);
    for at in 0..=news.len() {
        let (before, after) = news.split_at(at);
        let input = [before, &letter, after].concat().join("\n");
        let left = stripper().strip(input.as_bytes()).text(&input);
        let expected = news.join("\n");
        assert_eq!(
            left.trim_end_matches('\n'),
            expected,
            "with the letter before line {at}"
        );
    }
}

#[test]
fn the_same_words_in_a_report_stay() {
    let report = "\
The letter begins with the words “A Message from The Lindholm Gazette”, and it is addressed to “Dear readers”.
“We are facing the hardest months in our history,” it says. “We need your help.”
Readers are asked to give from $3 a month, which the paper's publisher said would pay for two reporters.
“Thank you for standing with us,” the letter ends, according to a copy seen by this newspaper.
Donations to the paper are tax-deductible, the charity regulator confirmed on Friday.
";
    assert!(stripper().strip(report.as_bytes()).removals.is_empty());
}

#[test]
fn a_paragraph_between_two_boxes_stays() {
    let text = "\
Dear readers,
Please consider supporting our independent journalism with a monthly donation, starting from just $3.
Thank you for standing with us.
Donate now
The ferry will run every twenty minutes until the bridge reopens in the autumn of next year.
Subscribe to our newsletter
The day's news delivered to your inbox.
The fare for foot passengers is to be waived.
";
    let expected = "\
The ferry will run every twenty minutes until the bridge reopens in the autumn of next year.
The fare for foot passengers is to be waived.
";
    assert_eq!(stripper().strip(text.as_bytes()).text(text), expected);
}
