//! How the judge decides, shown with patterns made for it.

use bodycopy::patterns::load_set;
use bodycopy::{PatternSets, Selection, Stripper};

/// The patterns of these tests, without their form (see [`FORM`]).
const PATTERNS: &str = r#"
[set]
id       = "en.test"
language = "en"
summary  = "For tests"

[[pattern]]
id = "ad"
category = "advertising"
kind = "line"
literals = ["Advertisement"]

[[pattern]]
id = "join"
category = "newsletter"
kind = "line"
literals = ["Join our list"]

[[pattern]]
id = "letter"
category = "donation"
kind = "block"
start = { literals = ["A letter from"] }
end = { anchor = "whole", literals = ["Later"] }
max_lines = 5

[[pattern]]
id = "note"
category = "subscription"
kind = "block"
start = { literals = ["A note from"] }
end = { anchor = "whole", literals = ["Not now"] }
max_lines = 3

[[pattern]]
id = "related"
category = "related"
kind = "section"
literals = ["Related stories"]
max_lines = 6

[[pattern]]
id = "see"
category = "related"
kind = "span"
cut = "bracket"
literals = ["see also"]

[[pattern]]
id = "plea"
category = "donation"
kind = "span"
cut = "sentence"
literals = ["please give"]

[[pattern]]
id = "ask"
category = "donation"
kind = "cue"
family = "ask"
weight = 2
literals = ["we need you"]

[[pattern]]
id = "money"
category = "donation"
kind = "cue"
family = "money"
weight = 3
literals = ["five dollars"]

[[pattern]]
id = "self"
category = "donation"
kind = "cue"
family = "self"
weight = 2
literals = ["our newsroom"]

[[pattern]]
id = "thanks"
category = "donation"
kind = "cue"
family = "thanks"
weight = 2
literals = ["thank you all"]

[[pattern]]
id = "dear"
category = "donation"
kind = "cue"
family = "opener"
weight = 2
anchor = "start"
literals = ["Dear all"]

[[pattern]]
id = "label"
category = "social"
kind = "cue"
family = "label"
weight = 1
literals = ["Mail", "Print", "Share"]

[[pattern]]
id = "counter"
category = "comments"
kind = "line"
literals = ["Two comments"]

[[pattern]]
id = "says"
category = "comments"
kind = "post"
place = "head"
weight = 1
regex = '[a-z]+ says'

[[pattern]]
id = "reply"
category = "comments"
kind = "post"
place = "foot"
weight = 1
literals = ["Reply"]

[[pattern]]
id = "said"
category = "donation"
kind = "guard"
literals = ["she said"]
"#;

/// What a pattern file must have, though these patterns are proved by the tests.
const FORM: &str = r#"[[pattern]]
match = ["x"]
no_match = ["x"]
added = 2026-11-23
provenance = "test"
"#;

fn sets() -> PatternSets {
    let mut sets = PatternSets::builtin().expect("sound");
    sets.sets = vec![load_set("en/test.toml", PATTERNS.replace("[[pattern]]\n", FORM)).expect("sound")];
    sets
}

/// What is left of lines given with ` / ` between them.
fn left_of(lines: &str) -> String {
    left_with(lines, &[], &[])
}

fn left_with(lines: &str, select: &[&str], ignore: &[&str]) -> String {
    let sets = sets();
    let stripper = Stripper::new(&sets, Selection::new(&sets, select, ignore).expect("known names"));
    let text = lines.replace(" / ", "\n");
    stripper.strip(text.as_bytes()).text(&text).replace('\n', " / ")
}

#[test]
fn a_block_goes_from_its_start_to_its_end() {
    assert_eq!(
        left_of("News. / A letter from us / It rained. / Later / More."),
        "News. / More."
    );
    assert_eq!(left_of("A letter from us / Later"), "");
}

#[test]
fn a_block_that_does_not_end_in_time_stays_but_for_what_goes_by_itself() {
    let news = "A letter from us / One. / Two. / Three. / Four. / Later";
    assert_eq!(left_of(news), news);
    assert_eq!(
        left_of("A letter from us / One. / Advertisement / Two."),
        "A letter from us / One. / Two."
    );
}

