//! Who works on which file next, and what has come out.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::{File, Work};

/// Smaller files never wait.
const LARGE_BYTES: u64 = 256 << 10;

/// So many bytes of large files are worked on at once; a larger one is worked on with small ones only.
const LARGE_TOGETHER_BYTES: u64 = 4 << 20;

/// Files from this size on are worked on by the caller alone, one after the other: the memory that one leaves is there
/// for the next, which it is not for another thread.
const HUGE_BYTES: u64 = 2 << 20;

/// Of so many files the largest come first, so that none is left at the end for one thread alone. Among small ones
/// the order of the paths is kind to the caches of the system.
const WINDOW: usize = 256;

/// While results take more memory than this, nothing is worked on but what is taken next.
const HELD_BYTES: usize = 4 << 20;

/// The files, and how far they are.
pub(super) struct Queue<'a, W: Work> {
    work: &'a W,
    files: &'a [File<'a>],
    /// The numbers of the files as they are begun.
    order: Vec<usize>,
    state: Mutex<State<W::Result>>,
    /// Something has come out, or may be begun.
    changed: Condvar,
}

struct State<R> {
    /// By the number of the file.
    is_begun: Vec<bool>,
    /// How many of the order were looked at.
    seen: usize,
    /// Large files that wait for room, or for the caller.
    waiting: Vec<usize>,
    /// Bytes of large files that are worked on.
    large_bytes: u64,
    /// What has come out and was not taken.
    results: BTreeMap<usize, R>,
    held_bytes: usize,
    /// The file of which the result is taken next.
    next: usize,
    /// No result is wanted any more.
    is_over: bool,
}

/// What a thread does next.
enum Step {
    Glance(usize),
    Work(usize),
    Wait,
    End,
}

impl<'a, W: Work> Queue<'a, W> {
    pub(super) fn new(files: &'a [File<'a>], work: &'a W) -> Self {
        let mut order: Vec<_> = (0..files.len()).collect();
        for window in order.chunks_mut(WINDOW) {
            window.sort_by_key(|&number| Reverse(large(files[number])));
        }
        Self {
            work,
            files,
            order,
            state: Mutex::new(State {
                is_begun: vec![false; files.len()],
                seen: 0,
                waiting: Vec::new(),
                large_bytes: 0,
                results: BTreeMap::new(),
                held_bytes: 0,
                next: 0,
                is_over: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// What ends all work as soon as it is dropped, also by a panic.
    pub(super) fn end_on_drop(&self) -> End<'_, 'a, W> {
        End {
            queue: self,
            only_by_panic: false,
        }
    }

    /// Works on files until there are no more for this thread.
    pub(super) fn work_along(&self) {
        let _end = End {
            queue: self,
            only_by_panic: true,
        };
        let mut state = self.lock();
        loop {
            match self.step(&mut state, false) {
                Step::End => return,
                Step::Wait => state = self.wait(state),
                step => state = self.advance(state, &step),
            }
        }
    }

    /// The result of the next file. Whoever waits for it works.
    pub(super) fn next(&self) -> Option<W::Result> {
        let mut state = self.lock();
        while state.next < self.files.len() {
            let next = state.next;
            if let Some(result) = state.results.remove(&next) {
                state.next += 1;
                if state.held_bytes > HELD_BYTES {
                    self.changed.notify_all();
                }
                state.held_bytes -= W::bytes(&result);
                return Some(result);
            }
            assert!(!state.is_over, "a thread has panicked");
            match self.step(&mut state, true) {
                Step::End | Step::Wait => state = self.wait(state),
                step => state = self.advance(state, &step),
            }
        }
        None
    }

    /// What to do next; it is begun.
    fn step(&self, state: &mut State<W::Result>, is_caller: bool) -> Step {
        if state.is_over {
            return Step::End;
        }
        let is_full = state.held_bytes > HELD_BYTES;
        let may_begin = |file: &usize| !is_full || *file == state.next;
        let (large_bytes, files) = (state.large_bytes, self.files);
        let fits = |file: &usize| {
            let size = large(files[*file]);
            (is_caller || size < HUGE_BYTES)
                && (large_bytes == 0 || large_bytes + size <= LARGE_TOGETHER_BYTES)
        };
        let mut waiting = state.waiting.iter();
        if let Some(place) = waiting.position(|file| may_begin(file) && fits(file)) {
            let file = state.waiting.remove(place);
            state.large_bytes += large(files[file]);
            return Step::Work(file);
        }
        if is_full {
            let next = state.next;
            return if state.is_begun[next] {
                Step::Wait
            } else {
                self.begin(state, next, is_caller).unwrap_or(Step::Wait)
            };
        }
        while let Some(&file) = self.order.get(state.seen) {
            state.seen += 1;
            if !state.is_begun[file]
                && let Some(step) = self.begin(state, file, is_caller)
            {
                return step;
            }
        }
        if state.waiting.is_empty() {
            Step::End
        } else {
            Step::Wait
        }
    }

    /// Begins with a file; a huge one waits for the caller.
    fn begin(&self, state: &mut State<W::Result>, file: usize, is_caller: bool) -> Option<Step> {
        state.is_begun[file] = true;
        match large(self.files[file]) {
            0 => Some(Step::Work(file)),
            size if size < HUGE_BYTES => Some(Step::Glance(file)),
            size if is_caller && state.large_bytes == 0 => {
                state.large_bytes += size;
                Some(Step::Work(file))
            }
            _ => {
                state.waiting.push(file);
                self.changed.notify_all();
                None
            }
        }
    }

    /// Takes a step, while others use the state.
    fn advance<'s>(
        &'s self,
        state: MutexGuard<'s, State<W::Result>>,
        step: &Step,
    ) -> MutexGuard<'s, State<W::Result>> {
        drop(state);
        let (number, result) = match *step {
            Step::Glance(number) => (number, self.work.glance(self.files[number])),
            Step::Work(number) => (number, Some(self.result(self.files[number]))),
            Step::Wait | Step::End => return self.lock(),
        };
        let mut state = self.lock();
        if let Step::Work(number) = *step {
            state.large_bytes -= large(self.files[number]);
        }
        match result {
            None => state.waiting.push(number),
            Some(result) => {
                state.held_bytes += W::bytes(&result);
                state.results.insert(number, result);
            }
        }
        self.changed.notify_all();
        state
    }

    fn result(&self, file: File<'_>) -> W::Result {
        let is_huge = large(file) >= HUGE_BYTES;
        let glanced = is_huge.then(|| self.work.glance(file)).flatten();
        glanced.unwrap_or_else(|| self.work.work(file))
    }

    fn lock(&self) -> MutexGuard<'_, State<W::Result>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(
        &self,
        state: MutexGuard<'s, State<W::Result>>,
    ) -> MutexGuard<'s, State<W::Result>> {
        let woken = self.changed.wait(state);
        woken.unwrap_or_else(PoisonError::into_inner)
    }
}

/// The size of a file that is large, else 0.
fn large(file: File<'_>) -> u64 {
    let size = file.size.filter(|&size| size >= LARGE_BYTES);
    size.unwrap_or_default()
}

/// Ends all work when it is dropped.
pub(super) struct End<'q, 'a, W: Work> {
    queue: &'q Queue<'a, W>,
    only_by_panic: bool,
}

impl<W: Work> Drop for End<'_, '_, W> {
    fn drop(&mut self) {
        if !self.only_by_panic || std::thread::panicking() {
            self.queue.lock().is_over = true;
            self.queue.changed.notify_all();
        }
    }
}
