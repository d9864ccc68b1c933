//! Spreads work over threads, and gives its results in order.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pyo3::prelude::*;

/// So much text, in bytes, is one task.
const TASK: usize = 4 << 20;
/// So many tasks a thread are done before Python may look whether it was interrupted: some tenths of a second.
const TASKS_AT_ONCE: usize = 4;

/// Cuts rows into tasks of about the same size. `lengths` are those of the rows, in bytes.
pub fn tasks(lengths: impl ExactSizeIterator<Item = usize>) -> Vec<Range<usize>> {
    let rows = lengths.len();
    let mut tasks = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (row, length) in lengths.enumerate() {
        // An empty row costs something, too.
        bytes += length + 64;
        if bytes >= TASK {
            tasks.push(start..row + 1);
            (start, bytes) = (row + 1, 0);
        }
    }
    if start < rows {
        tasks.push(start..rows);
    }
    tasks
}

/// Does all tasks, on so many threads and without the interpreter's lock, and hands their results over in order.
///
/// # Errors
/// What a signal handler raises, such as `KeyboardInterrupt`.
pub fn in_order<R: Send>(
    py: Python<'_>,
    tasks: &[Range<usize>],
    threads: usize,
    work: impl Fn(Range<usize>) -> R + Sync,
    mut take: impl FnMut(R) + Send,
) -> PyResult<()> {
    for group in tasks.chunks(threads.max(1) * TASKS_AT_ONCE) {
        py.detach(|| {
            if threads <= 1 || group.len() == 1 {
                group.iter().for_each(|task| take(work(task.clone())));
            } else {
                spread(group, threads, &work).into_iter().for_each(&mut take);
            }
        });
        py.check_signals()?;
    }
    Ok(())
}

fn spread<R: Send>(tasks: &[Range<usize>], threads: usize, work: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(at) else { return done };
            done.push((at, work(task.clone())));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.min(tasks.len())).map(|_| scope.spawn(run)).collect();
        let join = |handle: thread::ScopedJoinHandle<'_, _>| handle.join().unwrap_or_else(|panic| resume_unwind(panic));
        handles.into_iter().flat_map(join).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