#[test]
fn a_block_within_one_that_never_ends_is_found() {
    assert_eq!(
        left_of("A letter from us / News. / A note from us / Not now / More. / Even more."),
        "A letter from us / News. / More. / Even more."
    );
    // The end belongs to the start that is near enough.
    assert_eq!(
        left_of("A letter from us / One. / Two. / A letter from them / Three. / Later / Four."),
        "A letter from us / One. / Two. / Four."
    );
}

#[test]
fn an_end_of_another_block_ends_nothing() {
    let news = "A note from us / News. / Later / More.";
    assert_eq!(left_of(news), news);
}

#[test]
fn a_section_takes_the_short_lines_under_its_heading() {
    assert_eq!(
        left_of("News. / Related stories / Bridge shut / Fares rise"),
        "News. / "
    );
    assert_eq!(
        left_of("Related stories / Bridge shut / The council met on Tuesday."),
        "The council met on Tuesday."
    );
    assert_eq!(
        left_of("Related stories / The council met on Tuesday."),
        "Related stories / The council met on Tuesday."
    );
}

#[test]
fn the_last_item_before_body_copy_may_be_a_subheading() {
    let list = "Related stories / Bridge shut / Fares rise / ";
    assert_eq!(
        left_of(&format!("{list}Why now / The council met.")),
        "Why now / The council met."
    );
    assert_eq!(left_of(&format!("{list} / The council met.")), "The council met.");
    assert_eq!(
        left_of("Related stories / - Bridge shut / - Fares rise / The council met."),
        "The council met."
    );
}

#[test]
fn a_section_is_no_longer_than_it_may_be() {
    assert_eq!(
        left_of("Related stories / A b / C d / E f / G h / I j / K l / M n"),
        "I j / K l / M n"
    );
}

#[test]
fn spans_are_cut_at_brackets_and_sentences() {
    assert_eq!(left_of("The bridge (see also: fares) is shut."), "The bridge is shut.");
    assert_eq!(left_of("(see also: fares)"), "");
    assert_eq!(left_of("The bridge is shut. Please give today."), "The bridge is shut.");
    assert_eq!(
        left_of("The bridge is shut. “Please give,” she said."),
        "The bridge is shut. “Please give,” she said."
    );
    assert_eq!(
        left_of("Please give, it says. The bridge is shut. It rains. Ferries run."),
        "Please give, it says. The bridge is shut. It rains. Ferries run."
    );
}

#[test]
fn a_line_goes_by_cues_of_several_families() {
    assert_eq!(
        left_of("News. / Our newsroom says: we need you, five dollars. / More."),
        "News. / More."
    );
    // Two families, however often, are not enough.
    let news = "We need you. We need you. Five dollars. Five dollars.";
    assert_eq!(left_of(news), news);
}

#[test]
fn cues_do_not_count_in_quotation_marks_or_beside_a_guard() {
    for news in [
        "“Our newsroom says: we need you, five dollars,” the letter reads.",
        "Our newsroom says: we need you, five dollars, she said.",
        "– Our newsroom says: we need you, five dollars.",
        "‘Our newsroom says: we need you, five dollars,’ the letter reads.",
    ] {
        assert_eq!(left_of(news), news);
    }
}

#[test]
fn a_long_line_needs_more() {
    let news = format!(
        "Our newsroom says: we need you, five dollars. {}",
        "It rained on the old town again. ".repeat(40)
    );
    assert_eq!(left_of(&news), news);
}

#[test]
fn a_letter_goes_by_the_cues_of_all_its_lines() {
    assert_eq!(
        left_of("News. / Dear all / We need you. / Five dollars help our newsroom. / Thank you all. / More."),
        "News. / More."
    );
    // Without something asked for, it is no letter.
    let news = "News. / Dear all / Five dollars help our newsroom. / Thank you all. / More.";
    assert_eq!(left_of(news), news);
}

#[test]
fn a_sentence_that_says_nothing_stays_in_the_midst_of_a_letter() {
    let text =
        "Dear all / We need you. / The ferry runs every hour. / Five dollars help our newsroom. / Thank you all.";
    assert_eq!(left_of(text), "The ferry runs every hour. / ");
}

#[test]
fn labels_go_by_three() {
    assert_eq!(left_of("News. / Mail / Print / Share / More."), "News. / More.");
    assert_eq!(left_of("News. / Mail / Print / More."), "News. / Mail / Print / More.");
    assert_eq!(left_of("News. / Mail / Join our list / Print / More."), "News. / More.");
}

