//! Who waits, and for what: one record beside each slot of the anchors.
//!
//! A coroutine waits for one thing at a time, so its slot names its record as well: to park and to
//! wake takes no list of free records. Who ends a wait is not known here.

use std::num::NonZeroU32;
use std::ptr::NonNull;

use mlua::ffi::lua_State;

use super::task::{Operation, Origin, Task};
use crate::handle::Handle;

/// The records of all slots, in pages that never move.
pub(super) struct Waits {
    #[expect(clippy::vec_box, reason = "a table that grows moves no records")]
    pages: Vec<Box<[Record; PAGE]>>,
}

/// How many records a page has.
const PAGE: usize = 64;

/// A coroutine that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parked {
    pub(super) task: Task,
    pub(super) operation: Operation,
    /// When the wait began, in milliseconds of the reactor's clock.
    pub(super) since_ms: u32,
    /// A timer is set for it.
    pub(super) deadline: bool,
}

/// What is kept of a slot. An idle connection consists of little else, so it is packed.
#[derive(Clone, Copy)]
#[repr(C, packed(4))]
struct Record {
    /// The thread that waits, anchored as long as it does.
    thread: NonNull<lua_State>,
    /// Which wait of this slot is meant; counts on when one ends. After 2^32 waits it begins anew, when
    /// a handle that outlived its wait would have to meet the very number that it names.
    generation: NonZeroU32,
    since_ms: u32,
    /// None while nobody waits.
    operation: Option<Operation>,
    origin: Origin,
    deadline: bool,
}

const IDLE: Record = Record {
    thread: NonNull::dangling(),
    generation: NonZeroU32::MIN,
    since_ms: 0,
    operation: None,
    origin: Origin::Spawned,
    deadline: false,
};

impl Waits {
    /// Records of nobody.
    pub(super) const fn new() -> Self {
        Self { pages: Vec::new() }
    }

    /// Makes the record of a slot; false when there is no memory for it.
    pub(super) fn reserve(&mut self, slot: u32) -> bool {
        while self.pages.len() <= slot as usize / PAGE {
            let Some(page) = new_page() else { return false };
            if self.pages.try_reserve(1).is_err() {
                return false;
            }
            self.pages.push(page);
        }
        true
    }

    /// Begins a wait of a coroutine, which waits for nothing else.
    pub(super) fn begin(&mut self, task: Task, operation: Operation, since_ms: u32) -> Handle {
        let record = &mut self.pages[task.slot() as usize / PAGE][task.slot() as usize % PAGE];
        debug_assert!(record.operation.is_none(), "one wait at a time");
        *record = Record {
            thread: task.thread,
            generation: record.generation,
            since_ms,
            operation: Some(operation),
            origin: task.origin(),
            deadline: false,
        };
        Handle::new(task.slot(), record.generation)
    }

    /// Ends a wait; none if it has ended.
    pub(super) fn end(&mut self, wait: Handle) -> Option<Parked> {
        let record = self.record_mut(wait)?;
        let parked = record.parked(wait.index());
        record.operation = None;
        record.generation = record.generation.checked_add(1).unwrap_or(NonZeroU32::MIN);
        parked
    }

    /// A wait that has not ended.
    pub(super) fn get(&self, wait: Handle) -> Option<Parked> {
        let index = wait.index() as usize;
        let record = &self.pages.get(index / PAGE)?[index % PAGE];
        let meant = record.generation == wait.generation();
        record.parked(wait.index()).filter(|_| meant)
    }

    /// Notes that a timer is set for a wait.
    pub(super) fn has_deadline(&mut self, wait: Handle) {
        if let Some(record) = self.record_mut(wait) {
            record.deadline = true;
        }
    }

    /// Notes that the script knows the coroutine of a wait.
    pub(super) fn share(&mut self, wait: Handle) {
        if let Some(record) = self.record_mut(wait) {
            record.origin = Origin::Shared;
        }
    }

    /// Everybody who waits, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Handle, Parked)> {
        let records = self.pages.iter().flat_map(|page| page.iter());
        records.zip(0u32..).filter_map(|(record, slot)| {
            let wait = Handle::new(slot, record.generation);
            Some((wait, record.parked(slot)?))
        })
    }

    /// Ends every wait and tells of each. Needs no memory.
    pub(super) fn clear(&mut self, mut gone: impl FnMut(Handle)) {
        let records = self.pages.iter_mut().flat_map(|page| page.iter_mut());
        for (record, slot) in records.zip(0u32..) {
            if record.operation.take().is_some() {
                gone(Handle::new(slot, record.generation));
            }
        }
    }

    /// The record of a wait, if it is the one that the handle means.
    fn record_mut(&mut self, wait: Handle) -> Option<&mut Record> {
        let index = wait.index() as usize;
        let record = &mut self.pages.get_mut(index / PAGE)?[index % PAGE];
        (record.generation == wait.generation() && record.operation.is_some()).then_some(record)
    }
}

impl Record {
    fn parked(self, slot: u32) -> Option<Parked> {
        Some(Parked {
            task: Task::new(self.thread, slot, self.origin),
            operation: self.operation?,
            since_ms: self.since_ms,
            deadline: self.deadline,
        })
    }
}

/// A page of records of nobody; none when there is no memory for it.
fn new_page() -> Option<Box<[Record; PAGE]>> {
    let mut records = Vec::new();
    records.try_reserve_exact(PAGE).ok()?;
    records.resize(PAGE, IDLE);
    records.into_boxed_slice().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(slot: u32) -> Task {
        Task::new(NonNull::dangling(), slot, Origin::Spawned)
    }

    #[test]
    fn a_wait_ends_once_and_is_not_mistaken_for_the_next_one() {
        let mut waits = Waits::new();
        assert!(waits.reserve(70));
        let first = waits.begin(task(70), Operation::Read, 5);
        assert_eq!(waits.get(first).map(|parked| parked.since_ms), Some(5));
        assert_eq!(waits.end(first).map(|parked| parked.task), Some(task(70)));
        assert_eq!(waits.end(first), None);
        let second = waits.begin(task(70), Operation::Sleep, 6);
        assert_eq!(waits.get(first), None);
        waits.has_deadline(first);
        assert_eq!(waits.get(second).map(|parked| parked.deadline), Some(false));
        assert_eq!(
            waits.iter().map(|(wait, _)| wait).collect::<Vec<_>>(),
            [second]
        );
    }

    #[test]
    fn cleared_waits_are_told_and_gone() {
        let mut waits = Waits::new();
        assert!(waits.reserve(1));
        let ended = waits.begin(task(0), Operation::Read, 0);
        waits.end(ended);
        let wait = waits.begin(task(1), Operation::Accept, 0);
        let mut gone = Vec::new();
        waits.clear(|wait| gone.push(wait));
        assert_eq!(gone, [wait]);
        assert_eq!((waits.get(wait), waits.iter().count()), (None, 0));
    }

    #[test]
    fn generations_begin_anew() {
        let mut waits = Waits::new();
        assert!(waits.reserve(0));
        waits.pages[0][0].generation = NonZeroU32::MAX;
        let wait = waits.begin(task(0), Operation::Read, 0);
        assert!(waits.end(wait).is_some() && waits.get(wait).is_none());
        let next = waits.begin(task(0), Operation::Read, 0);
        assert!(waits.get(next).is_some() && waits.get(wait).is_none());
    }
}
