//! What is printed when an error ends a coroutine: the message and where it came from.

use std::ptr::NonNull;

use mlua::ffi::lua_State;

use crate::{console, vm};

/// Prints the error on top of a thread that has ended with it, with a traceback.
///
/// # Safety
/// `thread` has ended with an error that is on top of its stack; `desk` is an idle thread of the
/// same state.
pub(super) unsafe fn report(desk: NonNull<lua_State>, thread: *mut lua_State) {
    // SAFETY: the caller's.
    let (text, trace) = unsafe { (vm::error_text(desk.as_ptr(), thread), vm::traceback(thread)) };
    console::complain(&[b"Coroutine error: ", &text, b"\n", &trace]);
}