#[test]
fn a_short_line_goes_between_two_lines_of_a_box() {
    assert_eq!(
        left_of("News. / Join our list / Every Friday / Join our list / More."),
        "News. / More."
    );
    assert_eq!(
        left_of("News. / Join our list / It is Friday. / Join our list / More."),
        "News. / It is Friday. / More."
    );
    assert_eq!(
        left_of("News. / Advertisement / Why now / Advertisement / More."),
        "News. / Why now / More."
    );
}

#[test]
fn blank_lines_go_with_what_they_set_apart() {
    assert_eq!(left_of("News. /  / Advertisement /  / More."), "News. /  / More.");
    assert_eq!(left_of("News. / Advertisement /  / More."), "News. /  / More.");
    assert_eq!(left_of("News. /  / Advertisement / More."), "News. /  / More.");
    assert_eq!(left_of("Advertisement /  / News."), "News.");
    assert_eq!(
        left_of("News. / Advertisement /  / Advertisement / More."),
        "News. / More."
    );
    assert_eq!(left_of("News. / Advertisement /  / "), "News. / ");
}

#[test]
fn a_selection_narrows_what_goes() {
    let text = "Advertisement / Join our list / Our newsroom says: we need you, five dollars.";
    assert_eq!(
        left_with(text, &["advertising"], &[]),
        "Join our list / Our newsroom says: we need you, five dollars."
    );
    assert_eq!(left_with(text, &["donation"], &[]), "Advertisement / Join our list / ");
    assert_eq!(
        left_with(text, &[], &["donation"]),
        "Our newsroom says: we need you, five dollars."
    );
    assert_eq!(
        left_with(text, &[], &["en.test.ad", "en.test.money"]),
        "Advertisement / Our newsroom says: we need you, five dollars."
    );
    assert_eq!(
        left_with(text, &["en.test.join"], &[]),
        "Advertisement / Our newsroom says: we need you, five dollars."
    );
    assert_eq!(left_with(text, &[], &["en"]), text);
}

#[test]
fn a_list_that_a_colon_announces_stays() {
    for news in [
        "They asked for: / Mail / Print / Share / More.",
        "They asked for: /  / Mail / Print / Share / More.",
    ] {
        assert_eq!(left_of(news), news);
    }
}

#[test]
fn a_thread_of_comments_goes_with_what_readers_wrote() {
    assert_eq!(
        left_of(
            "News. / Ann says: / It rained. / Reply / Bob says: / It did not. / Reply / Cay says: / Who knows. / Reply / Next."
        ),
        "News. / Next."
    );
    // A counter above says as much as two marks.
    assert_eq!(
        left_of("News. / Two comments / Ann says: / It rained. / Reply / Bob says: / It did not. / Reply / Next."),
        "News. / Next."
    );
    // What the last reader wrote goes at the end of the document, or before a line that goes for another reason.
    assert_eq!(
        left_of("News. / Two comments / Ann says: / Rain. / Reply / Bob says: / Sun. / Reply / Cay says: / Fog."),
        "News. / "
    );
    assert_eq!(
        left_of(
            "News. / Two comments / Ann says: / Rain. / Reply / Bob says: / Sun. / Reply / Cay says: / Fog. / Advertisement / Next."
        ),
        "News. / Next."
    );
}

#[test]
fn names_that_say_something_are_no_thread() {
    let interview = "Ann says: / It rained. / Bob says: / It did not. / Ann says: / It did. / Bob says: / Who knows. / Ann says: / I do. / Bob says: / You do not.";
    assert_eq!(left_of(interview), interview);
    let article = "News. / Ann says: / It rained. / Reply / Next.";
    assert_eq!(left_of(article), article);
    // A counter stands below the headline too.
    assert_eq!(
        left_of("News. / Two comments / It rained. / Ann says: / It will again. / Next."),
        "News. / It rained. / Ann says: / It will again. / Next."
    );
    let below = "Two comments / It rained. / Nobody knew why. / Ann says: / Rain. / Reply / Bob says: / Sun. / Reply / Cay says: / Fog. / Reply / Next.";
    assert_eq!(left_of(below), "It rained. / Nobody knew why. / Next.");
    let far = format!(
        "News. / Two comments / Ann says:{} / Reply / Ann says: / Reply",
        " / It rained.".repeat(13)
    );
    assert_eq!(left_of(&far), far.replace("Two comments / ", ""));
}

