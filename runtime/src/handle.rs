//! Typed handles with a generation: a handle that outlived its resource is an answer, never memory.
//!
//! What a resource is stands in [`crate::modules`]; this file only keeps the table.

use std::num::NonZeroU32;

/// What a script holds: the number of a slot and which of its lives is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Handle {
    index: u32,
    generation: NonZeroU32,
}

/// The resources that scripts hold handles of. Slots stand in pages that never move, so that a
/// growing table neither copies nor leaves holes in the heap.
#[derive(Debug)]
pub(crate) struct HandleTable<T> {
    pages: Vec<Box<[Slot<T>; PAGE]>>,
    /// How many slots have been handed out.
    used: u32,
    /// How many values live.
    living: u32,
    free: Vec<u32>,
}

/// How many slots a page has.
const PAGE: usize = 64;

#[derive(Debug)]
struct Slot<T> {
    generation: NonZeroU32,
    value: Option<T>,
}

impl Handle {
    /// The handle of a slot in one of its lives.
    pub(crate) const fn new(index: u32, generation: NonZeroU32) -> Self {
        Self { index, generation }
    }

    /// The number of the slot, which no two living handles share.
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    /// Which life of the slot is meant.
    pub(crate) fn generation(self) -> NonZeroU32 {
        self.generation
    }

    /// The handle as one number, for tokens of the reactor.
    pub(crate) fn to_bits(self) -> u64 {
        (u64::from(self.generation.get()) << 32) | u64::from(self.index)
    }

    /// The handle that [`Handle::to_bits`] gave the number of.
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of a u64")]
    pub(crate) fn from_bits(bits: u64) -> Self {
        let generation = NonZeroU32::new((bits >> 32) as u32).unwrap_or(NonZeroU32::MAX);
        Self {
            index: bits as u32,
            generation,
        }
    }
}

impl<T> HandleTable<T> {
    /// An empty table.
    pub(crate) const fn new() -> Self {
        Self {
            pages: Vec::new(),
            used: 0,
            living: 0,
            free: Vec::new(),
        }
    }

    /// The handle that the next [`HandleTable::insert`] gives.
    pub(crate) fn next_handle(&self) -> Handle {
        if let Some(&index) = self.free.last() {
            let slot = &self.pages[index as usize / PAGE][index as usize % PAGE];
            return Handle {
                index,
                generation: slot.generation,
            };
        }
        Handle {
            index: self.unused_slot(),
            generation: NonZeroU32::MIN,
        }
    }

    /// Keeps a value and gives its handle.
    pub(crate) fn insert(&mut self, value: T) -> Handle {
        let index = self.free.pop().unwrap_or_else(|| self.new_slot());
        self.living += 1;
        let slot = &mut self.pages[index as usize / PAGE][index as usize % PAGE];
        slot.value = Some(value);
        Handle {
            index,
            generation: slot.generation,
        }
    }

    /// The value, while the handle is alive.
    pub(crate) fn get(&self, handle: Handle) -> Option<&T> {
        let page = self.pages.get(handle.index as usize / PAGE)?;
        let slot = &page[handle.index as usize % PAGE];
        slot.value
            .as_ref()
            .filter(|_| slot.generation == handle.generation)
    }

    /// The value to change, while the handle is alive.
    pub(crate) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        self.slot_mut(handle)?.value.as_mut()
    }

    /// Takes the value out; the handle and its copies are dead from here on.
    pub(crate) fn remove(&mut self, handle: Handle) -> Option<T> {
        let slot = self.slot_mut(handle)?;
        let value = slot.value.take()?;
        // A slot whose generations are used up is never handed out again.
        let again = slot.generation.checked_add(1);
        slot.generation = again.unwrap_or(slot.generation);
        self.living -= 1;
        if again.is_some() {
            self.free.push(handle.index);
        }
        Some(value)
    }

    /// True when nothing lives in the table.
    pub(crate) fn is_empty(&self) -> bool {
        self.living == 0
    }

    /// The slot of a handle, if it is in the life that the handle means.
    fn slot_mut(&mut self, handle: Handle) -> Option<&mut Slot<T>> {
        let page = self.pages.get_mut(handle.index as usize / PAGE)?;
        let slot = &mut page[handle.index as usize % PAGE];
        (slot.generation == handle.generation).then_some(slot)
    }

    /// The next slot that was never used.
    fn new_slot(&mut self) -> u32 {
        let index = self.unused_slot();
        self.used += 1;
        if self.pages.len() * PAGE < self.used as usize {
            self.pages.push(new_page().expect("there is memory for it"));
        }
        index
    }

    fn unused_slot(&self) -> u32 {
        // One bit less than the number has, so that a flag may stand beside it.
        assert!(
            self.used >> 31 == 0,
            "a process has fewer than 2^31 handles"
        );
        self.used
    }
}

/// A page of empty slots; none when there is no memory for it.
fn new_page<T>() -> Option<Box<[Slot<T>; PAGE]>> {
    let mut slots = Vec::new();
    slots.try_reserve_exact(PAGE).ok()?;
    slots.resize_with(PAGE, || Slot {
        generation: NonZeroU32::MIN,
        value: None,
    });
    slots.into_boxed_slice().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_dies_with_its_value_even_when_the_slot_lives_on() {
        let mut table = HandleTable::new();
        let first = table.insert("first");
        assert_eq!(table.remove(first), Some("first"));
        let second = table.insert("second");
        assert_eq!(first.index, second.index);
        assert_eq!(table.get(first), None);
        assert_eq!(table.remove(first), None);
        assert_eq!(table.get_mut(second).copied(), Some("second"));
    }

    #[test]
    fn bits_give_the_handle_back() {
        let mut table = HandleTable::new();
        let handle = table.insert(());
        table.remove(handle);
        let handle = table.insert(());
        assert_eq!(Handle::from_bits(handle.to_bits()), handle);
        assert!(!table.is_empty());
    }
}
