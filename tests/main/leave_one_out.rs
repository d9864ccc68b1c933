//! What is left when a part of the sets is taken away: it may find less, but it must not take more.

use std::fs;
use std::path::Path;

use bodycopy::{PatternSets, Stripper};

use crate::seeds;

fn without(name: &str) -> Stripper {
    Stripper::builtin(Stripper::select_builtin(&[], &[name]).expect("a known name"))
}

/// All that must stay whole: the traps, one by one, each with its language, and what is left of the seeds.
fn texts_that_stay() -> Vec<(String, String)> {
    let traps = seeds::traps().into_iter().map(|(path, trap)| {
        let language = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        (language.to_owned(), trap)
    });
    let left = seeds::all()
        .into_iter()
        .filter_map(|(_, _, output)| Some((String::new(), String::from_utf8(output).ok()?)));
    traps.chain(left).collect()
}

/// All texts of the language that is left out, whose guards are gone, are tried, and of the others every so manieth, each time others.
#[test]
fn without_the_sets_of_a_language_nothing_more_goes() {
    const SPARSE: usize = 12;
    let sets = PatternSets::builtin().expect("sound");
    let texts = texts_that_stay();
    let mut lost = Vec::new();
    for (turn, left_out) in sets.languages().into_iter().enumerate() {
        let stripper = without(left_out);
        for (at, (language, text)) in texts.iter().enumerate() {
            if language != left_out && at % SPARSE != turn % SPARSE {
                continue;
            }
            for removal in stripper.strip(text.as_bytes()).removals {
                let line = text[removal.bytes].trim();
                lost.push(format!("without {left_out}, {} takes {line}", removal.pattern.id));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// Pages of publishers in `seeds/publishers`, named after their sets: each is left exactly, and most of what goes would go if nobody knew the publisher.
#[test]
fn most_of_what_a_publisher_writes_goes_without_its_set() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/publishers");
    let (mut furniture, mut left, mut wrong) = (0, 0, Vec::new());
    for entry in fs::read_dir(folder).expect("the pages") {
        let path = entry.expect("readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        let Some(set) = name.strip_suffix(".clean.txt") else {
            continue;
        };
        let page = fs::read_to_string(path.with_file_name(format!("{set}.txt"))).expect("its page");
        let clean = fs::read_to_string(&path).expect("UTF-8");
        let kept = seeds::stripper().strip(page.as_bytes()).text(&page);
        if kept != clean {
            wrong.push(format!("{name}: {kept}"));
        }
        let alone = without(set).strip(page.as_bytes()).text(&page);
        let body: Vec<&str> = lines(&clean).collect();
        if body.iter().any(|line| !lines(&alone).any(|kept| kept == *line)) {
            wrong.push(format!("without {set} body copy goes: {alone}"));
        }
        furniture += lines(&page).count() - body.len();
        left += lines(&alone).count() - body.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(furniture > 100, "{furniture} lines of furniture");
    let found = 1.0 - f64::from(left as u32) / f64::from(furniture as u32);
    assert!(found >= 0.85, "{found:.3} of {furniture} lines");
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}
