//! `read`.

use std::io;

use super::arguments::{arm, deadline_ns};
use super::stream::{connection, with_stream};
use super::{CLOSED, TIMED_OUT};
use crate::entry::{Answer, Call, Outcome};
use crate::error::{Text, system_text};
use crate::handle::Handle;
use crate::runtime::Runtime;
use crate::scheduler::{Operation, Ready};
use crate::trace::{self, SocketEvent};

/// `socket.read(client)`.
pub(super) fn read(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.read")?;
    let deadline_ns = deadline_ns(call, 2)?;
    let handle = match connection(call) {
        Ok(handle) => handle,
        Err(text) => return Ok(Answer::Failure(text)),
    };
    let state = with_stream(call.runtime, handle, |stream| {
        let reader = stream.reader;
        let taken = reader.is_some_and(|wait| call.runtime.scheduler.is_parked(wait));
        (taken, stream.readable)
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
        if let Some(answer) = (!put_off).then(|| attempt(call.runtime, handle)).flatten() {
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
fn attempt(runtime: &Runtime, handle: Handle) -> Option<Answer> {
    let sockets = &runtime.sockets;
    let size = sockets.read_size.get();
    let mut buffer = sockets.buffer.borrow_mut();
    if buffer.len() < size {
        // Zeroed memory of the system costs nothing until it is used.
        *buffer = vec![0; size];
    }
    with_stream(runtime, handle, |stream| {
        let found = runtime.kernel.read(&stream.transport, &mut buffer[..size]);
        trace::event!(trace_read(&found, handle));
        match found {
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

/// Tells of a read that had an outcome: data, the end or an error.
fn trace_read(found: &io::Result<usize>, handle: Handle) {
    let bytes = match found {
        Ok(bytes) => *bytes,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
        Err(_) => 0,
    };
    trace::socket(SocketEvent::Read { bytes }, handle.to_bits());
}

/// Gives a parked reader what has come, if anything has.
pub(super) fn go_on(runtime: &Runtime, handle: Handle) {
    let Some(Some(wait)) = with_stream(runtime, handle, |stream| stream.reader) else {
        return;
    };
    if let Some(answer) = attempt(runtime, handle) {
        with_stream(runtime, handle, |stream| stream.reader = None);
        runtime.scheduler.wake(wait, answer);
    }
}

/// The deadline of a read has come.
pub(super) fn expired(runtime: &Runtime, wait: Handle, handle: Handle) {
    with_stream(runtime, handle, |stream| stream.reader = None);
    runtime.scheduler.wake(wait, Answer::Failure(TIMED_OUT));
}
