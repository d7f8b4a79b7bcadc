//! The only place that writes to the standard streams. A reader that has gone is nobody's error; what
//! is lost otherwise is told, if it was output.

use std::io::{self, Write as _};

/// Writes a line for people to stderr. Bytes, because Lua's texts need not be UTF-8.
pub(crate) fn complain(parts: &[&[u8]]) {
    let mut line = parts.concat();
    line.push(b'\n');
    _ = io::stderr().lock().write_all(&line);
}

/// Writes a text to stdout.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    unless_unread(written.and_then(|()| stdout.flush()))
}

/// Writes what C's stdio has kept of a script's output.
#[cfg(unix)]
pub(crate) fn flush() -> io::Result<()> {
    // SAFETY: null stands for every stream.
    let failed = unsafe { libc::fflush(std::ptr::null_mut()) } != 0;
    unless_unread(if failed {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    })
}

/// Whether output was lost earlier, of which the script was told, or was not: `print` says nothing. None
/// is lost when a reader has gone, which pipes and sockets have.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(crate) fn has_lost_output() -> bool {
    unsafe extern "C-unwind" {
        #[cfg_attr(target_os = "macos", link_name = "__stdoutp")]
        static stdout: *mut libc::FILE;
    }
    // SAFETY: the C library has set the pointer before `main`, and its streams are never freed.
    let failed = unsafe { libc::ferror(stdout) } != 0;
    failed && !has_reader()
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "macos"))))]
pub(crate) fn has_lost_output() -> bool {
    false
}

/// Whether stdout is read by another program.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn has_reader() -> bool {
    let mut found = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the memory has the size of what is written, and is read only when it was.
    unsafe {
        if libc::fstat(libc::STDOUT_FILENO, found.as_mut_ptr()) != 0 {
            return true;
        }
        let kind = found.assume_init().st_mode & libc::S_IFMT;
        matches!(kind, libc::S_IFIFO | libc::S_IFSOCK)
    }
}

/// Output that nobody wants to read is not lost.
fn unless_unread(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// Has a closed stream answer with an error instead of ending the process. Programs that the
/// script starts are not told: unlike a signal that is ignored, a handler ends with `exec`.
#[cfg(unix)]
pub(crate) fn outlive_readers() {
    // SAFETY: the handler does nothing, so it is safe at any time.
    unsafe { libc::signal(libc::SIGPIPE, nothing as *const () as libc::sighandler_t) };
}

#[cfg(unix)]
extern "C" fn nothing(_signal: std::ffi::c_int) {}
