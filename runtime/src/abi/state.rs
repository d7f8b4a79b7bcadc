//! `rt.h` and `runtime.h`: the state of the runtime, and what its command line decided.

use std::ffi::c_int;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

use mlua::ffi::lua_State;

use crate::policy::Policy;

static DEFAULT: AtomicPtr<lua_State> = AtomicPtr::new(null_mut());

/// `lunet_config_t`.
#[repr(C)]
pub(super) struct Config {
    any_address: AtomicI32,
}

/// The configuration that plugins read.
#[unsafe(no_mangle)]
#[used]
pub(super) static g_lunet_config: Config = Config {
    any_address: AtomicI32::new(0),
};

/// Makes a state and its policy known to plugins.
pub(crate) fn publish(main: NonNull<lua_State>, policy: Policy) {
    DEFAULT.store(main.as_ptr(), Ordering::Release);
    let any_address = c_int::from(policy.any_address);
    g_lunet_config
        .any_address
        .store(any_address, Ordering::Release);
}

/// Takes back what [`publish`] made known, unless a host has put another state in its place.
pub(crate) fn clear(main: NonNull<lua_State>) {
    // Another state is none of this one's business.
    _ = DEFAULT.compare_exchange(
        main.as_ptr(),
        null_mut(),
        Ordering::AcqRel,
        Ordering::Relaxed,
    );
}

/// The main thread of the running state, or null.
#[unsafe(no_mangle)]
pub(super) extern "C-unwind" fn default_luaL() -> *mut lua_State {
    DEFAULT.load(Ordering::Acquire)
}

/// Makes another state the default.
#[unsafe(no_mangle)]
pub(super) extern "C-unwind" fn set_default_luaL(state: *mut lua_State) {
    DEFAULT.store(state, Ordering::Release);
}
