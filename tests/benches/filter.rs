//! How long the filter takes: to begin, and on text in which it finds nothing, something, much, and nothing but near misses.
//!
//! `cargo bench` prints bytes per second; `cargo bench -- worst` runs a part. Ratios to other tools are printed by `tests/speed.py`.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use bodycopy::{PatternSets, Selection, Stripper};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const MIB: usize = 1 << 20;

/// The texts of the seeds whose names end so, and not so, one after the other.
fn seeds(ending: &str, not: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the seeds")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(ending) && (not.is_empty() || !name.ends_with(not))
        })
        .collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| fs::read_to_string(path).ok());
    texts.collect::<Vec<_>>().join("\n\n")
}

/// A text repeated up to a size.
fn repeated(text: &str, size: usize) -> String {
    text.repeat(size / text.len() + 1)
}

fn near_misses(sets: &PatternSets) -> String {
    let patterns = sets.sets.iter().flat_map(|set| &set.patterns);
    let lines = patterns.flat_map(|pattern| pattern.near_misses.iter().map(String::as_str));
    lines.collect::<Vec<_>>().join("\n")
}

fn begin(criterion: &mut Criterion) {
    criterion.bench_function("begin/built-in sets", |bencher| {
        bencher.iter(|| black_box(Stripper::builtin(Selection::default())));
    });
    let sets = PatternSets::builtin().expect("the built-in sets are sound");
    let mut group = criterion.benchmark_group("begin");
    group.sample_size(10);
    group.bench_function("sets from files", |bencher| {
        bencher.iter(|| black_box(Stripper::new(&sets, Selection::default())));
    });
}

fn filter(criterion: &mut Criterion) {
    let sets = PatternSets::builtin().expect("the built-in sets are sound");
    let stripper = Stripper::new(&sets, Selection::default());
    let clean = seeds(".clean.txt", "");
    let nothing: String = clean
        .lines()
        .filter(|line| stripper.strip(line.as_bytes()).removals.is_empty())
        .fold(String::new(), |text, line| text + line + "\n");
    let texts = [
        ("nothing to find", nothing),
        ("body copy", clean.clone()),
        (
            "one letter in four articles",
            format!("{}\n\n{}", clean.repeat(3), seeds(".txt", ".clean.txt")),
        ),
        ("dense", seeds(".txt", ".clean.txt")),
        ("near misses", near_misses(&sets)),
    ];
    let mut group = criterion.benchmark_group("filter");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for (name, text) in &texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| black_box(stripper.strip(text.as_bytes())))
        });
    }
}

/// Text made to take long. Time per byte must not grow with the size.
fn worst(criterion: &mut Criterion) {
    let sets = PatternSets::builtin().expect("the built-in sets are sound");
    let stripper = Stripper::new(&sets, Selection::default());
    let kinds = [
        ("starts of blocks", "A Message from The Moscow Times\nDear readers,\n"),
        (
            "cues in one line",
            "support us donate subscribe today join our readers please give now ",
        ),
        ("labels", "Share\nTweet\nPrint\nSave\n"),
        (
            "one line",
            "The council met on Tuesday to hear what the new bridge will cost, and why. ",
        ),
    ];
    let mut group = criterion.benchmark_group("worst");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for (name, unit) in kinds {
        for size in [MIB / 100, MIB] {
            let text = repeated(unit, size);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(BenchmarkId::new(name, size), &text, |bencher, text| {
                bencher.iter(|| black_box(stripper.strip(text.as_bytes())));
            });
        }
    }
}

criterion_group!(benches, begin, filter, worst);
criterion_main!(benches);
