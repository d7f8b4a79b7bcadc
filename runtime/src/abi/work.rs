//! `work.h`: work of plugins on other threads.

use std::ffi::{c_int, c_void};

use mlua::ffi::lua_State;

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
        // SAFETY: the plugin's promise in work.h.
        unsafe { (self.after)(default_luaL(), self.data) };
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
