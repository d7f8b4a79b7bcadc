//! Coroutines whose wait is somebody else's business: a plugin resumes them, or the script does, or
//! nobody.

use std::ffi::c_int;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

use super::{NESTING_LIMIT, Origin, Ready, Scheduler, Task};

impl Scheduler {
    /// Resumes a thread whose wait is a plugin's business. Returns Lua's status; a thread that has
    /// to queue counts as waiting, and the running one can't be resumed.
    ///
    /// # Safety
    /// The thread belongs to this state, is suspended, and has `count` values on top.
    pub(crate) unsafe fn resume_foreign(&self, thread: *mut lua_State, count: c_int) -> c_int {
        let running = self.current.get();
        if running.is_some_and(|task| task.thread.as_ptr() == thread) {
            return ffi::LUA_ERRRUN;
        }
        let task = self.task_of(thread);
        if self.nesting.get() >= NESTING_LIMIT {
            self.queue(Ready::Resume(task, count));
            return ffi::LUA_YIELD;
        }
        // SAFETY: the caller's; the thread is anchored from here on.
        unsafe { self.resume(task, count) }
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
    pub(super) fn stray(&self, task: Task) {
        // SAFETY: the thread is suspended; what it yielded goes to nobody.
        unsafe { ffi::lua_settop(task.thread.as_ptr(), 0) };
        if task.origin == Origin::Script {
            self.release(task);
        } else {
            self.strays.borrow_mut().insert(task.thread, task);
        }
    }
}
