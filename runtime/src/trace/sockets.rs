//! What sockets did.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::SocketEvent;
use super::corefs::say;

/// By event, in the order of the summary.
static COUNTS: [AtomicU64; 6] = [const { AtomicU64::new(0) }; 6];

/// Counts an event; with `trace-verbose` also prints it.
pub(super) fn count(event: SocketEvent, handle: u64) {
    let (index, text) = match event {
        SocketEvent::Listen => (0, "LISTEN".to_owned()),
        SocketEvent::Accept => (1, "ACCEPT".to_owned()),
        SocketEvent::Connect => (2, "CONNECT".to_owned()),
        SocketEvent::Read { bytes } => (3, format!("READ bytes={bytes}")),
        SocketEvent::Write { bytes } => (4, format!("WRITE_START bytes={bytes}")),
        SocketEvent::Close => (5, "CLOSE".to_owned()),
    };
    let number = COUNTS[index].fetch_add(1, Relaxed) + 1;
    if cfg!(feature = "trace-verbose") {
        let (what, rest) = text.split_once(' ').unwrap_or((&text, ""));
        let line = format!("[SOCKET_TRACE] {what} #{number} ctx=0x{handle:x} {rest}");
        say(line.trim_end());
    }
}

/// How often each happened.
pub(super) fn summary() {
    let [listen, accept, connect, read, write, close] =
        std::array::from_fn(|index| COUNTS[index].load(Relaxed));
    say(&format!(
        "[SOCKET_TRACE] SUMMARY: listen={listen} accept={accept} connect={connect} read={read} \
         write={write} close={close}"
    ));
}
