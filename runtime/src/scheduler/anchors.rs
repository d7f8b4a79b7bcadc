//! The table that keeps threads alive, and the numbers of its free slots.

use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

use crate::vm;

/// Threads by slot, in a Lua table that the registry holds.
pub(super) struct Anchors {
    /// A thread of its own to work on, so that no stack of a script is touched. The table is the
    /// only value on it; the registry holds the thread.
    desk: NonNull<lua_State>,
    free: RefCell<Vec<u32>>,
    used: Cell<u32>,
}

impl Anchors {
    /// Makes the table.
    ///
    /// # Safety
    /// `main` is the main thread of a state that outlives the anchors, with room for two values.
    pub(super) unsafe fn new(main: NonNull<lua_State>) -> Self {
        // SAFETY: the caller's; a new thread has room for the table.
        let desk = unsafe {
            let desk = vm::desk(main);
            ffi::lua_createtable(desk.as_ptr(), 0, 0);
            desk
        };
        Self {
            desk,
            free: RefCell::new(Vec::new()),
            used: Cell::new(0),
        }
    }

    /// Anchors the thread on top of the stack, pops it and gives its slot.
    ///
    /// # Safety
    /// `state` belongs to the same Lua state and has a thread on top.
    pub(super) unsafe fn add(&self, state: *mut lua_State) -> u32 {
        let slot = self.free.borrow_mut().pop().unwrap_or_else(|| {
            self.used.set(self.used.get() + 1);
            self.used.get()
        });
        let desk = self.desk.as_ptr();
        // SAFETY: the caller's; the desk holds the table at 1 and has room.
        unsafe {
            ffi::lua_xmove(state, desk, 1);
            ffi::lua_rawseti_(desk, 1, index(slot));
        }
        slot
    }

    /// Lets go of the thread at a slot.
    pub(super) fn remove(&self, slot: u32) {
        let desk = self.desk.as_ptr();
        // SAFETY: the desk lives as long as the state and holds the table at 1.
        unsafe {
            ffi::lua_pushnil(desk);
            ffi::lua_rawseti_(desk, 1, index(slot));
        }
        self.free.borrow_mut().push(slot);
    }
}

fn index(slot: u32) -> c_int {
    c_int::try_from(slot).expect("fewer than 2^31 coroutines fit into memory")
}
