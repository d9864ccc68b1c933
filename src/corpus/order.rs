//! Spreads work over threads and hands the results on in order.
//!
//! Every thread does whatever there is to do: fetch the next task, or work on one; the calling thread also takes the results. So one job is one thread,
//! and the results are those of one thread for any number of them. What is under way is bounded by a window: who is too far ahead waits.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Takes tasks from `produce`, works on them on `jobs` threads, and hands the results to `consume` on the calling thread, in the order of the tasks.
///
/// `prepare` makes what a thread needs for its work, once a thread. At most `window` tasks are under way or wait to be consumed.
///
/// # Errors
/// The first error of `consume`, which ends the run: tasks under way are finished and dropped, no more are taken.
pub fn in_order<T, S, R: Send, E>(
    jobs: usize,
    window: usize,
    produce: impl FnMut() -> Option<T> + Send,
    prepare: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> R + Sync,
    mut consume: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let shop = Shop {
        window: window.max(1),
        tasks: Mutex::new(Tasks { produce, next: 0 }),
        state: Mutex::new(State {
            ready: BTreeMap::new(),
            taken: 0,
            consumed: 0,
            ended: None,
        }),
        changed: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs {
            scope.spawn(|| {
                let mut own = prepare();
                while shop.reserve(true) {
                    shop.work(|task| work(&mut own, task));
                }
            });
        }
        let mut own = prepare();
        let result = loop {
            match shop.next_result() {
                Next::Result(result) => {
                    if let Err(error) = consume(result) {
                        break Err(error);
                    }
                }
                Next::End => break Ok(()),
                Next::Nothing => {
                    if shop.reserve(false) {
                        shop.work(|task| work(&mut own, task));
                    } else {
                        shop.wait_for_result();
                    }
                }
            }
        };
        shop.end_now();
        result
    })
}

struct Shop<P, R> {
    window: usize,
    tasks: Mutex<Tasks<P>>,
    state: Mutex<State<R>>,
    changed: Condvar,
}

struct Tasks<P> {
    produce: P,
    /// The number of the next task.
    next: u64,
}

struct State<R> {
    /// Results that wait for those before them; none for a task that there was not.
    ready: BTreeMap<u64, R>,
    /// Tasks that a thread may fetch or has fetched.
    taken: u64,
    consumed: u64,
    /// How many tasks there are, once that is known.
    ended: Option<u64>,
}

enum Next<R> {
    Result(R),
    /// The next result is not there yet.
    Nothing,
    /// There are no more.
    End,
}

impl<T, P: FnMut() -> Option<T>, R> Shop<P, R> {
    /// Takes a place in the window; waits for one if asked to. False when there are no more tasks, or no place.
    fn reserve(&self, wait: bool) -> bool {
        let mut state = self.state();
        loop {
            if state.ended.is_some() {
                return false;
            }
            if state.taken - state.consumed < self.window as u64 {
                state.taken += 1;
                return true;
            }
            if !wait {
                return false;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Fetches a task, for which there is a place, and works on it.
    fn work(&self, work: impl FnOnce(T) -> R) {
        let (number, task) = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            let number = tasks.next;
            if self.state().ended.is_some() {
                return;
            }
            match (tasks.produce)() {
                Some(task) => {
                    tasks.next += 1;
                    (number, task)
                }
                None => {
                    self.state().ended.get_or_insert(number);
                    self.changed.notify_all();
                    return;
                }
            }
        };
        let result = work(task);
        self.state().ready.insert(number, result);
        self.changed.notify_all();
    }

    fn next_result(&self) -> Next<R> {
        let mut state = self.state();
        let next = state.consumed;
        if let Some(result) = state.ready.remove(&next) {
            state.consumed += 1;
            self.changed.notify_all();
            return Next::Result(result);
        }
        if state.ended.is_some_and(|ended| next >= ended) {
            return Next::End;
        }
        Next::Nothing
    }

    fn wait_for_result(&self) {
        let state = self.state();
        let next = state.consumed;
        let there = |state: &mut State<R>| {
            let over = state.ended.is_some_and(|ended| next >= ended);
            !over
                && !state.ready.contains_key(&next)
                && (state.ended.is_some() || state.taken - next >= self.window as u64)
        };
        let _state = self.changed.wait_while(state, there);
    }

    /// No more tasks are taken.
    fn end_now(&self) {
        self.state().ended = Some(0);
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        for jobs in [1, 2, 8] {
            for window in [1, 3, 64] {
                let mut numbers = 0..500u64;
                let mut seen = Vec::new();
                let done: Result<(), ()> = in_order(
                    jobs,
                    window,
                    || numbers.next(),
                    || (),
                    |(), number| {
                        if number % 7 == 0 {
                            std::thread::yield_now();
                        }
                        number * 2
                    },
                    |double| {
                        seen.push(double);
                        Ok(())
                    },
                );
                assert_eq!(done, Ok(()));
                assert_eq!(seen, (0..500).map(|number| number * 2).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn an_error_ends_the_run() {
        for jobs in [1, 4] {
            let mut numbers = 0..;
            let mut seen = 0;
            let done = in_order(
                jobs,
                8,
                || numbers.next(),
                || (),
                |(), number: u32| number,
                |number| {
                    seen += 1;
                    if number == 20 { Err(number) } else { Ok(()) }
                },
            );
            assert_eq!((done, seen), (Err(20), 21));
        }
    }

    #[test]
    fn it_runs_within_itself() {
        let mut outer = 0..20u32;
        let mut seen = Vec::new();
        let done: Result<(), ()> = in_order(
            3,
            4,
            || outer.next(),
            || (),
            |(), number| number,
            |number| {
                let mut inner = 0..number;
                let mut sum = 0;
                in_order(
                    3,
                    4,
                    || inner.next(),
                    || (),
                    |(), number| number,
                    |number| {
                        sum += number;
                        Ok(())
                    },
                )?;
                seen.push(sum);
                Ok(())
            },
        );
        assert_eq!(done, Ok(()));
        assert_eq!(
            seen,
            (0..20).map(|number: u32| (0..number).sum::<u32>()).collect::<Vec<_>>()
        );
    }
}
