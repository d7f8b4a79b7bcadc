//! Tracing, the only place that knows the feature `trace`.
//!
//! Elsewhere stand [`event!`] lines. Their arguments are checked in every build and run in traced
//! builds only; without the feature nothing of them is left in the program. What is counted and
//! printed is in the folder below, one file for each subject.

#[cfg(feature = "trace")]
mod abi;
#[cfg(feature = "trace")]
mod corefs;
#[cfg(feature = "trace")]
mod memory;
#[cfg(feature = "trace")]
mod sockets;
#[cfg(feature = "trace")]
mod timers;

/// True in a traced build.
pub(crate) const ON: bool = cfg!(feature = "trace");

/// Runs an expression in traced builds only; every build checks it.
macro_rules! event {
    ($call:expr) => {
        if $crate::trace::ON {
            $call;
        }
    };
}
pub(crate) use event;

use std::panic::Location;

/// What happens to a socket.
#[cfg_attr(
    not(feature = "trace"),
    expect(dead_code, reason = "nobody reads what is not counted")
)]
#[derive(Clone, Copy, Debug)]
pub(crate) enum SocketEvent {
    Listen,
    Accept,
    Connect,
    Read { bytes: usize },
    Write { bytes: usize },
    Close,
}

/// What happens to a timer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TimerEvent {
    Sleep,
    Wake,
}

/// The folder beside the executable where plugins stand that were built for tracing: they call
/// what other builds do not have.
pub(crate) const PLUGIN_FOLDER: &str = "traced";

/// The start of a runtime.
pub(crate) fn start() {
    #[cfg(feature = "trace")]
    corefs::start();
}

/// A coroutine is pinned because it waits.
pub(crate) fn pinned(at: &'static Location<'static>, reference: u32) {
    #[cfg(feature = "trace")]
    corefs::add(at.file(), at.line(), i64::from(reference));
    #[cfg(not(feature = "trace"))]
    let _ = (at, reference);
}

/// A coroutine that waited goes on, or is dropped.
pub(crate) fn unpinned(at: &'static Location<'static>, reference: u32) {
    #[cfg(feature = "trace")]
    corefs::release(at.file(), at.line(), i64::from(reference));
    #[cfg(not(feature = "trace"))]
    let _ = (at, reference);
}

/// Something happened to a socket.
pub(crate) fn socket(event: SocketEvent, handle: u64) {
    #[cfg(feature = "trace")]
    sockets::count(event, handle);
    #[cfg(not(feature = "trace"))]
    let _ = (event, handle);
}

/// Something happened to a timer.
pub(crate) fn timer(event: TimerEvent, milliseconds: f64) {
    #[cfg(feature = "trace")]
    timers::count(event, milliseconds);
    #[cfg(not(feature = "trace"))]
    let _ = (event, milliseconds);
}

/// The end of a runtime: the summaries, and the judgement over what was pinned. `cut_short` when
/// the script asked for the end, so that plugins may still hold what they would have released.
pub(crate) fn end(cut_short: bool) {
    #[cfg(feature = "trace")]
    {
        memory::summary();
        sockets::summary();
        timers::summary();
        corefs::end(cut_short);
        memory::judge();
    }
    #[cfg(not(feature = "trace"))]
    let _ = cut_short;
}
