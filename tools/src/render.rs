//! The only place that prints. Commands make text or values, this file writes them.

#![expect(clippy::print_stderr, reason = "this file is where printing lives")]

use std::io::{IsTerminal as _, Write as _};
use std::sync::OnceLock;

/// Why something that was written to stdout is lost, for the first time.
static LOST: OnceLock<String> = OnceLock::new();

/// Writes text to stdout. A closed pipe is not an error: the reader has what it wanted.
pub fn out(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    if let Err(error) = written.and_then(|()| stdout.flush())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        // The first reason is the one to tell.
        _ = LOST.set(error.to_string());
    }
}

/// Why something of what [`out`] wrote was lost, if it was.
pub fn lost() -> Option<&'static str> {
    LOST.get().map(String::as_str)
}

/// Writes to stdout piece by piece. A closed pipe is not an error here, either.
pub fn stream(
    write: impl FnOnce(&mut dyn std::io::Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut stdout = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let written = write(&mut stdout).and_then(|()| Ok(stdout.flush()?));
    let is_closed = |error: &anyhow::Error| {
        let cause = error.downcast_ref::<std::io::Error>();
        cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
    };
    match written {
        Err(error) if is_closed(&error) => Ok(()),
        Err(error) if error.is::<std::io::Error>() => Err(error.context("stdout")),
        other => other,
    }
}

/// Writes one line that another program printed, whatever its bytes, to stdout.
pub fn line_to_stdout(line: &[u8]) {
    _ = write_line(&mut std::io::stdout().lock(), line);
}

/// Writes one line that another program printed, whatever its bytes, to stderr.
pub fn line_to_stderr(line: &[u8]) {
    _ = write_line(&mut std::io::stderr().lock(), line);
}

fn write_line(stream: &mut impl std::io::Write, line: &[u8]) -> std::io::Result<()> {
    stream.write_all(line)?;
    stream.write_all(b"\n")
}

/// Whether text for stdout may have colour: on a terminal that knows colours, unless `NO_COLOR` is set or `CLICOLOR` is
/// 0 (<https://no-color.org>, <https://bixense.com/clicolors>).
pub fn stdout_has_color() -> bool {
    let is =
        |name: &str, refusing: &str| std::env::var_os(name).is_some_and(|value| value == refusing);
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && !is("CLICOLOR", "0") && !is("TERM", "dumb") && std::io::stdout().is_terminal()
}

/// Whether a person sees stdout (or else stderr) appear on a terminal.
pub fn on_terminal(stdout: bool) -> bool {
    if stdout {
        std::io::stdout().is_terminal()
    } else {
        std::io::stderr().is_terminal()
    }
}

/// Writes text to stdout and does not wait for its line to end.
pub fn out_at_once(text: &str) {
    let mut stdout = std::io::stdout().lock();
    _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
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
