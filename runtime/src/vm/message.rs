//! Error objects as text, and where an error came from.

use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

/// The text of the error on top of a thread's stack, which stays there. `desk` is an idle thread
/// of the same state, on which a `__tostring` runs, or the thread itself.
///
/// # Safety
/// `thread` has ended with an error, or may be pushed to and has one on top.
pub(crate) unsafe fn error_text(desk: *mut lua_State, thread: *mut lua_State) -> Vec<u8> {
    // SAFETY: the caller's; the desk has room for a few values.
    unsafe {
        let top = ffi::lua_gettop(desk);
        ffi::lua_pushvalue(thread, -1);
        ffi::lua_xmove(thread, desk, 1);
        let text = plain_text(desk).unwrap_or_else(|| converted_text(desk));
        ffi::lua_settop(desk, top);
        text
    }
}

/// What the main program says of an error that ended the main chunk, and takes off the stack.
///
/// # Safety
/// The main thread is idle with the error object on top.
pub(super) unsafe fn main_text(main: NonNull<lua_State>) -> Vec<u8> {
    let state = main.as_ptr();
    // SAFETY: the caller's.
    unsafe {
        let plain = plain_text(state);
        let text = plain.unwrap_or_else(|| {
            let has_text = ffi::luaL_getmetafield_(state, -1, c"__tostring".as_ptr()) != 0;
            ffi::lua_settop(state, if has_text { -2 } else { -1 });
            let text = converted_text(state);
            if has_text {
                text
            } else {
                [b"Lua execution failed: ", text.as_slice()].concat()
            }
        });
        ffi::lua_settop(state, 0);
        text
    }
}

/// The bytes of a string or number on top of the stack.
unsafe fn plain_text(state: *mut lua_State) -> Option<Vec<u8>> {
    // SAFETY: the callers'; the bytes are copied while the value is on the stack.
    unsafe {
        let mut length = 0;
        if ffi::lua_isstring(state, -1) == 0 {
            return None;
        }
        let start = ffi::lua_tolstring(state, -1, &raw mut length);
        Some(std::slice::from_raw_parts(start.cast::<u8>(), length).to_vec())
    }
}

/// What `tostring` makes of the value on top of the stack, where that says more than its type.
unsafe fn converted_text(state: *mut lua_State) -> Vec<u8> {
    // SAFETY: the callers'; the metamethod runs protected.
    unsafe {
        let kind = ffi::lua_type(state, -1);
        if kind == ffi::LUA_TNIL {
            return b"nil".to_vec();
        }
        let name = std::ffi::CStr::from_ptr(ffi::lua_typename(state, kind)).to_string_lossy();
        if ffi::luaL_getmetafield_(state, -1, c"__tostring".as_ptr()) == 0 {
            return format!("(error object is a {name} value)").into_bytes();
        }
        ffi::lua_pushvalue(state, -2);
        let failed = ffi::lua_pcall(state, 1, 1, 0) != 0;
        let text = plain_text(state);
        ffi::lua_settop(state, -2);
        match text {
            Some(text) if !failed => text,
            Some(text) => {
                let reason = String::from_utf8_lossy(&text);
                format!("(error object is a {name} value whose __tostring failed: {reason})")
                    .into_bytes()
            }
            None => format!("(error object is a {name} value whose __tostring gave no string)")
                .into_bytes(),
        }
    }
}

/// Where a thread that has ended with an error was, as `stack traceback:` and its lines.
///
/// # Safety
/// `thread` has ended with an error.
pub(crate) unsafe fn traceback(thread: *mut lua_State) -> Vec<u8> {
    // SAFETY: the caller's; an ended thread may still be pushed to.
    unsafe {
        super::luaL_traceback(thread, thread, std::ptr::null(), 0);
        let text = plain_text(thread).unwrap_or_default();
        ffi::lua_settop(thread, -2);
        text
    }
}
