//! `co.h`: spawning, resuming and letting go of coroutines.

use std::ffi::{CStr, c_char, c_int};

use mlua::ffi::{self, lua_State};

use crate::boundary::Boundary;
use crate::entry::{self, Call};
use crate::modules;
use crate::runtime;

/// `lunet.spawn` as a function of Lua.
///
/// # Safety
/// Called by Lua, or by C with the function at index 1.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_spawn(state: *mut lua_State) -> c_int {
    let _boundary = Boundary::new();
    // SAFETY: the caller's.
    unsafe { modules::spawn(state) }
}

/// Goes on with a suspended coroutine.
///
/// # Safety
/// `co` is a suspended thread of the runtime's state with `nargs` values on top.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_co_resume(co: *mut lua_State, nargs: c_int) -> c_int {
    let _boundary = Boundary::new();
    match runtime::current() {
        // SAFETY: the caller's.
        Some(runtime) => unsafe { runtime.scheduler.resume_foreign(co, nargs) },
        None => ffi::LUA_ERRRUN,
    }
}

/// Lets go of a coroutine that will not be resumed.
///
/// # Safety
/// `co` is a thread of the runtime's state.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_co_unanchor(co: *mut lua_State) {
    let _boundary = Boundary::new();
    if let Some(runtime) = runtime::current() {
        runtime.scheduler.forget(co);
    }
}

/// Raises unless the caller may wait.
///
/// # Safety
/// Called inside a C function that Lua called with this state; `name` ends with NUL.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn _lunet_ensure_coroutine(
    state: *mut lua_State,
    name: *const c_char,
) -> c_int {
    let _boundary = Boundary::new();
    // SAFETY: the caller's.
    let name = unsafe { CStr::from_ptr(name) };
    let checked = match runtime::current() {
        Some(runtime) => Call { state, runtime }
            .must_be_coroutine(&name.to_string_lossy())
            // The plugin will hold the thread, perhaps longer than the coroutine lives.
            .map(|()| runtime.scheduler.share(state)),
        None => Err(entry::NO_RUNTIME),
    };
    match checked {
        Ok(()) => 0,
        // SAFETY: the caller's; the misuse owns nothing once it is consumed.
        Err(misuse) => unsafe { misuse.raise(state) },
    }
}
