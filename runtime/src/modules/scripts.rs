//! The modules that are written in Lua, embedded in the program.

use mlua::ffi::{self, lua_State};

use super::Module;

const HTTP_TEXT: &str = include_str!("../../lua/http.lua");

/// `lunet.http`: the server side of HTTP/1.1.
pub(super) const HTTP: Module = Module {
    name: c"lunet.http",
    open: |state, _| {
        // SAFETY: as `Module::open` says.
        unsafe { run(state, HTTP_TEXT, c"=lunet/http.lua") };
    },
};

/// Runs the text of a module and leaves what it returns on the stack.
///
/// # Safety
/// As [`Module::open`].
unsafe fn run(state: *mut lua_State, text: &str, name: &std::ffi::CStr) {
    // SAFETY: the caller's. Nothing of Rust is alive when Lua raises.
    unsafe {
        let text = text.as_bytes();
        let status = ffi::luaL_loadbuffer(state, text.as_ptr().cast(), text.len(), name.as_ptr());
        if status != ffi::LUA_OK {
            ffi::lua_error(state);
        }
        ffi::lua_call(state, 0, 1);
    }
}
