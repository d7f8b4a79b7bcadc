//! Threads that turn a child's pipes into events.

use std::{
    io::{BufRead as _, BufReader, Read},
    sync::mpsc::SyncSender,
    thread,
};

use super::Stream;

/// What the supervisor of a child hears.
pub(super) enum Event {
    /// A line without its end.
    Line(Stream, Vec<u8>),
    /// A pipe has no writer any more.
    Closed,
    /// The child has ended but is not reaped yet.
    Exited,
}

/// A line longer than this arrives in pieces, so that a child without line ends can't fill our memory.
const LONGEST_LINE: u64 = 8 << 20;

/// Sends every line of `pipe`, then [`Event::Closed`].
/// When nobody listens any more it keeps reading, so that a background process is not stopped by a full pipe.
pub(super) fn read(pipe: impl Read + Send + 'static, stream: Stream, events: SyncSender<Event>) {
    thread::spawn(move || {
        let mut pipe = BufReader::with_capacity(64 << 10, pipe);
        loop {
            let mut line = Vec::new();
            match (&mut pipe).take(LONGEST_LINE).read_until(b'\n', &mut line) {
                Ok(1..) => _ = events.send(Event::Line(stream, without_end(line))),
                Ok(0) | Err(_) => break,
            }
        }
        _ = events.send(Event::Closed);
    });
}

fn without_end(mut line: Vec<u8>) -> Vec<u8> {
    if line.pop_if(|byte| *byte == b'\n').is_some() {
        line.pop_if(|byte| *byte == b'\r');
    }
    line
}
