//! `read` and `write`.

use std::io;

use super::arguments::{arm, deadline_ns, held};
use super::{Socket, TIMED_OUT};
use crate::entry::{Answer, Call, Misuse, Outcome};
use crate::error::{Text, system_text};
use crate::handle::Handle;
use crate::modules::Resource;
use crate::reactor::{Readiness, transport};
use crate::runtime::Runtime;
use crate::scheduler::{Operation, Ready};

/// An open connection.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(super) transport: transport::Stream,
    /// The parked `read`, of which there is at most one.
    pub(super) reader: Option<Handle>,
    /// Input may be there: the kernel said so and no short read has shown the contrary.
    readable: bool,
    /// The kernel will say nothing more about input: reads answer at once.
    closed: bool,
    /// Room to write is watched, too. Once needed it stays so.
    watches_room: bool,
    /// An entry of [`super::State::writes`] stands for it.
    writes: bool,
    /// Nothing more may be written.
    pub(super) finished: bool,
}

/// A write that the kernel has not taken whole.
#[derive(Debug)]
pub(crate) struct PendingWrite {
    pub(super) wait: Handle,
    data: Box<[u8]>,
    sent: usize,
}

impl Stream {
    /// A connection that is watched for input.
    pub(super) fn new(transport: transport::Stream) -> Self {
        Self {
            transport,
            reader: None,
            // Data may have come before the watch: the first read finds out.
            readable: true,
            closed: false,
            watches_room: false,
            writes: false,
            finished: false,
        }
    }

    /// A connection that is watched for input and for room to write.
    pub(super) fn connected(transport: transport::Stream) -> Self {
        Self {
            watches_room: true,
            readable: false,
            ..Self::new(transport)
        }
    }
}

/// The open connection in the first argument, or what `read` and `write` say about others.
fn connection(call: &Call) -> Result<Handle, Text> {
    let held = held(call, 1).ok_or(Text::Borrowed("invalid socket handle"))?;
    if held.listens {
        Err(Text::Borrowed("invalid client socket handle"))
    } else {
        Ok(held.handle)
    }
}

const CLOSED: Text = Text::Borrowed("socket closed");

/// `socket.read(client)`.
pub(super) fn read(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.read")?;
    let deadline_ns = deadline_ns(call, 2)?;
    let handle = match connection(call) {
        Ok(handle) => handle,
        Err(text) => return Ok(Answer::Failure(text)),
    };
    let state = with_stream(call.runtime, handle, |stream| {
        (stream.reader.is_some(), stream.readable)
    });
    let Some((taken, readable)) = state else {
        return Ok(Answer::Failure(CLOSED));
    };
    if taken {
        return Ok(Answer::Failure(Text::Borrowed(
            "another read already in progress",
        )));
    }
    let mut put_off = false;
    if readable {
        put_off = !call.runtime.scheduler.spend();
        if let Some(answer) = (!put_off)
            .then(|| attempt_read(call.runtime, handle))
            .flatten()
        {
            return Ok(answer);
        }
    }
    let wait = call.park(Operation::Read);
    with_stream(call.runtime, handle, |stream| stream.reader = Some(wait));
    arm(call, deadline_ns, wait, handle);
    if put_off {
        call.runtime
            .scheduler
            .queue(Ready::Retry(handle, Operation::Read));
    }
    Ok(Answer::Yield)
}

/// One read from the kernel; none when nothing is there.
fn attempt_read(runtime: &Runtime, handle: Handle) -> Option<Answer> {
    let sockets = &runtime.sockets;
    let size = sockets.read_size.get();
    let mut buffer = sockets.buffer.borrow_mut();
    if buffer.len() < size {
        // Zeroed memory of the system costs nothing until it is used.
        *buffer = vec![0; size];
    }
    with_stream(runtime, handle, |stream| {
        match runtime.kernel.read(&stream.transport, &mut buffer[..size]) {
            Ok(0) => {
                stream.closed = true;
                Some(Answer::End)
            }
            Ok(length) => {
                // A short read means drained, and the next input is told of. Windows tells only
                // after a read that found nothing.
                stream.readable = length == size || stream.closed || cfg!(windows);
                Some(Answer::Read(length))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                stream.readable = false;
                None
            }
            Err(error) => Some(Answer::Failure(system_text(&error))),
        }
    })
    .flatten()
}

/// `socket.write(client, data)`.
pub(super) fn write(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.write")?;
    let deadline_ns = deadline_ns(call, 3)?;
    match checked_write(call, deadline_ns) {
        Ok(answer) => Ok(answer),
        Err(Refused::Text(text)) => Ok(Answer::Error(text)),
        Err(Refused::Misuse(misuse)) => Err(misuse),
    }
}

/// Why a write did not start.
enum Refused {
    Text(Text),
    Misuse(Misuse),
}

