//! `work.h`: work of plugins on other threads.

use std::ffi::{c_int, c_void};

use mlua::ffi::{self, lua_State};

use super::state::default_luaL;
use crate::boundary::Boundary;
use crate::offload::Finish;
use crate::runtime;

type Work = unsafe extern "C-unwind" fn(*mut c_void);
type After = unsafe extern "C-unwind" fn(*mut lua_State, *mut c_void);

/// What a plugin handed over, on its way through another thread.
struct Job {
    work: Work,
    after: After,
    data: *mut c_void,
}

// SAFETY: the plugin promises that `work` may run on another thread with this data (work.h).
unsafe impl Send for Job {}

impl Job {
    /// # Safety
    /// Once, on any thread.
    unsafe fn run(&self) {
        // SAFETY: the plugin's promise in work.h.
        unsafe { (self.work)(self.data) };
    }

    /// # Safety
    /// Once, on the loop thread, after [`Job::run`].
    unsafe fn finish(&self) {
        let state = default_luaL();
        // SAFETY: the plugin's promise in work.h; the state is the runtime's, or what a host has put in
        // its place.
        unsafe {
            if state.is_null() {
                return (self.after)(state, self.data);
            }
            let top = ffi::lua_gettop(state);
            (self.after)(state, self.data);
            // What is left there every time would outgrow the stack one day.
            ffi::lua_settop(state, top);
        }
    }
}

/// Sends work away.
///
/// # Safety
/// The functions and the data are as `work.h` says.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_work_submit(
    work: Option<Work>,
    after: Option<After>,
    data: *mut c_void,
) -> c_int {
    let _boundary = Boundary::new();
    let (Some(work), Some(after), Some(runtime)) = (work, after, runtime::current()) else {
        return -1;
    };
    let job = Job { work, after, data };
    let sent = runtime
        .offload
        .blocking(&runtime.reactor, move || -> Finish {
            // SAFETY: this runs once, on the other thread.
            unsafe { job.run() };
            // SAFETY: delivered once, on the loop thread.
            Box::new(move |_| unsafe { job.finish() })
        });
    if sent.is_ok() { 0 } else { -1 }
}
