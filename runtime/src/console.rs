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
