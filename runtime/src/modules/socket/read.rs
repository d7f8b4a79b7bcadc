//! `read`.

use std::alloc::{Layout, alloc_zeroed};
use std::io;
use std::ptr::NonNull;

use super::arguments::{arm, deadline_ns};
use super::stream::{Stream, connection, refusal, with_stream};
use super::{NO_MEMORY, TIMED_OUT};
use crate::entry::{Answer, Call, Outcome};
use crate::error::{Text, system_text};
use crate::handle::Handle;
use crate::runtime::Runtime;
use crate::scheduler::{Operation, Ready};
use crate::trace::{self, SocketEvent};

/// So much is read before somebody is resumed: then what was read is still near.
const AHEAD: usize = 64 * 1024;

/// `socket.read(client)`.
pub(super) fn read(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.read")?;
    let deadline_ns = deadline_ns(call, 2)?;
    let Some(handle) = connection(call) else {
        return Ok(Answer::Failure(refusal(call)));
    };
    let tried = with_stream(call.runtime, handle, |stream| {
        try_now(call.runtime, handle, stream)
    });
    let put_off = match tried {
        None => return Ok(Answer::Failure(refusal(call))),
        Some(Now::Answer(answer)) => return Ok(answer),
        Some(Now::NotYet) => false,
        Some(Now::PutOff) => true,
    };
    if !call.can_park(deadline_ns.is_some()) {
        return Ok(Answer::Failure(NO_MEMORY));
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

/// What can be said of a read at once.
enum Now {
    Answer(Answer),
    NotYet,
    /// There may be input, but it is the turn of others.
    PutOff,
}

fn try_now(runtime: &Runtime, handle: Handle, stream: &mut Stream) -> Now {
    let scheduler = &runtime.scheduler;
    let taken = match stream.reader {
        Some(wait) => scheduler.is_waiting(wait),
        None => scheduler.is_answered(handle),
    };
    if taken {
        let text = Text::Borrowed("another read already in progress");
        return Now::Answer(Answer::Failure(text));
    }
    if !stream.readable {
        return Now::NotYet;
    }
    if !scheduler.spend() {
        return Now::PutOff;
    }
    attempt(runtime, handle, stream).map_or(Now::NotYet, |found| Now::Answer(answer(found)))
}

/// What `read` gives for what a read from the kernel found.
pub(super) fn answer(found: io::Result<usize>) -> Answer {
    match found {
        Ok(0) => Answer::End,
        Ok(length) => Answer::Read(length),
        Err(error) => Answer::Failure(system_text(&error)),
    }
}

/// One read from the kernel; none when nothing is there.
pub(super) fn attempt(
    runtime: &Runtime,
    handle: Handle,
    stream: &mut Stream,
) -> Option<io::Result<usize>> {
    let sockets = &runtime.sockets;
    let size = sockets.read_size.get();
    let mut buffer = sockets.buffer.borrow_mut();
    if buffer.len() < size {
        let Some(larger) = zeroed(size) else {
            return Some(Err(io::ErrorKind::OutOfMemory.into()));
        };
        *buffer = larger;
    }
    let found = runtime.kernel.read(&stream.transport, &mut buffer[..size]);
    trace::event!(trace_read(&found, handle));
    match &found {
        Ok(0) => stream.eager = true,
        Ok(length) => {
            let drained = *length < size && stream.transport.short_read_drains();
            stream.readable = !drained || stream.eager;
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            stream.readable = false;
            return None;
        }
        Err(_) => {}
    }
    Some(found)
}

/// So many zeros, which cost nothing until they are used; none when there is no memory for them.
#[cold]
fn zeroed(size: usize) -> Option<Box<[u8]>> {
    let layout = Layout::array::<u8>(size).ok()?;
    // SAFETY: a read takes at least one byte; what was allocated has the layout that a box of this length
    // frees, and zeros are bytes.
    unsafe {
        let start = NonNull::new(alloc_zeroed(layout))?;
        let bytes = std::ptr::slice_from_raw_parts_mut(start.as_ptr(), size);
        Some(Box::from_raw(bytes))
    }
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

/// Ends the wait of a reader, who is resumed when the kernel was asked for those behind it, too: what is done for many
/// connections in a row finds its code in the caches of the processor.
pub(super) fn give_ahead(
    runtime: &Runtime,
    handle: Handle,
    reader: Handle,
    found: io::Result<usize>,
) {
    let sockets = &runtime.sockets;
    let ahead = sockets.ahead.get() + found.as_ref().map_or(0, |length| *length);
    sockets.ahead.set(ahead);
    runtime.scheduler.answer(reader, handle, answer(found));
    if ahead >= AHEAD {
        sockets.resume_readers(runtime);
    }
}

/// Gives a parked reader what has come, if anything has.
pub(super) fn go_on(runtime: &Runtime, handle: Handle) {
    let woken = with_stream(runtime, handle, |stream| {
        let reader = stream.waiting_reader(runtime)?;
        let found = attempt(runtime, handle, stream)?;
        stream.reader = None;
        Some((reader, found))
    });
    if let Some((reader, found)) = woken.flatten() {
        runtime.scheduler.wake(reader, answer(found));
    }
}

/// The deadline of a read has come.
pub(super) fn expired(runtime: &Runtime, wait: Handle, handle: Handle) {
    with_stream(runtime, handle, |stream| stream.reader = None);
    runtime.scheduler.wake(wait, Answer::Failure(TIMED_OUT));
}
