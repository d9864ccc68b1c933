//! Broken pattern files are refused with a message that says where, what, and what would be right.

use std::fs;

use bodycopy::patterns::load_set;

use crate::command::{bodycopy, stderr, stdout};

const GOOD: &str = r#"
[set]
id        = "en.gazette"
language  = "en"
publisher = "gazette.example"
names     = ["The Example Gazette"]
summary   = "Appeals of the Example Gazette"

[[pattern]]
id         = "signup"
category   = "newsletter"
kind       = "line"
anchor     = "start"
literals   = ["Sign up for the Morning Gazette"]
match      = ["Sign up for the Morning Gazette: the day in five minutes"]
no_match   = ["Voters had to sign up for the Morning Gazette."]
added      = 2026-11-23
provenance = "standing line above the third paragraph"
"#;

/// The message for the good file with one change.
fn message(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    load_set("patterns/en/gazette.toml", GOOD.replacen(from, to, 1))
        .expect_err("it is broken")
        .to_string()
}

#[test]
fn the_model_is_good() {
    let set = load_set("patterns/en/gazette.toml", GOOD).expect("good");
    assert_eq!(set.patterns[0].id, "en.gazette.signup");
    assert_eq!(set.patterns[0].publisher.as_deref(), Some("gazette.example"));
}

#[test]
fn each_way_of_breaking_it_is_told() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "literals   =",
            "litterals  =",
            "gazette.toml:14: unknown key `litterals`; did you mean `literals`?",
        ),
        (
            "\"newsletter\"",
            "\"newsleter\"",
            "gazette.toml:11: unknown value `newsleter`; did you mean `newsletter`?",
        ),
        (
            "kind       = \"line\"",
            "kind       = \"lines\"",
            "gazette.toml:12: unknown value `lines`; did you mean `line`?",
        ),
        ("\"start\"", "\"begin\"", "gazette.toml:13: unknown value `begin`"),
        ("\"signup\"", "\"Sign Up\"", "gazette.toml:10: `Sign Up` is no id"),
        (
            "\"en.gazette\"",
            "\"en.gazete\"",
            "gazette.toml:3: the set id is `en.gazete`, but language and file name make it `en.gazette`",
        ),
        (
            "match      = [\"Sign",
            "#",
            "gazette.toml:10: `en.gazette.signup` proves nothing",
        ),
        (
            "no_match   =",
            "#",
            "gazette.toml:10: `en.gazette.signup` has no near miss",
        ),
        (
            "literals   =",
            "#",
            "gazette.toml:10: `en.gazette.signup`: there is nothing to look for",
        ),
        (
            "\"Sign up for the Morning Gazette\"]",
            "\"…\"]",
            "gazette.toml:10: `en.gazette.signup`: the phrase `…` is too short",
        ),
        (
            "literals   =",
            "regex      = \"sign (up\" #",
            "the regex cannot be read: unclosed group, at character 6",
        ),
        (
            "literals   =",
            "regex      = '\\d+ \\w+' #",
            "no word of two or more letters that is always there",
        ),
        (
            "literals   =",
            "regex      = '(sign up)?' #",
            "the regex can match nothing at all",
        ),
        (
            "anchor     =",
            "max_lines  = 3 #",
            "the key `max_lines` means nothing for this kind of pattern",
        ),
        (
            "kind       = \"line\"\nanchor     = \"start\"",
            "kind       = \"section\"",
            "`max_lines` is missing",
        ),
        (
            "kind       = \"line\"\nanchor     = \"start\"",
            "kind       = \"section\"\nmax_lines = 65",
            "`max_lines = 65` is out of range: 1 to 64 lines",
        ),
        (
            "kind       = \"line\"",
            "kind       = \"cue\"",
            "a cue needs a `family`",
        ),
        (
            "kind       = \"line\"",
            "kind       = \"cue\"\nfamily = \"asks\"",
            "unknown value `asks`; did you mean `ask`?",
        ),
        (
            "kind       = \"line\"",
            "kind       = \"cue\"\nfamily = \"ask\"",
            "a cue or post needs a `weight`: 1, 2 or 3",
        ),
        (
            "kind       = \"line\"",
            "kind       = \"cue\"\nfamily = \"ask\"\nweight = 9",
            "the weight 9 is out of range",
        ),
        (
            "kind       = \"line\"",
            "kind       = \"post\"\nweight = 1",
            "a post needs a `place`",
        ),
        (
            "kind       = \"line\"",
            "kind       = \"span\"",
            "a span needs `cut = \"sentence\"` or `cut = \"bracket\"`",
        ),
        ("added      = 2026-11-23", "added      = \"today\"", "gazette.toml:17: "),
        ("added      = 2026-11-23", "", "missing field `added`"),
        (
            "summary   =",
            "sumary    =",
            "gazette.toml:7: unknown key `sumary`; did you mean `summary`?",
        ),
        ("[set]", "[set", "gazette.toml:2: "),
    ];
    for (from, to, said) in cases {
        let message = message(from, to);
        assert!(message.contains(said), "{from} -> {to}: {message}");
    }
}

#[test]
fn only_a_publisher_has_documents_of_its_own() {
    let text = GOOD
        .replace("publisher = \"gazette.example\"\n", "")
        .replace("added  ", "only_own   = true\nadded  ");
    let message = load_set("patterns/en/gazette.toml", text)
        .expect_err("broken")
        .to_string();
    assert!(message.contains("name its domain as `publisher` in [set]"), "{message}");
}

