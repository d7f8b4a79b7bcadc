//! `write`.

use std::io;

use super::arguments::{arm, deadline_ns};
use super::stream::{Stream, connection, refusal, with_stream};
use super::{CLOSED, NO_MEMORY, TIMED_OUT};
use crate::entry::{Answer, Call, Outcome};
use crate::error::{Text, system_text};
use crate::handle::Handle;
use crate::runtime::Runtime;
use crate::scheduler::{Operation, Ready};
use crate::trace::{self, SocketEvent};

/// A write that the kernel has not taken whole.
#[derive(Debug)]
pub(crate) struct PendingWrite {
    /// The parked `write`.
    pub(super) wait: Handle,
    data: Box<[u8]>,
    sent: usize,
}

/// `socket.write(client, data)`.
pub(super) fn write(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.write")?;
    let deadline_ns = deadline_ns(call, 3)?;
    Ok(start(call, deadline_ns).unwrap_or_else(Answer::Error))
}

fn start(call: &Call, deadline_ns: Option<u64>) -> Result<Answer, Text> {
    let (handle, data) = checked(call)?;
    let runtime = call.runtime;
    let put_off = !runtime.scheduler.spend();
    let sent = with_stream(runtime, handle, |stream| {
        if stream.finished {
            return Err(Text::Borrowed("broken pipe"));
        }
        let bytes = data.len();
        trace::event!(trace::socket(
            SocketEvent::Write { bytes },
            handle.to_bits()
        ));
        if put_off {
            return Ok(0);
        }
        send(runtime, stream, data)
    });
    let sent = sent.unwrap_or_else(|| Err(refusal(call)))?;
    if sent == data.len() {
        return Ok(Answer::Nil);
    }
    let rest = copy(&data[sent..])?;
    if !call.can_park(deadline_ns.is_some()) {
        return Err(NO_MEMORY);
    }
    if put_off {
        runtime
            .scheduler
            .queue(Ready::Retry(handle, Operation::Write));
    } else {
        watch_room(runtime, handle)?;
    }
    let wait = call.park(Operation::Write);
    let pending = PendingWrite {
        wait,
        data: rest,
        sent: 0,
    };
    runtime.sockets.writes.borrow_mut().insert(handle, pending);
    arm(call, deadline_ns, wait, handle);
    Ok(Answer::Yield)
}

/// What the kernel did not take, for as long as the write waits.
fn copy(data: &[u8]) -> Result<Box<[u8]>, Text> {
    let mut rest = Vec::new();
    rest.try_reserve_exact(data.len()).map_err(|_| NO_MEMORY)?;
    rest.extend_from_slice(data);
    Ok(rest.into())
}

/// The connection and the data, if they may be written now.
fn checked(call: &Call) -> Result<(Handle, &[u8]), Text> {
    let handle = connection(call).ok_or_else(|| refusal(call))?;
    let data = call.bytes(2).ok_or_else(|| {
        Some(refusal(call))
            .filter(|refusal| *refusal != CLOSED)
            .unwrap_or(Text::Borrowed("data must be a string"))
    })?;
    if is_pending(call.runtime, handle) {
        return Err(Text::Borrowed("another write already in progress"));
    }
    Ok((handle, data))
}

/// Writes until all is sent or the kernel has no room, and gives how much was sent.
fn send(runtime: &Runtime, stream: &Stream, data: &[u8]) -> Result<usize, Text> {
    let mut sent = 0;
    while sent < data.len() {
        match runtime.kernel.write(&stream.transport, &data[sent..]) {
            Ok(length) => sent += length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(system_text(&error)),
        }
    }
    Ok(sent)
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

/// True while a write to the handle waits.
pub(super) fn is_pending(runtime: &Runtime, handle: Handle) -> bool {
    runtime.sockets.writes.borrow().contains_key(&handle)
}

/// Goes on with a write, and ends the writer's wait when all is sent or nothing more can be.
pub(super) fn go_on(runtime: &Runtime, handle: Handle) {
    let Some(mut pending) = runtime.sockets.writes.borrow_mut().remove(&handle) else {
        return;
    };
    let sent = with_stream(runtime, handle, |stream| {
        send(runtime, stream, &pending.data[pending.sent..])
    });
    let outcome = sent.unwrap_or(Err(CLOSED)).and_then(|sent| {
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
    end(runtime, handle, pending.wait, answer);
}

/// The deadline of a write has come: what is not sent is dropped.
pub(super) fn expired(runtime: &Runtime, wait: Handle, handle: Handle) {
    runtime.sockets.writes.borrow_mut().remove(&handle);
    end(runtime, handle, wait, Answer::Error(TIMED_OUT));
}

/// Ends a write that had to wait, and the sending direction with it if that was asked for.
fn end(runtime: &Runtime, handle: Handle, wait: Handle, answer: Answer) {
    with_stream(runtime, handle, |stream| {
        if stream.finished {
            // The peer may have gone meanwhile; then there is nobody left to tell.
            _ = stream.transport.shutdown_write();
        }
    });
    runtime.scheduler.wake(wait, answer);
}
