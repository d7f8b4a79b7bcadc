//! What the scheduler knows of a coroutine: its thread, where that came from, what it waits for.

use std::ffi::CStr;
use std::ptr::NonNull;

use mlua::ffi::lua_State;

/// What a parked coroutine waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Accept,
    Connect,
    Read,
    Sleep,
    Write,
}

impl Operation {
    /// The word for it in messages.
    pub(crate) fn name(self) -> &'static CStr {
        match self {
            Self::Accept => c"accept",
            Self::Connect => c"connect",
            Self::Read => c"read",
            Self::Sleep => c"sleep",
            Self::Write => c"write",
        }
    }
}

/// A thread of Lua, where it is anchored, and where it comes from. Slot and origin share a number:
/// a task so is two words, which are passed in registers, where three parts are put together in
/// memory and a processor waits for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub(super) thread: NonNull<lua_State>,
    /// The slot in the lower bits, the origin above them.
    place: u32,
}

/// How many bits of a place are the slot.
const SLOT_BITS: u32 = 30;

/// How many slots there may be.
pub(super) const SLOTS: u32 = 1 << SLOT_BITS;

impl Task {
    /// A thread at a slot below [`SLOTS`].
    pub(super) fn new(thread: NonNull<lua_State>, slot: u32, origin: Origin) -> Self {
        debug_assert!(slot < SLOTS, "anchors have no more slots");
        Self {
            thread,
            place: slot | (origin as u32) << SLOT_BITS,
        }
    }

    /// Where its thread is anchored.
    pub(super) fn slot(self) -> u32 {
        self.place % SLOTS
    }

    /// Where its thread comes from.
    pub(super) fn origin(self) -> Origin {
        match self.place >> SLOT_BITS {
            0 => Origin::Spawned,
            1 => Origin::Shared,
            _ => Origin::Script,
        }
    }
}

/// Where a thread comes from, which decides what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The scheduler made it and nobody else knows it: it may be used again.
    Spawned = 0,
    /// The scheduler made it and the script or a plugin got hold of it.
    Shared = 1,
    /// The script made it.
    Script = 2,
}

/// One edge of the graph of who waits on what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) thread: NonNull<lua_State>,
    pub(crate) operation: Operation,
    /// When the wait began, in milliseconds of the reactor's clock.
    pub(crate) since_ms: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_keeps_slot_and_origin_apart() {
        for slot in [0, 1, SLOTS - 1] {
            for origin in [Origin::Spawned, Origin::Shared, Origin::Script] {
                let task = Task::new(NonNull::dangling(), slot, origin);
                assert_eq!((task.slot(), task.origin()), (slot, origin));
            }
        }
    }
}
