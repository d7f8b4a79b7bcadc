//! Calls that Lua ends early when it has no memory: unprotected, that would end the process.

use std::ffi::c_int;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

use super::Error;
use super::message::main_text;
use crate::boundary::Boundary;

/// What is to be done, and what came of it.
struct Task<F, T> {
    act: Option<F>,
    done: Option<T>,
}

/// Does something with a state and gives what came of it, or what Lua raised meanwhile. Whatever `act`
/// owns is dropped then.
///
/// # Safety
/// `main` is the main thread of the state, and idle.
pub(super) unsafe fn protected<F, T>(main: NonNull<lua_State>, act: F) -> Result<T, Error>
where
    F: FnOnce() -> T,
{
    let mut task = Task {
        act: Some(act),
        done: None,
    };
    // SAFETY: the caller's; the task outlives the call.
    let status = unsafe { ffi::lua_cpcall(main.as_ptr(), run::<F, T>, (&raw mut task).cast()) };
    match status {
        ffi::LUA_OK => Ok(task.done.expect("what was called has returned")),
        // The error object may stand on the stack of another thread.
        ffi::LUA_ERRMEM => Err(Error::OutOfMemory),
        // SAFETY: the caller's; the error object is on top.
        _ => Err(Error::Script(unsafe { main_text(main) })),
    }
}

/// # Safety
/// Called by Lua only, with the address of a [`Task`].
unsafe extern "C-unwind" fn run<F, T>(state: *mut lua_State) -> c_int
where
    F: FnOnce() -> T,
{
    let _boundary = Boundary::new();
    // Asked before anything is done: plugins get this thread in hand, and may clear its stack.
    // SAFETY: the caller's.
    let task = unsafe { ffi::lua_touserdata(state, 1).cast::<Task<F, T>>().as_mut() };
    if let Some(task) = task {
        task.done = task.act.take().map(|act| act());
    }
    0
}
