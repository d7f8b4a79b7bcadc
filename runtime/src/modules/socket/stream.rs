//! An open connection, and what an event of the kernel means for it.

use super::{CLOSED, Socket, read, write};
use crate::entry::Call;
use crate::error::{Text, system_text};
use crate::handle::Handle;
use crate::modules::Resource;
use crate::reactor::{Readiness, transport};
use crate::runtime::Runtime;

/// An open connection. A process may have many thousands, so it is kept small: what few
/// connections need stands in [`super::State`].
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts, a byte each"
)]
#[derive(Debug)]
pub(crate) struct Stream {
    pub(super) transport: transport::Stream,
    /// The parked `read`, of which there is at most one.
    pub(super) reader: Option<Handle>,
    /// Input may be there: the kernel said so and no short read has shown the contrary.
    pub(super) readable: bool,
    /// A short read shows nothing: the peer has ended, of which the kernel tells once, or has sent
    /// something urgent, before which a read ends.
    pub(super) eager: bool,
    /// Room to write is watched, too. Once needed it stays so.
    pub(super) watches_room: bool,
    /// Nothing more may be written.
    pub(super) finished: bool,
}

impl Stream {
    /// A connection that is watched for input.
    pub(super) fn new(transport: transport::Stream) -> Self {
        Self {
            transport,
            reader: None,
            // Data may have come before the watch: the first read finds out.
            readable: true,
            eager: false,
            watches_room: false,
            finished: false,
        }
    }

    /// A connection that is watched for input and for room to write, by the event that told of it: the
    /// peer may have spoken first, and even have ended.
    pub(super) fn connected(transport: transport::Stream, readiness: Readiness) -> Self {
        Self {
            watches_room: true,
            readable: readiness.readable || readiness.closed,
            eager: readiness.closed || readiness.urgent,
            ..Self::new(transport)
        }
    }

    /// The parked `read`, unless the script has ended its wait: then what comes is the next one's.
    pub(super) fn waiting_reader(&self, runtime: &Runtime) -> Option<Handle> {
        self.reader
            .filter(|wait| runtime.scheduler.is_waiting(*wait))
    }
}

/// What names a connection in the first argument. Where it is none, or nothing lives under it,
/// [`refusal`] says why.
#[inline]
pub(super) fn connection(call: &Call) -> Option<Handle> {
    super::arguments::unsealed(call, 1).map(Handle::from_bits)
}

/// What `read` and `write` say about a first argument that is no open connection.
#[cold]
pub(super) fn refusal(call: &Call) -> Text {
    match super::arguments::held(call, 1) {
        None => Text::Borrowed("invalid socket handle"),
        Some(held) if held.listens => Text::Borrowed("invalid client socket handle"),
        Some(_) => CLOSED,
    }
}

/// Deals with an event: the reader first, then the writer, if both wait. False when the handle is
/// no connection.
pub(super) fn ready(runtime: &Runtime, handle: Handle, readiness: Readiness) -> bool {
    if runtime.scheduler.has_known() {
        // Whom a script may resume by itself loses no input by it: nothing is read before it is their turn.
        runtime.sockets.resume_readers(runtime);
    }
    let woken = with_stream(runtime, handle, |stream| {
        stream.readable |= readiness.readable || readiness.closed;
        stream.eager |= readiness.closed || readiness.urgent;
        let reader = stream.waiting_reader(runtime).filter(|_| stream.readable)?;
        let found = read::attempt(runtime, handle, stream)?;
        stream.reader = None;
        Some((reader, found))
    });
    let Some(woken) = woken else { return false };
    if let Some((reader, found)) = woken {
        read::give_ahead(runtime, handle, reader, found);
    }
    if (readiness.writable || readiness.closed) && write::is_pending(runtime, handle) {
        runtime.sockets.resume_readers(runtime);
        write::go_on(runtime, handle);
    }
    true
}

/// Tells the peer that nothing more will come, once what was written has gone.
pub(super) fn finish(runtime: &Runtime, handle: Handle) -> Result<(), Text> {
    let pending = runtime.sockets.writes.borrow().contains_key(&handle);
    let finished = with_stream(runtime, handle, |stream| {
        stream.finished = true;
        if pending {
            Ok(())
        } else {
            stream.transport.shutdown_write()
        }
    });
    finished.map_or(Err(CLOSED), |done| {
        done.map_err(|error| system_text(&error))
    })
}

/// Does something with an open connection; none when the handle is no longer one.
pub(super) fn with_stream<T>(
    runtime: &Runtime,
    handle: Handle,
    act: impl FnOnce(&mut Stream) -> T,
) -> Option<T> {
    match runtime.handles.borrow_mut().get_mut(handle) {
        Some(Resource::Socket(Socket::Stream(stream))) => Some(act(stream)),
        _ => None,
    }
}
