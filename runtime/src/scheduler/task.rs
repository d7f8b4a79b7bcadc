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

/// A thread of Lua and where it is anchored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub(super) thread: NonNull<lua_State>,
    pub(super) slot: u32,
    pub(super) origin: Origin,
}

/// Where a thread comes from, which decides what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The scheduler made it and nobody else knows it: it may be used again.
    Spawned,
    /// The scheduler made it and the script or a plugin got hold of it.
    Shared,
    /// The script made it.
    Script,
}

/// One edge of the graph of who waits on what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) thread: NonNull<lua_State>,
    pub(crate) operation: Operation,
    /// When the wait began, in milliseconds of the reactor's clock.
    pub(crate) since_ms: u32,
}