#[test]
fn an_id_is_there_once() {
    let twice = format!("{GOOD}{}", &GOOD[GOOD.find("[[pattern]]").expect("there")..]);
    let message = load_set("patterns/en/gazette.toml", twice)
        .expect_err("broken")
        .to_string();
    assert!(
        message.contains("gazette.toml:20: the id `en.gazette.signup` is taken by the pattern in line 10"),
        "{message}"
    );
}

#[test]
fn a_block_needs_both_its_ends() {
    let block = "kind       = \"block\"\nmax_lines  = 9\nstart      = { literals = [\"A letter from the Gazette\"] }";
    let message = message(
        "kind       = \"line\"\nanchor     = \"start\"\nliterals   = [\"Sign up for the Morning Gazette\"]",
        block,
    );
    assert!(message.contains("a block needs `end = { literals"), "{message}");
}

fn check_folder(file: &str, text: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(file), text).expect("written");
    let output = bodycopy_check(folder.path());
    (output.status.code(), stdout(&output) + &stderr(&output))
}

fn bodycopy_check(folder: &std::path::Path) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_bodycopy"))
        .args(["patterns", "check"])
        .arg(folder)
        .output()
        .expect("it runs")
}

#[test]
fn check_proves_a_folder() {
    assert_eq!(check_folder("gazette.toml", GOOD).0, Some(0));

    let (code, said) = check_folder(
        "gazette.toml",
        &GOOD.replace(
            "[\"Sign up for the Morning Gazette: the",
            "[\"Register for the Morning Gazette: the",
        ),
    );
    assert_eq!(code, Some(1));
    assert!(
        said.contains("gazette.toml:10: en.gazette.signup: match 1 is not removed"),
        "{said}"
    );

    let (code, said) = check_folder("gazette.toml", &GOOD.replace("[\"Voters had to sign", "[\"Sign"));
    assert_eq!(code, Some(1));
    assert!(
        said.contains("no_match 1 loses `Sign up for the Morning Gazette.` to en.gazette.signup"),
        "{said}"
    );

    let (code, said) = check_folder("gazette.toml", &GOOD.replace("literals", "litterals"));
    assert_eq!(code, Some(1));
    assert!(said.contains("did you mean `literals`?"), "{said}");
}

#[test]
fn a_new_pattern_that_breaks_an_old_promise_is_caught() {
    let greedy = GOOD
        .replace("\"start\"", "\"anywhere\"")
        .replace("Sign up for the Morning Gazette", "on Tuesday");
    let greedy = greedy.replace(
        "[\"Voters had to sign up for the Morning Gazette.\"]",
        "[\"“See you on Tuesday,” he said.\"]",
    );
    let (code, said) = check_folder("gazette.toml", &greedy);
    assert_eq!(code, Some(1));
    assert!(said.contains("to en.gazette.signup"), "{said}");
}

#[test]
fn a_folder_of_ones_own_adds_to_the_built_in_sets_and_overrides_them() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("gazette.toml"), GOOD).expect("written");
    let article = folder.path().join("article.txt");
    fs::write(
        &article,
        "News of the day.\nADVERTISEMENT\nSign up for the Morning Gazette today.\n",
    )
    .expect("written");
    let run = |extra: &[&str]| {
        let output = bodycopy()
            .arg("--patterns")
            .arg(folder.path())
            .args(extra)
            .arg(&article)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    assert_eq!(run(&[]), "News of the day.\n");
    assert_eq!(
        run(&["--ignore", "en.gazette.signup"]),
        "News of the day.\nSign up for the Morning Gazette today.\n"
    );
    assert_eq!(run(&["--select", "en.gazette"]), "News of the day.\nADVERTISEMENT\n");

    let empty = GOOD
        .replace("en.gazette", "en.common")
        .split("[[pattern]]")
        .next()
        .expect("a head")
        .to_owned();
    fs::write(folder.path().join("common.toml"), empty).expect("written");
    assert_eq!(run(&["--ignore", "en.cues"]), "News of the day.\nADVERTISEMENT\n");
}

#[test]
fn a_project_file_is_found_upward_and_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below).expect("made");
    fs::create_dir(folder.path().join("sets")).expect("made");
    fs::write(folder.path().join("sets/gazette.toml"), GOOD).expect("written");
    fs::write(
        folder.path().join("bodycopy.toml"),
        "ignore = [\"advertising\"]\npatterns = [\"sets\"]\n",
    )
    .expect("written");
    fs::write(
        below.join("article.txt"),
        "News.\nADVERTISEMENT\nSign up for the Morning Gazette today.\n",
    )
    .expect("written");
    let run = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_bodycopy"))
            .current_dir(&below)
            .arg("article.txt")
            .output()
            .expect("it runs")
    };
    assert_eq!(stdout(&run()), "News.\nADVERTISEMENT\n");

    fs::write(
        folder.path().join("bodycopy.toml"),
        "ignore = [\"advertising\"]\nignored = 1\n",
    )
    .expect("written");
    let output = run();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("bodycopy.toml:2: unknown key `ignored`; did you mean `ignore`?"),
        "{}",
        stderr(&output)
    );

    fs::write(folder.path().join("bodycopy.toml"), "ignore = [\"advertizing\"]\n").expect("written");
    assert!(stderr(&run()).contains("did you mean `advertising`?"));
}
