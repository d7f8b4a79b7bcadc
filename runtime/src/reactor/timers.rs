//! Deadlines in the order they fall due; equal deadlines in the order they were set.
//!
//! A timer is not taken out when its wait ends early: it is counted stale and swept later.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::handle::Handle;

/// Sweeping starts above this many stale timers.
const STALE_FLOOR: usize = 1024;

/// The timers of one reactor. A timer ends a wait when it fires.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    /// Counts up, so that equal deadlines keep their order.
    sequence: u64,
    stale: usize,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Timer {
    deadline_ns: u64,
    sequence: u64,
    /// The bits of the wait that the timer ends.
    wait: u64,
    /// The bits of the handle that is waited for; 0 where there is none.
    target: u64,
}

impl Timers {
    /// Makes room for one more timer; false when there is no memory for it.
    pub(crate) fn reserve(&mut self) -> bool {
        self.heap.try_reserve(1).is_ok()
    }

    /// Sets a timer.
    pub(crate) fn set(&mut self, deadline_ns: u64, wait: Handle, target: Option<Handle>) {
        self.sequence += 1;
        self.heap.push(Reverse(Timer {
            deadline_ns,
            sequence: self.sequence,
            wait: wait.to_bits(),
            target: target.map_or(0, Handle::to_bits),
        }));
    }

    /// The first deadline, stale or not.
    pub(crate) fn next_deadline_ns(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse(timer)| timer.deadline_ns)
    }

    /// A mark: timers that are set later do not fire before the next mark.
    pub(crate) fn mark(&self) -> u64 {
        self.sequence
    }

    /// Takes the next timer that is due at `now_ns` and was set before `mark`: the wait that it
    /// ends, and the handle that is waited for.
    pub(crate) fn pop_due(&mut self, now_ns: u64, mark: u64) -> Option<(Handle, Option<Handle>)> {
        let Reverse(first) = self.heap.peek()?;
        if first.deadline_ns > now_ns || first.sequence > mark {
            return None;
        }
        let Reverse(timer) = self.heap.pop()?;
        let target = (timer.target != 0).then(|| Handle::from_bits(timer.target));
        Some((Handle::from_bits(timer.wait), target))
    }

    /// Notes that so many timers have lost their wait, and sweeps when stale timers outnumber the
    /// living. `lives` tells the living.
    pub(crate) fn went_stale(&mut self, count: usize, lives: impl Fn(Handle) -> bool) {
        self.stale += count;
        if self.stale > STALE_FLOOR && self.stale * 2 > self.heap.len() {
            self.heap
                .retain(|Reverse(timer)| lives(Handle::from_bits(timer.wait)));
            self.stale = 0;
        }
    }

    /// How many timers are kept, stale ones included.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.heap.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handle::HandleTable;

    #[test]
    fn equal_deadlines_fire_in_the_order_they_were_set() {
        let (mut timers, mut table) = (Timers::default(), HandleTable::new());
        let (a, b, c) = (table.insert(()), table.insert(()), table.insert(()));
        timers.set(5, b, None);
        timers.set(5, c, None);
        timers.set(4, a, None);
        let mark = timers.mark();
        let fired: Vec<_> = std::iter::from_fn(|| timers.pop_due(5, mark)).collect();
        assert_eq!(fired, [(a, None), (b, None), (c, None)]);
    }

    #[test]
    fn a_timer_set_after_the_mark_waits_for_the_next_turn() {
        let (mut timers, mut table) = (Timers::default(), HandleTable::new());
        let mark = timers.mark();
        timers.set(0, table.insert(()), None);
        assert_eq!(timers.pop_due(9, mark), None);
        assert!(timers.pop_due(9, timers.mark()).is_some());
    }

    #[test]
    fn stale_timers_are_swept() {
        let (mut timers, mut table) = (Timers::default(), HandleTable::new());
        let kept = table.insert(());
        timers.set(1, kept, Some(kept));
        for _ in 0..10 * STALE_FLOOR {
            let gone = table.insert(());
            timers.set(2, gone, None);
            table.remove(gone);
            timers.went_stale(1, |key| table.get(key).is_some());
        }
        assert!(timers.len() <= 2 * STALE_FLOOR + 1);
        assert_eq!(timers.pop_due(1, timers.mark()), Some((kept, Some(kept))));
    }
}
