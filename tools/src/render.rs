//! The only place that prints. Commands make text or values, this file writes them.

#![expect(clippy::print_stderr, reason = "this file is where printing lives")]

use std::io::Write as _;

/// Writes text to stdout. A closed pipe is not an error: the reader has what it wanted.
pub fn out(text: &str) {
    _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Writes one message for people to stderr.
pub fn note(text: &str) {
    eprintln!("{text}");
}

/// Writes a value as pretty JSON to stdout.
pub fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    out(&format!("{}\n", serde_json::to_string_pretty(value)?));
    Ok(())
}

/// Writes an error with its causes to stderr.
pub fn error(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// Writes clap's help or usage error to the stream it belongs to.
pub fn clap(error: &clap::Error) {
    _ = error.print();
}
