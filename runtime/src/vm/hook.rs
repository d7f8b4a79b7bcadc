//! Whether Lua runs a hook (`debug.sethook`): a coroutine that yields meanwhile can't go on, because
//! LuaJIT takes its yield for one of the hook.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::null_mut;

use mlua::ffi::{self, lua_State};

thread_local! {
    /// The probe's own hook has run.
    static SEEN: Cell<bool> = const { Cell::new(false) };
}

/// True inside of a hook, in whichever coroutine. Calls something under a hook of its own, which
/// Lua runs unless another one is running.
///
/// # Safety
/// `state` is a running thread with room for a few values, or an idle one.
#[cold]
pub(crate) unsafe fn in_hook(state: *mut lua_State) -> bool {
    SEEN.set(false);
    // SAFETY: the caller's; the call is protected, and the hook is put back.
    unsafe {
        let hook = ffi::lua_gethook(state);
        let (mask, count) = (ffi::lua_gethookmask(state), ffi::lua_gethookcount(state));
        ffi::lua_sethook(state, Some(see), ffi::LUA_MASKCALL, 0);
        if ffi::lua_cpcall(state, nothing, null_mut()) != ffi::LUA_OK {
            ffi::lua_settop(state, -2);
        }
        ffi::lua_sethook(state, hook, mask, count);
    }
    !SEEN.get()
}

/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn see(_state: *mut lua_State, _frame: *mut ffi::lua_Debug) {
    SEEN.set(true);
}

/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn nothing(_state: *mut lua_State) -> c_int {
    0
}
