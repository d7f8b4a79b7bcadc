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

/// The resources that scripts hold handles of.
#[derive(Debug)]
pub(crate) struct HandleTable<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    generation: NonZeroU32,
    value: Option<T>,
}

impl Handle {
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
            slots: Vec::new(),
            free: Vec::new(),
        }
    }

    /// The handle that the next [`HandleTable::insert`] gives.
    pub(crate) fn next_handle(&self) -> Handle {
        if let Some(&index) = self.free.last() {
            return Handle {
                index,
                generation: self.slots[index as usize].generation,
            };
        }
        // One bit less than the number has, so that a flag may stand beside it.
        let index = u32::try_from(self.slots.len())
            .ok()
            .filter(|index| index >> 31 == 0);
        let index = index.expect("a process has fewer than 2^31 handles");
        Handle {
            index,
            generation: NonZeroU32::MIN,
        }
    }

    /// Keeps a value and gives its handle.
    pub(crate) fn insert(&mut self, value: T) -> Handle {
        let handle = self.next_handle();
        match self.free.pop() {
            Some(index) => self.slots[index as usize].value = Some(value),
            None => self.slots.push(Slot {
                generation: NonZeroU32::MIN,
                value: Some(value),
            }),
        }
        handle
    }

    /// The value, while the handle is alive.
    pub(crate) fn get(&self, handle: Handle) -> Option<&T> {
        let slot = self.slots.get(handle.index as usize)?;
        slot.value
            .as_ref()
            .filter(|_| slot.generation == handle.generation)
    }

    /// The value to change, while the handle is alive.
    pub(crate) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        let slot = self.slots.get_mut(handle.index as usize)?;
        slot.value
            .as_mut()
            .filter(|_| slot.generation == handle.generation)
    }

    /// Takes the value out; the handle and its copies are dead from here on.
    pub(crate) fn remove(&mut self, handle: Handle) -> Option<T> {
        let slot = self.slots.get_mut(handle.index as usize)?;
        if slot.generation != handle.generation {
            return None;
        }
        let value = slot.value.take()?;
        // A slot whose generations are used up is never handed out again.
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            self.free.push(handle.index);
        }
        Some(value)
    }

    /// Every living value with its handle.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Handle, &T)> {
        self.slots.iter().zip(0u32..).filter_map(|(slot, index)| {
            let handle = Handle {
                index,
                generation: slot.generation,
            };
            slot.value.as_ref().map(|value| (handle, value))
        })
    }

    /// True when nothing lives in the table.
    pub(crate) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
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
