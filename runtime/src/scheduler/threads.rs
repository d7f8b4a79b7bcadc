//! Where the threads of coroutines come from, and what becomes of them.

use std::panic::Location;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

use super::task::{Origin, Task};
use super::{SPARE_THREADS, Scheduler};
use crate::trace;

impl Scheduler {
    /// Notes that a script or a plugin holds the running thread, so that it is not used again.
    pub(crate) fn share(&self, state: *mut lua_State) {
        let Some(task) = self.current.get() else {
            return;
        };
        if task.thread.as_ptr() == state && task.origin() == Origin::Spawned {
            let shared = Task::new(task.thread, task.slot(), Origin::Shared);
            self.current.set(Some(shared));
        }
    }

    /// A thread to run on: one that has finished before, or a new one. None when Lua has no memory;
    /// it may also raise that.
    ///
    /// # Safety
    /// `state` is a running thread with room for two values.
    pub(super) unsafe fn thread(&self, state: *mut lua_State) -> Option<Task> {
        if let Some(task) = self.spare.borrow_mut().pop() {
            // SAFETY: the caller's; a spare thread is anchored and empty.
            unsafe { share_globals(state, task.thread.as_ptr()) };
            return Some(task);
        }
        // SAFETY: the caller's; the new thread is on top of the stack until it is anchored.
        unsafe {
            let thread =
                NonNull::new(ffi::lua_newthread(state)).expect("Lua raises when it has no memory");
            Some(Task::new(thread, self.anchor(state)?, Origin::Spawned))
        }
    }

    /// Anchors the thread on top of the stack and pops it; gives its slot, beside which there is a
    /// record of what it will wait for. None, and nothing is popped, when there is no memory.
    ///
    /// # Safety
    /// As [`super::anchors::Anchors::add`].
    unsafe fn anchor(&self, state: *mut lua_State) -> Option<u32> {
        // SAFETY: the caller's.
        unsafe {
            self.anchors
                .add(state, |slot| self.waits.borrow_mut().reserve(slot))
        }
    }

    /// The task of the running thread; a thread of the script is anchored for its wait.
    #[inline]
    pub(super) fn task_of(&self, state: *mut lua_State) -> Task {
        match self.current.get() {
            Some(task) if task.thread.as_ptr() == state => {
                self.has_parked.set(true);
                task
            }
            _ => self.task_of_script(state),
        }
    }

    #[cold]
    fn task_of_script(&self, state: *mut lua_State) -> Task {
        let thread = NonNull::new(state).expect("Lua calls with a state");
        let earlier = self.known.borrow().get(&thread).copied();
        if let Some(task) = earlier.and_then(|wait| self.unpark(wait)) {
            // The script resumed a coroutine that waited: that wait is over.
            return task;
        }
        if let Some(task) = self.strays.borrow_mut().remove(&thread) {
            return task;
        }
        // SAFETY: the caller uses the thread, so it is alive; a thread that runs C has room for
        // 20 values, and a suspended one for a few.
        let slot = unsafe {
            ffi::lua_pushthread(state);
            self.anchor(state)
        };
        let slot = slot.expect("there is memory to hold one more coroutine");
        Task::new(thread, slot, Origin::Script)
    }

    /// Keeps a finished thread for reuse, or lets go of it. What it returned goes to nobody: left on its
    /// stack, it would make the thread look suspended, and a function would be called by who resumes it.
    ///
    /// # Safety
    /// The thread has ended without an error.
    pub(super) unsafe fn finish(&self, task: Task) {
        let thread = task.thread.as_ptr();
        // SAFETY: the thread is anchored and not running.
        unsafe {
            if ffi::lua_gettop(thread) != 0 {
                ffi::lua_settop(thread, 0);
            }
        }
        if task.origin() == Origin::Spawned && self.spare.borrow().len() < SPARE_THREADS {
            self.spare.borrow_mut().push(task);
        } else {
            self.release(task);
        }
    }

    /// Drops everybody who waits, at the end of the runtime. There may be no memory left, so nothing is
    /// noted of them.
    #[track_caller]
    pub(crate) fn abandon(&self) {
        self.ended.set(true);
        let told = Location::caller();
        self.waits.borrow_mut().clear(|wait| {
            trace::event!(trace::unpinned(told, wait.index()));
        });
        self.known.borrow_mut().clear();
        self.waiting.set(0);
    }

    /// Lets the collector have the thread, once nobody else holds it.
    pub(super) fn release(&self, task: Task) {
        self.anchors.remove(task.slot());
    }
}

/// Gives a thread the globals of another one, as new threads have those of the one that makes them.
/// What ran on it before may have put others in their place: `setfenv(0, …)` does, and C can.
///
/// # Safety
/// Both threads are of the same state; `from` runs, `to` does not, and both have room for a value.
unsafe fn share_globals(from: *mut lua_State, to: *mut lua_State) {
    let globals = ffi::LUA_GLOBALSINDEX;
    // SAFETY: the caller's.
    unsafe {
        if ffi::lua_topointer(from, globals) != ffi::lua_topointer(to, globals) {
            ffi::lua_pushvalue(from, globals);
            ffi::lua_xmove(from, to, 1);
            ffi::lua_replace(to, globals);
        }
    }
}
