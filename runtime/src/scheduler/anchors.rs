//! What keeps threads alive, and the numbers of their free slots.

use std::cell::RefCell;
use std::ffi::c_int;
use std::ptr::{NonNull, null_mut};

use mlua::ffi::{self, lua_State};

use super::task::SLOTS;
use crate::vm;

/// How many threads one desk holds: the C API lets 8,000 values stand on a stack.
const PAGE: u32 = 1024;

/// Threads by slot. They stand on the stacks of threads of our own, the desks, which the registry
/// holds: one call finds a thread there, where a table of tables takes four.
pub(super) struct Anchors {
    /// An idle thread, to make desks on.
    idle: NonNull<lua_State>,
    slots: RefCell<Slots>,
}

struct Slots {
    desks: Vec<NonNull<lua_State>>,
    free: Vec<u32>,
    /// How many slots were ever used.
    used: u32,
}

impl Anchors {
    /// Anchors without a desk.
    ///
    /// # Safety
    /// `idle` is a thread of a state that outlives the anchors; it never runs and has room for two
    /// values.
    pub(super) const unsafe fn new(idle: NonNull<lua_State>) -> Self {
        Self {
            idle,
            slots: RefCell::new(Slots {
                desks: Vec::new(),
                free: Vec::new(),
                used: 0,
            }),
        }
    }

    /// Anchors the thread on top of the stack, pops it and gives its slot; none, and nothing is
    /// popped, when there is no memory. A slot that was never used must be `prepared` first.
    ///
    /// # Safety
    /// `state` belongs to the same Lua state and has a thread on top.
    pub(super) unsafe fn add(
        &self,
        state: *mut lua_State,
        prepared: impl FnOnce(u32) -> bool,
    ) -> Option<u32> {
        let free = self.slots.borrow_mut().free.pop();
        let slot = free.or_else(|| self.new_slot(prepared))?;
        let (desk, place) = self.place(slot);
        // SAFETY: the caller's; the desk has room for one value more than its slots.
        unsafe {
            ffi::lua_xmove(state, desk, 1);
            ffi::lua_replace(desk, place);
        }
        Some(slot)
    }

    /// The slot that is the next to be used for the first time.
    pub(super) fn next_slot(&self) -> u32 {
        self.slots.borrow().used
    }

    /// Lets go of the thread at a slot.
    pub(super) fn remove(&self, slot: u32) {
        let (desk, place) = self.place(slot);
        // SAFETY: as in `add`.
        unsafe {
            ffi::lua_pushnil(desk);
            ffi::lua_replace(desk, place);
        }
        self.slots.borrow_mut().free.push(slot);
    }

    /// Where a slot is: the desk, and the index on its stack.
    fn place(&self, slot: u32) -> (*mut lua_State, c_int) {
        let desk = self.slots.borrow().desks[(slot / PAGE) as usize];
        let place = c_int::try_from(slot % PAGE + 1).expect("a page is small");
        (desk.as_ptr(), place)
    }

    /// The next slot that was never used; makes its desk where it is the first one.
    fn new_slot(&self, prepared: impl FnOnce(u32) -> bool) -> Option<u32> {
        loop {
            let mut slots = self.slots.borrow_mut();
            let slot = slots.used;
            if slot >= SLOTS {
                return None;
            }
            if ((slot / PAGE) as usize) < slots.desks.len() {
                return prepared(slot).then(|| {
                    slots.used += 1;
                    slot
                });
            }
            drop(slots);
            // May collect garbage, and so run a script's finalizers, which may come here, too.
            let desk = self.new_desk()?;
            self.slots.borrow_mut().desks.push(desk);
        }
    }

    fn new_desk(&self) -> Option<NonNull<lua_State>> {
        let mut made: *mut lua_State = null_mut();
        // SAFETY: as `new` was promised; what is called writes to `made` and is protected.
        unsafe {
            let idle = self.idle.as_ptr();
            if ffi::lua_cpcall(idle, make_desk, (&raw mut made).cast()) != ffi::LUA_OK {
                ffi::lua_settop(idle, -2);
                return None;
            }
        }
        NonNull::new(made)
    }
}

/// Makes a desk with an empty slot at every place, and writes its address where the first argument
/// points to.
///
/// # Safety
/// Called by Lua only, with such an address.
unsafe extern "C-unwind" fn make_desk(state: *mut lua_State) -> c_int {
    let size = c_int::try_from(PAGE).expect("a page is small");
    // SAFETY: the caller's; the room on the new thread is made before it is used.
    unsafe {
        let made = ffi::lua_touserdata(state, 1).cast::<*mut lua_State>();
        let state = NonNull::new(state).expect("Lua calls with a state");
        let desk = vm::desk(state);
        if ffi::lua_checkstack(desk.as_ptr(), size + 1) != 0 {
            ffi::lua_settop(desk.as_ptr(), size);
            made.write(desk.as_ptr());
        }
    }
    0
}
