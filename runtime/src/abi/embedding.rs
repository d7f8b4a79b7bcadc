//! `lunet.h`: the runtime inside another program.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::policy::Policy;
use crate::vm::Vm;

/// `lunet_runtime_options_t`.
#[repr(C)]
pub(super) struct Options {
    executable_path: *const c_char,
    dangerously_skip_loopback_restriction: c_int,
}

/// `lunet_runtime_t`.
pub(super) struct Embedded {
    vm: Vm,
    /// It has run its script.
    used: bool,
}

/// Set for good by the first runtime of the process.
static STARTED: AtomicBool = AtomicBool::new(false);

/// Where a reason goes.
#[derive(Clone, Copy)]
struct Reason {
    text: *mut c_char,
    length: usize,
}

impl Reason {
    /// Writes the reason, cut to the room there is and ended with NUL, and gives the failure code.
    ///
    /// # Safety
    /// `text` is null or has room for `length` bytes.
    unsafe fn fail(self, reason: &[u8]) -> c_int {
        if !self.text.is_null() && self.length > 0 {
            let length = reason.len().min(self.length - 1);
            // SAFETY: the caller's.
            unsafe {
                std::ptr::copy_nonoverlapping(reason.as_ptr(), self.text.cast(), length);
                self.text.add(length).write(0);
            }
        }
        -1
    }
}

/// Makes the runtime of the process.
///
/// # Safety
/// Every pointer is null or as `lunet.h` says.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_runtime_init(
    out: *mut *mut Embedded,
    options: *const Options,
    err: *mut c_char,
    errlen: usize,
) -> c_int {
    let reason = Reason {
        text: err,
        length: errlen,
    };
    // SAFETY: the caller's, for every access below.
    unsafe {
        let Some(out) = out.as_mut() else {
            return reason.fail(b"out_runtime is required");
        };
        *out = std::ptr::null_mut();
        if STARTED.swap(true, Ordering::AcqRel) {
            return reason.fail(b"only one Lunet runtime is supported per process");
        }
        let options = options.as_ref();
        let policy = Policy {
            any_address: options
                .is_some_and(|given| given.dangerously_skip_loopback_restriction != 0),
        };
        let vm = match Vm::new(policy) {
            Ok(vm) => vm,
            Err(error) => return reason.fail(&error.bytes()),
        };
        if let Some(path) = options.and_then(|given| text(given.executable_path)) {
            add_module_folder(&vm, path);
        }
        *out = Box::into_raw(Box::new(Embedded { vm, used: false }));
    }
    0
}

/// Runs a script and its event loop to the end.
///
/// # Safety
/// Every pointer is null or as `lunet.h` says.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_runtime_run_file(
    runtime: *mut Embedded,
    path: *const c_char,
    exit_code: *mut c_int,
    err: *mut c_char,
    errlen: usize,
) -> c_int {
    let reason = Reason {
        text: err,
        length: errlen,
    };
    // SAFETY: the caller's, for every access below.
    unsafe {
        let (Some(runtime), Some(path)) = (runtime.as_mut(), text(path)) else {
            return reason.fail(b"invalid runtime or script path");
        };
        if std::mem::replace(&mut runtime.used, true) {
            return reason.fail(b"a Lunet runtime can run only one application");
        }
        runtime.vm.set_arguments(path.to_bytes(), &[]);
        match runtime.vm.run_file(path) {
            Ok(code) => {
                if let Some(exit_code) = exit_code.as_mut() {
                    *exit_code = code;
                }
                0
            }
            Err(error) => reason.fail(&error.bytes()),
        }
    }
}

/// The `lua_State` of the runtime; null for null.
///
/// # Safety
/// The pointer is null or a living runtime.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_runtime_get_lua_state(
    runtime: *mut Embedded,
) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe { runtime.as_ref() }.map_or(std::ptr::null_mut(), |runtime| {
        runtime.vm.main().as_ptr().cast()
    })
}

/// Closes everything.
///
/// # Safety
/// The pointer is null or a living runtime, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_runtime_shutdown(runtime: *mut Embedded) {
    if !runtime.is_null() {
        // SAFETY: the caller's; the box was made by `lunet_runtime_init`.
        drop(unsafe { Box::from_raw(runtime) });
    }
}

/// # Safety
/// The pointer is null or ends with NUL, and outlives the use.
unsafe fn text<'a>(pointer: *const c_char) -> Option<&'a CStr> {
    // SAFETY: the caller's.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) })
}

fn add_module_folder(vm: &Vm, executable: &CStr) {
    let executable = Path::new(executable.to_str().unwrap_or_default());
    if let Ok(Some(folder)) = std::fs::canonicalize(executable)
        .as_deref()
        .map(Path::parent)
    {
        vm.add_module_folder(folder);
    }
}