fn checked_write(call: &Call, deadline_ns: Option<u64>) -> Result<Answer, Refused> {
    let refuse = |text| Refused::Text(Text::Borrowed(text));
    let handle = connection(call).map_err(Refused::Text)?;
    let data = call
        .bytes(2)
        .ok_or_else(|| refuse("data must be a string"))?;
    let state = with_stream(call.runtime, handle, |stream| {
        (stream.writes, stream.finished)
    });
    match state.ok_or(Refused::Text(CLOSED))? {
        (_, true) => return Err(refuse("broken pipe")),
        (true, _) => return Err(refuse("another write already in progress")),
        _ => {}
    }
    let put_off = !call.runtime.scheduler.spend();
    let sent = if put_off {
        0
    } else {
        send(call.runtime, handle, data).map_err(Refused::Text)?
    };
    if sent == data.len() {
        return Ok(Answer::Nil);
    }
    if !put_off {
        watch_room(call.runtime, handle).map_err(Refused::Text)?;
    }
    let wait = call.park(Operation::Write);
    let pending = PendingWrite {
        wait,
        data: data[sent..].into(),
        sent: 0,
    };
    call.runtime
        .sockets
        .writes
        .borrow_mut()
        .insert(handle, pending);
    with_stream(call.runtime, handle, |stream| stream.writes = true);
    arm(call, deadline_ns, wait, handle);
    if put_off {
        call.runtime
            .scheduler
            .queue(Ready::Retry(handle, Operation::Write));
    }
    Ok(Answer::Yield)
}

/// Writes until all is sent or the kernel has no room, and gives how much was sent.
fn send(runtime: &Runtime, handle: Handle, data: &[u8]) -> Result<usize, Text> {
    with_stream(runtime, handle, |stream| {
        let mut sent = 0;
        while sent < data.len() {
            match runtime.kernel.write(&stream.transport, &data[sent..]) {
                Ok(length) => sent += length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(system_text(&error)),
            }
        }
        Ok(sent)
    })
    .unwrap_or(Err(CLOSED))
}

/// Has the kernel tell when there is room to write.
fn watch_room(runtime: &Runtime, handle: Handle) -> Result<(), Text> {
    with_stream(runtime, handle, |stream| {
        if !stream.watches_room {
            runtime
                .reactor
                .rewatch(&mut stream.transport, handle.to_bits(), true)?;
            stream.watches_room = true;
        }
        Ok(())
    })
    .unwrap_or(Ok(()))
    .map_err(|error: io::Error| system_text(&error))
}

/// Deals with an event: the reader first, then the writer, if both wait.
pub(super) fn ready(runtime: &Runtime, handle: Handle, readiness: Readiness) {
    let waits = with_stream(runtime, handle, |stream| {
        stream.readable |= readiness.readable || readiness.closed;
        stream.closed |= readiness.closed;
        (stream.reader.is_some() && stream.readable, stream.writes)
    });
    let Some((reads, writes)) = waits else { return };
    if reads {
        go_on_reading(runtime, handle);
    }
    if writes && (readiness.writable || readiness.closed) {
        go_on_writing(runtime, handle);
    }
}

/// Gives a parked reader what has come, if anything has.
pub(super) fn go_on_reading(runtime: &Runtime, handle: Handle) {
    let Some(Some(wait)) = with_stream(runtime, handle, |stream| stream.reader) else {
        return;
    };
    if let Some(answer) = attempt_read(runtime, handle) {
        with_stream(runtime, handle, |stream| stream.reader = None);
        runtime.scheduler.wake(wait, answer);
    }
}

/// Goes on with a write, and ends the writer's wait when all is sent or nothing more can be.
pub(super) fn go_on_writing(runtime: &Runtime, handle: Handle) {
    let Some(mut pending) = runtime.sockets.writes.borrow_mut().remove(&handle) else {
        return;
    };
    let outcome = send(runtime, handle, &pending.data[pending.sent..]).and_then(|sent| {
        pending.sent += sent;
        let all = pending.sent == pending.data.len();
        if all {
            Ok(true)
        } else {
            watch_room(runtime, handle).map(|()| false)
        }
    });
    let answer = match outcome {
        Ok(false) => {
            runtime.sockets.writes.borrow_mut().insert(handle, pending);
            return;
        }
        Ok(true) => Answer::Nil,
        Err(text) => Answer::Error(text),
    };
    let wait = pending.wait;
    drop(pending);
    with_stream(runtime, handle, |stream| {
        stream.writes = false;
        if stream.finished {
            // The peer may have gone meanwhile; then there is nobody left to tell.
            _ = stream.transport.shutdown_write();
        }
    });
    runtime.scheduler.wake(wait, answer);
}

/// The deadline of a read has come.
pub(super) fn read_expired(runtime: &Runtime, wait: Handle, handle: Handle) {
    with_stream(runtime, handle, |stream| stream.reader = None);
    runtime.scheduler.wake(wait, Answer::Failure(TIMED_OUT));
}

/// The deadline of a write has come: what is not sent is dropped.
pub(super) fn write_expired(runtime: &Runtime, wait: Handle, handle: Handle) {
    runtime.sockets.writes.borrow_mut().remove(&handle);
    with_stream(runtime, handle, |stream| stream.writes = false);
    runtime.scheduler.wake(wait, Answer::Error(TIMED_OUT));
}

/// Tells the peer that nothing more will come, once what was written has gone.
pub(super) fn finish(runtime: &Runtime, handle: Handle) -> Result<(), Text> {
    with_stream(runtime, handle, |stream| {
        stream.finished = true;
        if stream.writes {
            Ok(())
        } else {
            stream.transport.shutdown_write()
        }
    })
    .map_or(Err(CLOSED), |done| {
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
