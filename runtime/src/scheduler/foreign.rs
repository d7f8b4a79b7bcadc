//! Coroutines whose wait is somebody else's business: a plugin resumes them, or the script does, or
//! nobody.

use std::ffi::c_int;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

use super::{NESTING_LIMIT, Operation, Origin, Ready, SWEEP_FLOOR, Scheduler, Task};
use crate::handle::Handle;
use crate::vm;

impl Scheduler {
    /// True when a finalizer or a hook runs: nothing may be resumed that could yield. LuaJIT has a
    /// thread of its own for finalizers: neither the main thread nor one that was resumed here is
    /// ever inside of one.
    ///
    /// # Safety
    /// As [`vm::in_finalizer`].
    #[inline]
    pub(crate) unsafe fn is_interrupted(&self, state: *mut lua_State) -> bool {
        // SAFETY: the caller's.
        unsafe {
            if self.is_main(state) || self.is_current(state) {
                self.ever_hooked(state) && vm::in_hook(state)
            } else {
                self.is_strange_interrupted(state)
            }
        }
    }

    /// The same of a thread that is neither the main one nor was resumed here.
    ///
    /// # Safety
    /// As [`vm::in_finalizer`].
    #[cold]
    unsafe fn is_strange_interrupted(&self, state: *mut lua_State) -> bool {
        // SAFETY: the caller's.
        unsafe {
            vm::in_finalizer(state)
                // What `jit.attach` calls runs on that thread, too.
                || ((vm::lua_isyieldable(state) == 0 || self.ever_hooked(state))
                    && vm::in_hook(state))
        }
    }

    /// True once there has been a hook. Those of a plugin are seen while they are set.
    ///
    /// # Safety
    /// `state` is a thread of this state.
    #[inline]
    unsafe fn ever_hooked(&self, state: *mut lua_State) -> bool {
        // SAFETY: the caller's.
        if unsafe { ffi::lua_gethook(state) }.is_some() {
            self.has_hooks.set(true);
        }
        self.has_hooks.get()
    }

    /// Notes that hooks may run from now on.
    pub(crate) fn has_hooks(&self) {
        self.has_hooks.set(true);
    }

    /// Resumes a thread whose wait is a plugin's business. Returns Lua's status; a thread that has
    /// to queue counts as waiting, and one that is not suspended is left alone, without the values.
    ///
    /// # Safety
    /// The thread belongs to this state and has `count` values on top.
    pub(crate) unsafe fn resume_foreign(&self, thread: *mut lua_State, count: c_int) -> c_int {
        // SAFETY: the caller's.
        unsafe {
            if !is_suspended(thread, count) {
                ffi::lua_settop(thread, -count - 1);
                return ffi::LUA_ERRRUN;
            }
        }
        let task = self.task_of(thread);
        // SAFETY: the desk is a thread of the same state.
        let interrupted = unsafe { self.is_interrupted(self.desk.as_ptr()) };
        if self.nesting.get() >= NESTING_LIMIT || interrupted {
            self.queue(Ready::Resume(task, count));
            return ffi::LUA_YIELD;
        }
        // SAFETY: the caller's; the thread is anchored from here on.
        unsafe { self.resume(task, count) }
    }

    /// True while the coroutine of a wait that was noted is suspended in it. A script that knows
    /// the coroutine may have resumed it by itself: then the wait is over, and its record goes.
    #[inline]
    pub(crate) fn is_waiting(&self, wait: Handle) -> bool {
        !self.ever_known.get() || self.is_waiting_still(wait)
    }

    /// The same once the script has known a coroutine.
    fn is_waiting_still(&self, wait: Handle) -> bool {
        let Some(parked) = self.waits.borrow().get(wait) else {
            return false;
        };
        let task = parked.task;
        // SAFETY: the thread of a record is anchored.
        let suspended = task.origin() == Origin::Spawned
            || unsafe { ffi::lua_status(task.thread.as_ptr()) } == ffi::LUA_YIELD;
        if !suspended && let Some(task) = self.unpark(wait) {
            self.release(task);
        }
        suspended
    }

    /// Lets go of a coroutine that yielded to nobody and will not be resumed.
    pub(crate) fn forget(&self, thread: *mut lua_State) {
        let thread = NonNull::new(thread);
        let stray = thread.and_then(|thread| self.strays.borrow_mut().remove(&thread));
        if let Some(task) = stray {
            self.release(task);
        }
    }

    /// A coroutine yielded to nobody: the script may resume it, so it stays anchored if it is ours.
    #[cold]
    pub(super) fn stray(&self, task: Task) {
        // SAFETY: the thread is suspended; what it yielded goes to nobody.
        unsafe { ffi::lua_settop(task.thread.as_ptr(), 0) };
        if task.origin() == Origin::Script {
            self.release(task);
        } else {
            self.strays.borrow_mut().insert(task.thread, task);
            self.sweep_at_times();
        }
    }

    /// Lets go of coroutines that have ended where the script had resumed them, of which nobody tells
    /// us. All are looked at when there are twice as many as were left the last time.
    pub(super) fn sweep_at_times(&self) {
        let count = || self.strays.borrow().len() + self.known.borrow().len();
        if count() < self.sweep_at.get() {
            return;
        }
        // SAFETY: strays and the threads of waits are anchored.
        let dead = |thread: &NonNull<lua_State>| unsafe { is_dead(thread.as_ptr()) };
        self.strays.borrow_mut().retain(|thread, task| {
            let dead = dead(thread);
            if dead {
                self.release(*task);
            }
            !dead
        });
        let known = self.known.borrow();
        let waits = known.iter().filter(|(thread, _)| dead(thread));
        let waits: Vec<_> = waits.map(|(_, wait)| *wait).collect();
        drop(known);
        for wait in waits {
            let sleeps = self.operation(wait) == Some(Operation::Sleep);
            self.stale_timers
                .set(self.stale_timers.get() + usize::from(sleeps));
            if let Some(task) = self.unpark(wait) {
                self.release(task);
            }
        }
        self.sweep_at.set(SWEEP_FLOOR.max(2 * count()));
    }
}

/// True for a thread that has ended. One that has not begun is nobody's here.
///
/// # Safety
/// `thread` is alive.
unsafe fn is_dead(thread: *mut lua_State) -> bool {
    let mut frame = std::mem::MaybeUninit::uninit();
    // SAFETY: the caller's; Lua writes the frame, which nobody reads.
    unsafe {
        match ffi::lua_status(thread) {
            ffi::LUA_YIELD => false,
            ffi::LUA_OK => ffi::lua_getstack(thread, 0, frame.as_mut_ptr()) == 0,
            _ => true,
        }
    }
}

/// True for a thread that waits or has not begun. Lua itself would clear the stack of one that runs
/// or has resumed another one, and call what is left on the stack of one that has ended.
///
/// # Safety
/// `thread` is a living thread with `count` values on top, over its function if it has not begun.
unsafe fn is_suspended(thread: *mut lua_State, count: c_int) -> bool {
    let mut frame = std::mem::MaybeUninit::uninit();
    // SAFETY: the caller's; Lua writes the frame, which nobody reads.
    unsafe {
        match ffi::lua_status(thread) {
            ffi::LUA_YIELD => true,
            ffi::LUA_OK => {
                ffi::lua_getstack(thread, 0, frame.as_mut_ptr()) == 0
                    && ffi::lua_gettop(thread) > count
            }
            _ => false,
        }
    }
}