#[test]
fn short_lines_at_the_foot_go_with_what_stands_there() {
    let news = "News of the day, told at some length. / It rained in the whole of the country.";
    let foot = "Join our list / Two comments / Join our list";
    assert_eq!(
        left_of(&format!("{news} / {foot} / Gazette House")),
        format!("{news} / ")
    );
    assert_eq!(
        left_of(&format!(
            "{news} / Join our list / By post / Two comments / Gazette House / Join our list"
        )),
        format!("{news} / ")
    );
    // A sentence, a list, a foot that two lines make, and one that advertisements make.
    for rest in ["It is Tuesday.", "One / Two / Three / Four"] {
        assert_eq!(
            left_of(&format!("{news} / {foot} / {rest}")),
            format!("{news} / {rest}")
        );
    }
    for short in [
        "Join our list / Two comments",
        "Advertisement / Advertisement / Advertisement",
    ] {
        let left = left_of(&format!("{news} / {short} / Gazette House"));
        assert_eq!(left, format!("{news} / Gazette House"));
    }
    // What stands above an article is no foot.
    assert_eq!(left_of(&format!("{foot} / Gazette House")), "Gazette House");
}

#[test]
fn a_label_that_ends_the_document_goes() {
    assert_eq!(left_of("News. / It rained. / Share"), "News. / It rained. / ");
    assert_eq!(left_of("It rained. / Mail / Share"), "It rained. / ");
    // The last step of a list, the last line of a poem, a document that is nothing else.
    for whole in [
        "How to tell / Write it / Share",
        "Do this: / Share",
        "Share",
        "Mail / Share",
        "News. / Share / It rained.",
    ] {
        assert_eq!(left_of(whole), whole);
    }
}

#[test]
fn an_appeal_that_comes_again_goes() {
    assert_eq!(
        left_of("News. / It costs five dollars. / More. / It costs five dollars. / Next."),
        "News. / It costs five dollars. / More. / Next."
    );
    // What says little may come again, and so may what others said.
    for twice in [
        "We need you here. / News. / We need you here.",
        "Dear all / News. / Dear all",
        "Five dollars, she said. / News. / Five dollars, she said.",
    ] {
        assert_eq!(left_of(twice), twice);
    }
}

#[test]
fn some_patterns_count_only_in_their_publishers_documents() {
    const GAZETTE: &str = r#"
[set]
id        = "en.gazette"
language  = "en"
publisher = "gazette.example"
names     = ["The Example Gazette"]
summary   = "For tests"

[[pattern]]
id = "inside"
category = "related"
kind = "line"
literals = ["Also inside"]
only_own = true

[[pattern]]
id = "list"
category = "newsletter"
kind = "line"
literals = ["Join the Gazette list"]
"#;
    let mut sets = sets();
    sets.extend([load_set("en/gazette.toml", GAZETTE.replace("[[pattern]]\n", FORM)).expect("sound")]);
    let stripper = Stripper::new(&sets, Selection::default());
    let left = |lines: &str, place: &str| {
        let text = lines.replace(" / ", "\n");
        let stripped = stripper.strip_of(text.as_bytes(), stripper.publisher(place));
        stripped.text(&text).replace('\n', " / ")
    };
    assert_eq!(left("News. / Also inside / More.", ""), "News. / Also inside / More.");
    // By its address, its name on a line, or another of its patterns.
    for place in [
        "https://news.gazette.example/1",
        "www.gazette.example",
        "the example gazette",
        "gazette",
    ] {
        assert_eq!(left("News. / Also inside / More.", place), "News. / More.", "{place}");
    }
    assert_eq!(
        left("THE EXAMPLE GAZETTE / News. / Also inside / More.", ""),
        "THE EXAMPLE GAZETTE / News. / More."
    );
    assert_eq!(
        left("News. / Join the Gazette list / Also inside / More.", ""),
        "News. / More."
    );
    let told = "As the Example Gazette wrote: / Also inside / More.";
    assert_eq!(left(told, "https://example.org/gazette.example"), told);
    // The next document is another's.
    assert_eq!(left("News. / Also inside / More.", ""), "News. / Also inside / More.");
}
