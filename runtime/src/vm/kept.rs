//! What a state keeps for good.

use std::ffi::CStr;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

/// The global that decides the exit code.
pub(super) const EXIT_CODE: &CStr = c"__lunet_exit_code";

/// Has Lua leave the libraries of plugins loaded when the state closes: work of theirs may still be
/// under way on other threads, and nobody waits for it.
///
/// # Safety
/// `main` is the idle main thread, with its standard libraries.
pub(super) unsafe fn libraries(main: NonNull<lua_State>) {
    let state = main.as_ptr();
    // SAFETY: the caller's; the finalizer of this type is what unloads a library.
    unsafe {
        ffi::lua_getfield_(state, ffi::LUA_REGISTRYINDEX, c"_LOADLIB".as_ptr());
        if ffi::lua_type(state, -1) == ffi::LUA_TTABLE {
            ffi::lua_pushnil(state);
            ffi::lua_setfield(state, -2, c"__gc".as_ptr());
        }
        ffi::lua_settop(state, -2);
    }
}

/// Has Lua keep the name of that global for good: at the end there may be no memory to make it.
///
/// # Safety
/// As [`libraries`].
pub(super) unsafe fn word(main: NonNull<lua_State>) {
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_pushlstring_(main.as_ptr(), EXIT_CODE.as_ptr(), EXIT_CODE.count_bytes());
        ffi::luaL_ref(main.as_ptr(), ffi::LUA_REGISTRYINDEX);
    }
}
