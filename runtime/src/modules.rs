//! The Lua modules, and the resources whose handles they give out.

mod core;
mod scripts;
pub(crate) mod socket;

use std::ffi::c_int;

use mlua::ffi::lua_State;

use crate::handle::Handle;
use crate::reactor::Readiness;
use crate::runtime::Runtime;
use crate::scheduler::Operation;

/// A module by the name that scripts require, and what pushes it.
pub(crate) struct Module {
    pub(crate) name: &'static std::ffi::CStr,
    /// Called once with a running thread that has room for eight values; pushes one, or raises.
    pub(crate) open: unsafe fn(*mut lua_State, &Runtime),
}

/// Every module, sorted by name.
pub(crate) const ALL: &[Module] = &[core::MODULE, scripts::HTTP, socket::MODULE];

/// Changes what a script finds in the state before it requires anything.
///
/// # Safety
/// `state` is the idle main thread, with its standard libraries.
pub(crate) unsafe fn prepare(state: *mut lua_State) {
    // SAFETY: the caller's.
    unsafe {
        core::replace_running(state);
        core::tell_of_finalizers(state);
        core::replace_noted(state);
    }
}

/// `lunet.spawn`, for plugins that call it from C.
///
/// # Safety
/// As a function that Lua calls, with the function at 1.
pub(crate) unsafe fn spawn(state: *mut lua_State) -> c_int {
    // SAFETY: the caller's.
    unsafe { core::spawn(state) }
}

/// What a handle stands for.
#[derive(Debug)]
pub(crate) enum Resource {
    Socket(socket::Socket),
}

/// Deals with an event of the kernel.
pub(crate) fn ready(runtime: &Runtime, readiness: Readiness) {
    socket::ready(runtime, Handle::from_bits(readiness.token), readiness);
}

/// Tries an operation again whose coroutine had used up its share of the last turn.
pub(crate) fn retry(runtime: &Runtime, handle: Handle, operation: Operation) {
    socket::retry(runtime, handle, operation);
}

/// Ends a wait whose deadline has come.
pub(crate) fn expired(
    runtime: &Runtime,
    wait: Handle,
    operation: Operation,
    target: Option<Handle>,
) {
    socket::expired(runtime, wait, operation, target);
}
