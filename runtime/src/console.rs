//! The only place that writes to the standard streams. A closed stream is nobody's error.

use std::io::Write as _;

/// Writes a line for people to stderr. Bytes, because Lua's texts need not be UTF-8.
pub(crate) fn complain(parts: &[&[u8]]) {
    let mut line = parts.concat();
    line.push(b'\n');
    _ = std::io::stderr().lock().write_all(&line);
}

/// Writes a text to stdout.
pub(crate) fn say(text: &str) {
    _ = std::io::stdout().lock().write_all(text.as_bytes());
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
