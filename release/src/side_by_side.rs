//! Work on many items side by side, with results in the order of the items.
//!
//! The threads live as long as the work, and the caller is one of them: for one item, or on one core, none is
//! started. A panic of any of them is one of the caller. Whoever has many items that cost nearly nothing each says
//! how many are worth a thread.

use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

/// How many threads can work at the same time.
pub fn cores() -> usize {
    static CORES: LazyLock<usize> =
        LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));
    *CORES
}

/// What `work` makes of each item, in their order. A thread takes `run` items at once.
pub fn map<T: Sync, R: Send>(items: &[T], run: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let runs = items.len().div_ceil(run);
    let next = AtomicUsize::new(0);
    let of_threads = on_threads(runs, |_| {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= runs {
                return done;
            }
            let items = &items[number * run..];
            done.extend(items.iter().take(run).map(&work).map(|it| (number, it)));
        }
    });
    let mut all: Vec<_> = of_threads.into_iter().flatten().collect();
    // The order within a run stays.
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, result)| result).collect()
}

/// What `work` gives on each of some threads, at most one per core. The first, number 0, is that of the caller.
fn on_threads<R: Send>(at_most: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    if at_most < 2 {
        return vec![work(0)];
    }
    let work = &work;
    thread::scope(|scope| {
        // If the system refuses to start one more, those that run do its work.
        let start = |number| Builder::new().spawn_scoped(scope, move || work(number));
        let others: Vec<_> = (1..cores().min(at_most))
            .map_while(|it| start(it).ok())
            .collect();
        let mut results = vec![work(0)];
        for other in others {
            results.push(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::{cores, map, on_threads};

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for count in [0_usize, 1, 2, 7, 8, 9, 1000] {
            let items: Vec<_> = (0..count).collect();
            let doubled: Vec<_> = items.iter().map(|item| item * 2).collect();
            for run in [1, 8, 2000] {
                assert_eq!(map(&items, run, |item| item * 2), doubled, "{count} {run}");
            }
        }
    }

    #[test]
    fn no_more_threads_than_work_or_cores() {
        assert_eq!(on_threads(0, |number| number), [0]);
        assert_eq!(on_threads(1, |number| number), [0]);
        let numbers: Vec<_> = (0..cores()).collect();
        assert_eq!(on_threads(usize::MAX, |number| number), numbers);
    }

    #[test]
    fn a_panic_of_any_thread_is_one_of_the_caller() {
        for bad in [0, cores() - 1] {
            let work = |number| assert_ne!(number, bad, "here");
            let panic = std::panic::catch_unwind(|| on_threads(usize::MAX, work)).unwrap_err();
            let said = panic.downcast_ref::<String>().unwrap();
            assert!(said.contains("here"), "{said}");
        }
    }
}
