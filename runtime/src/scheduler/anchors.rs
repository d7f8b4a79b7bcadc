//! The tables that keep threads alive, and the numbers of their free slots.

use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

use crate::vm;

/// How many threads one page holds. Pages never grow, so that no array is copied as the number of
/// threads grows.
const PAGE: u32 = 256;

/// Threads by slot, in pages: tables in a Lua table on a thread that the registry holds.
pub(super) struct Anchors {
    /// A thread of its own to work on, so that no stack of a script is touched. The table of
    /// pages is the only value on it between calls.
    desk: NonNull<lua_State>,
    free: RefCell<Vec<u32>>,
    used: Cell<u32>,
}

impl Anchors {
    /// Makes the table of pages.
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
        let free = self.free.borrow_mut().pop();
        let slot = free.unwrap_or_else(|| self.new_slot());
        // SAFETY: the caller's; the desk has room.
        unsafe { ffi::lua_xmove(state, self.desk.as_ptr(), 1) };
        self.set(slot);
        slot
    }

    /// The thread at a slot, which is in use.
    pub(super) fn thread(&self, slot: u32) -> NonNull<lua_State> {
        let desk = self.desk.as_ptr();
        // SAFETY: the desk holds the table of pages at 1 and has room; the thread stays anchored.
        let thread = unsafe {
            ffi::lua_rawgeti_(desk, 1, index(slot / PAGE));
            ffi::lua_rawgeti_(desk, 2, index(slot % PAGE));
            let thread = ffi::lua_tothread(desk, 3);
            ffi::lua_settop(desk, 1);
            thread
        };
        NonNull::new(thread).expect("a slot in use holds a thread")
    }

    /// Lets go of the thread at a slot.
    pub(super) fn remove(&self, slot: u32) {
        // SAFETY: the desk lives as long as the state and has room.
        unsafe { ffi::lua_pushnil(self.desk.as_ptr()) };
        self.set(slot);
        self.free.borrow_mut().push(slot);
    }

    /// Puts the value on top of the desk into a slot and pops it.
    fn set(&self, slot: u32) {
        let desk = self.desk.as_ptr();
        // SAFETY: the desk holds the table of pages at 1 and the value at 2; the page was made
        // with the slot's number.
        unsafe {
            ffi::lua_rawgeti_(desk, 1, index(slot / PAGE));
            ffi::lua_insert(desk, 2);
            ffi::lua_rawseti_(desk, 2, index(slot % PAGE));
            ffi::lua_settop(desk, 1);
        }
    }

    /// The next slot that was never used; makes its page where it is the first one.
    fn new_slot(&self) -> u32 {
        let slot = self.used.get();
        self.used.set(slot + 1);
        if slot.is_multiple_of(PAGE) {
            let desk = self.desk.as_ptr();
            // SAFETY: the desk holds the table of pages at 1 and has room.
            unsafe {
                ffi::lua_createtable(desk, index(PAGE - 1), 0);
                ffi::lua_rawseti_(desk, 1, index(slot / PAGE));
            }
        }
        slot
    }
}

fn index(number: u32) -> c_int {
    c_int::try_from(number).expect("fewer than 2^31 coroutines fit into memory")
}
