//! Whether Lua runs a finalizer (`__gc`): no coroutine can wait then, because LuaJIT takes a yield
//! meanwhile for one of a hook.

use std::ffi::c_int;
use std::ptr::null_mut;

use mlua::ffi::{self, lua_State};

/// Asks whether the collector runs by itself. LuaJIT stops it for the time of a finalizer.
const GC_IS_RUNNING: c_int = 9;

/// A mode that there is not, so that nothing changes.
const NO_MODE: c_int = 0xff;

unsafe extern "C-unwind" {
    /// LuaJIT's own; raises inside of a finalizer.
    fn luaJIT_setmode(state: *mut lua_State, index: c_int, mode: c_int) -> c_int;
}

/// True inside of a finalizer, in whichever coroutine.
///
/// # Safety
/// `state` is a running thread with room for a few values, or one that is about to be resumed.
pub(crate) unsafe fn in_finalizer(state: *mut lua_State) -> bool {
    // SAFETY: the caller's; the probe is protected, and its error is taken off the stack.
    unsafe {
        if ffi::lua_gc(state, GC_IS_RUNNING, 0) != 0 {
            return false;
        }
        // A script can stop the collector, too.
        let refused = ffi::lua_cpcall(state, probe, null_mut()) != 0;
        if refused {
            ffi::lua_settop(state, -2);
        }
        refused
    }
}

/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn probe(state: *mut lua_State) -> c_int {
    // SAFETY: Lua calls with a valid state.
    unsafe { luaJIT_setmode(state, 0, NO_MODE) };
    0
}
