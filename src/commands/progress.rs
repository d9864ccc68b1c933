//! Shows how far a run is, on a terminal, and says what fails in it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::corpus::Observer;
use crate::output;

/// So many messages of a kind are shown; a summary counts the others.
const SHOWN: u64 = 20;

/// A bar on standard error, if that is a terminal.
pub struct Progress {
    bar: ProgressBar,
    documents: Arc<AtomicU64>,
    lines: Arc<AtomicU64>,
    failed: AtomicU64,
    passed: AtomicU64,
    quiet: bool,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self {
            bar: ProgressBar::with_draw_target(None, target),
            documents: Arc::default(),
            lines: Arc::default(),
            failed: AtomicU64::new(0),
            passed: AtomicU64::new(0),
            quiet,
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Says what was not shown one by one.
    pub fn rest(&self) {
        for (count, what) in [
            (&self.failed, "files failed"),
            (&self.passed, "documents were passed on as they are"),
        ] {
            let more = count.load(Ordering::Relaxed).saturating_sub(SHOWN);
            if more > 0 {
                output::note(format_args!("and {more} more {what}; --report lists them"));
            }
        }
    }
}

impl Observer for Progress {
    fn begin(&self, _: u64, bytes: u64) {
        let counter = |count: &Arc<AtomicU64>| {
            let count = Arc::clone(count);
            move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                // Nobody is to be told if a line of progress cannot be made.
                let _ = write!(out, "{}", HumanCount(count.load(Ordering::Relaxed)));
            }
        };
        let template = "{bar:24} {percent}%  {bytes} of {total_bytes}  {documents} documents  {removed} lines removed  {bytes_per_sec}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            let style = style.with_key("documents", counter(&self.documents));
            self.bar.set_style(style.with_key("removed", counter(&self.lines)));
        }
        self.bar.set_length(bytes);
    }

    fn advance(&self, bytes: u64, documents: u64, lines: u64) {
        self.documents.fetch_add(documents, Ordering::Relaxed);
        self.lines.fetch_add(lines, Ordering::Relaxed);
        self.bar.inc(bytes);
    }

    fn fail(&self, path: &Path, why: &str) {
        if self.failed.fetch_add(1, Ordering::Relaxed) < SHOWN {
            self.bar
                .suspend(|| output::error(format_args!("{}: {why}", path.display())));
        }
    }

    fn pass_on(&self, path: &Path, document: u64, why: &str, failed: bool) {
        if self.quiet && !failed || self.passed.fetch_add(1, Ordering::Relaxed) >= SHOWN {
            return;
        }
        let place = match document {
            0 => path.display().to_string(),
            _ => format!("{}:{document}", path.display()),
        };
        let say = if failed { output::error } else { output::warning };
        self.bar
            .suspend(|| say(format_args!("{place}: {why}; it is passed on as it is")));
    }
}
