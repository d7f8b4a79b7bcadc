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
