//! `lunet.h`: the runtime inside another program.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::boundary::Boundary;
use crate::embedded::{self, Embedded};
use crate::policy::Policy;
use crate::vm::{self, Vm};

/// `lunet_runtime_options_t`.
#[repr(C)]
pub(super) struct Options {
    executable_path: *const c_char,
    dangerously_skip_loopback_restriction: c_int,
}

/// `lunet_runtime_t`.
pub(super) struct Host {
    vm: Vm,
    /// What [`lunet_runtime_run_embedded`] unpacked.
    embedded: Option<Embedded>,
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
    out: *mut *mut Host,
    options: *const Options,
    err: *mut c_char,
    errlen: usize,
) -> c_int {
    let _boundary = Boundary::new();
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
        let executable = options.and_then(|given| text(given.executable_path));
        let vm = match new_vm(policy, executable) {
            Ok(vm) => vm,
            Err(error) => {
                // There was none: it may be tried again.
                STARTED.store(false, Ordering::Release);
                return reason.fail(&error.bytes());
            }
        };
        *out = Box::into_raw(Box::new(Host {
            vm,
            embedded: None,
            used: false,
        }));
    }
    0
}

/// Runs a script and its event loop to the end.
///
/// # Safety
/// Every pointer is null or as `lunet.h` says.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_runtime_run_file(
    runtime: *mut Host,
    path: *const c_char,
    exit_code: *mut c_int,
    err: *mut c_char,
    errlen: usize,
) -> c_int {
    let _boundary = Boundary::new();
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
            return reason.fail(ONE_SCRIPT);
        }
        run(&runtime.vm, path, path, exit_code, reason)
    }
}

/// Unpacks a payload and runs a script of it with its event loop to the end.
///
/// # Safety
/// Every pointer is null or as `lunet.h` says.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_runtime_run_embedded(
    runtime: *mut Host,
    blob: *const u8,
    length: usize,
    entry: *const c_char,
    exit_code: *mut c_int,
    err: *mut c_char,
    errlen: usize,
) -> c_int {
    let _boundary = Boundary::new();
    let reason = Reason {
        text: err,
        length: errlen,
    };
    // SAFETY: the caller's, for every access below.
    unsafe {
        let entry = text(entry).filter(|entry| !entry.is_empty());
        let (Some(runtime), Some(entry), false) =
            (runtime.as_mut(), entry, blob.is_null() || length == 0)
        else {
            return reason.fail(b"invalid runtime, embedded blob, or entry script");
        };
        if runtime.used {
            return reason.fail(ONE_SCRIPT);
        }
        let blob = std::slice::from_raw_parts(blob, length);
        match unpack(&runtime.vm, blob, &entry.to_string_lossy()) {
            Err(error) => reason.fail(error.as_bytes()),
            Ok((embedded, path)) => {
                runtime.embedded = Some(embedded);
                runtime.used = true;
                run(&runtime.vm, entry, &path, exit_code, reason)
            }
        }
    }
}

const ONE_SCRIPT: &[u8] = b"a Lunet runtime can run only one application";

/// Unpacks a payload, lets the state find its modules, and gives the path of the entry script.
fn unpack(vm: &Vm, blob: &[u8], entry: &str) -> Result<(Embedded, CString), String> {
    if !embedded::is_safe(entry) {
        return Err(format!("unsafe embedded script path '{entry}'"));
    }
    let unpacked = Embedded::unpack(blob).map_err(|error| error.to_string())?;
    let script = unpacked
        .script(entry)
        .ok_or_else(|| format!("embedded entry script not found: {entry}"))?;
    let path = CString::new(script.into_os_string().into_encoded_bytes())
        .map_err(|_| "invalid arguments".to_owned())?;
    vm.add_script_folder(unpacked.folder())
        .map_err(|error| error.to_string())?;
    Ok((unpacked, path))
}

/// Runs a script under the name that it is to know itself by.
///
/// # Safety
/// The exit code's place is null or may be written; the reason's is as [`Reason::fail`] says.
unsafe fn run(vm: &Vm, name: &CStr, path: &CStr, exit_code: *mut c_int, reason: Reason) -> c_int {
    let named = vm.set_arguments(name.to_bytes(), &[]);
    match named.and_then(|()| vm.run_file(path)) {
        Ok(code) => {
            // SAFETY: the caller's.
            if let Some(exit_code) = unsafe { exit_code.as_mut() } {
                *exit_code = code;
            }
            0
        }
        // SAFETY: the caller's.
        Err(error) => unsafe { reason.fail(&error.bytes()) },
    }
}

/// The `lua_State` of the runtime; null for null.
///
/// # Safety
/// The pointer is null or a living runtime.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C-unwind" fn lunet_runtime_get_lua_state(
    runtime: *mut Host,
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
pub(super) unsafe extern "C-unwind" fn lunet_runtime_shutdown(runtime: *mut Host) {
    let _boundary = Boundary::new();
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

/// A state that finds its modules beside the executable, if that is known.
fn new_vm(policy: Policy, executable: Option<&CStr>) -> Result<Vm, vm::Error> {
    let vm = Vm::new(policy)?;
    let found = executable.and_then(|path| std::fs::canonicalize(path_of(path)).ok());
    if let Some(folder) = found.as_deref().and_then(Path::parent) {
        vm.add_module_folder(folder)?;
    }
    Ok(vm)
}

#[cfg(unix)]
fn path_of(text: &CStr) -> &Path {
    use std::os::unix::ffi::OsStrExt as _;
    Path::new(std::ffi::OsStr::from_bytes(text.to_bytes()))
}

#[cfg(not(unix))]
fn path_of(text: &CStr) -> &Path {
    Path::new(text.to_str().unwrap_or_default())
}
