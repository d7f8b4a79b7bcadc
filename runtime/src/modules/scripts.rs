//! The modules that are written in Lua, embedded in the program.

use std::ffi::c_int;

use mlua::ffi::{self, lua_State};

use super::Module;

const HTTP_TEXT: &str = include_str!("../../lua/http.lua");
const HTTP_LINES_TEXT: &str = include_str!("../../lua/http/lines.lua");
const HTTP_READER_TEXT: &str = include_str!("../../lua/http/reader.lua");

/// `lunet.http`: the server side of HTTP/1.1.
pub(super) const HTTP: Module = Module {
    name: c"lunet.http",
    open: |state, _| {
        // SAFETY: as `Module::open` says.
        unsafe {
            load(state, HTTP_TEXT, c"=lunet/http.lua");
            load(state, HTTP_LINES_TEXT, c"=lunet/http/lines.lua");
            ffi::lua_call(state, 0, 1);
            load(state, HTTP_READER_TEXT, c"=lunet/http/reader.lua");
            ffi::lua_pushvalue(state, -2);
            ffi::lua_pushcclosure(state, now_ms, 0);
            ffi::lua_call(state, 2, 1);
            ffi::lua_pushcclosure(state, now_ms, 0);
            ffi::lua_call(state, 3, 1);
        }
    },
};

/// The time of the reactor in milliseconds.
///
/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn now_ms(state: *mut lua_State) -> c_int {
    let now_ns = crate::runtime::current().map_or(0, |runtime| runtime.reactor.now_ns());
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a process")]
    // SAFETY: Lua calls with a valid state and room for 20 values.
    unsafe {
        ffi::lua_pushnumber(state, (now_ns / 1_000_000) as f64);
    }
    1
}

/// Leaves the text of a module on the stack, as a function.
///
/// # Safety
/// As [`Module::open`].
unsafe fn load(state: *mut lua_State, text: &str, name: &std::ffi::CStr) {
    // SAFETY: the caller's. Nothing of Rust is alive when Lua raises.
    unsafe {
        let text = text.as_bytes();
        let status = ffi::luaL_loadbuffer(state, text.as_ptr().cast(), text.len(), name.as_ptr());
        if status != ffi::LUA_OK {
            ffi::lua_error(state);
        }
    }
}
