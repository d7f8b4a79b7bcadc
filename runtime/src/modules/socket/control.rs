//! The calls that never wait: closing, naming and tuning a socket.

use std::io::{self, ErrorKind};

use super::arguments::{Held, held};
use super::stream::{finish, with_stream};
use super::{CLOSED, Socket, listen};
use crate::entry::{Answer, Call, Misuse, Outcome};
use crate::error::{Text, failed_to, system_text};
use crate::handle::Handle;
use crate::modules::Resource;
use crate::reactor::transport::{self, Endpoint};
use crate::runtime::Runtime;
use crate::trace::{self, SocketEvent};

/// The most that one read may take.
const LARGEST_READ: f64 = 64.0 * 1024.0 * 1024.0;

const INVALID: Text = Text::Borrowed("invalid socket handle");

/// `socket.close(handle)`.
#[expect(clippy::unnecessary_wraps, reason = "every body has this shape")]
pub(super) fn close(call: &Call) -> Outcome {
    let Some(Held { handle, .. }) = held(call, 1) else {
        return Ok(Answer::Error(INVALID));
    };
    // SAFETY: Lua called with this state, and a C function has room for 20 values.
    if unsafe { call.runtime.scheduler.is_interrupted(call.state) } {
        let close = || close_handle(call.runtime, handle);
        call.runtime.scheduler.without_resuming(close);
    } else {
        close_handle(call.runtime, handle);
    }
    Ok(Answer::Nil)
}

/// Closes a socket and wakes who waits for it. The handle is dead before anybody is woken.
pub(crate) fn close_handle(runtime: &Runtime, handle: Handle) {
    let removed = runtime.handles.borrow_mut().remove(handle);
    let Some(Resource::Socket(socket)) = removed else {
        return;
    };
    trace::event!(trace::socket(SocketEvent::Close, handle.to_bits()));
    match socket {
        Socket::Connecting(_) => {}
        Socket::Stream(stream) => {
            let pending = runtime.sockets.writes.borrow_mut().remove(&handle);
            let scheduler = &runtime.scheduler;
            scheduler.wake_instead(handle, Answer::Failure(CLOSED));
            if let Some(wait) = stream.reader {
                scheduler.wake(wait, Answer::Failure(CLOSED));
            }
            if let Some(pending) = pending {
                scheduler.wake(pending.wait, Answer::Error(CLOSED));
            }
        }
        Socket::Listener(entry) => {
            let listener = runtime.sockets.listening.borrow_mut().remove(entry);
            let listener = listener.expect("a listener has an entry as long as its handle");
            if let Some(wait) = listener.acceptor {
                let text = Text::Borrowed("listener closed");
                runtime.scheduler.wake(wait, Answer::Failure(text));
            }
            // The path goes first, so that nobody connects to what is going away.
            #[cfg(unix)]
            drop(listener.file);
            // Peers that nobody accepted see the end of the stream, not a reset.
            while runtime.kernel.accept(&listener.transport).is_ok() {}
        }
    }
    listen::feed(runtime);
}

/// A socket that has ends.
enum Ends<'a> {
    Stream(&'a transport::Stream),
    Listener(&'a transport::Listener),
}

/// `socket.getpeername(handle)`.
pub(super) fn getpeername(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.getpeername")?;
    Ok(endpoint(call, "get peer name", |socket| match socket {
        Ends::Stream(stream) => stream.peer(),
        Ends::Listener(listener) => match listener.local()? {
            #[cfg(unix)]
            Endpoint::Unix => Ok(Endpoint::Unix),
            Endpoint::Tcp(_) => Err(ErrorKind::NotConnected.into()),
        },
    }))
}

/// `socket.getsockname(handle)`.
#[expect(clippy::unnecessary_wraps, reason = "every body has this shape")]
pub(super) fn getsockname(call: &Call) -> Outcome {
    Ok(endpoint(call, "get socket name", |socket| match socket {
        Ends::Stream(stream) => stream.local(),
        Ends::Listener(listener) => listener.local(),
    }))
}

fn endpoint(call: &Call, what: &str, ask: fn(Ends) -> io::Result<Endpoint>) -> Answer {
    let Some(Held { handle, .. }) = held(call, 1) else {
        return Answer::Failure(INVALID);
    };
    let asked = with_stream(call.runtime, handle, |stream| {
        ask(Ends::Stream(&stream.transport))
    });
    let asked = asked.or_else(|| {
        listen::with_listener(call.runtime, handle, |listener| {
            ask(Ends::Listener(&listener.transport))
        })
    });
    match asked {
        None => Answer::Failure(CLOSED),
        Some(Ok(endpoint)) => Answer::Word(endpoint.to_string()),
        Some(Err(error)) if error.kind() == ErrorKind::NotConnected => {
            let text = format!("failed to {what}: socket is not connected");
            Answer::Failure(Text::Owned(text))
        }
        Some(Err(error)) => Answer::Failure(failed_to(what, &error)),
    }
}

/// `socket.getpeercred(handle)`.
#[expect(clippy::unnecessary_wraps, reason = "every body has this shape")]
pub(super) fn getpeercred(call: &Call) -> Outcome {
    let Some(Held { handle, .. }) = held(call, 1) else {
        return Ok(Answer::Failure(INVALID));
    };
    let found = call
        .runtime
        .handles
        .borrow()
        .get(handle)
        .map(|Resource::Socket(socket)| match socket {
            Socket::Stream(stream) => stream.transport.credentials(),
            _ => Err(ErrorKind::Unsupported.into()),
        });
    Ok(match found {
        None => Answer::Failure(CLOSED),
        Some(Ok(peer)) => {
            let mut fields = vec![(c"uid", f64::from(peer.uid)), (c"gid", f64::from(peer.gid))];
            fields.extend(peer.pid.map(|pid| (c"pid", f64::from(pid))));
            Answer::Fields(fields)
        }
        Some(Err(error)) if error.kind() == ErrorKind::Unsupported => Answer::Failure(
            Text::Borrowed("credentials are known of connected unix sockets only"),
        ),
        Some(Err(error)) => Answer::Failure(failed_to("get peer credentials", &error)),
    })
}

/// `socket.set_nodelay(handle, on)`.
pub(super) fn set_nodelay(call: &Call) -> Outcome {
    if call.kind(2) != mlua::ffi::LUA_TBOOLEAN {
        return Err(Misuse::WrongType(2, c"boolean"));
    }
    // SAFETY: Lua called with this state.
    let on = unsafe { mlua::ffi::lua_toboolean(call.state, 2) } != 0;
    Ok(on_connection(call, |runtime, handle| {
        with_stream(runtime, handle, |stream| stream.transport.set_nodelay(on))
            .map_or(Err(CLOSED), |done| {
                done.map_err(|error| system_text(&error))
            })
    }))
}

/// `socket.shutdown(handle)`.
#[expect(clippy::unnecessary_wraps, reason = "every body has this shape")]
pub(super) fn shutdown(call: &Call) -> Outcome {
    Ok(on_connection(call, finish))
}

fn on_connection(call: &Call, act: impl FnOnce(&Runtime, Handle) -> Result<(), Text>) -> Answer {
    let answer = match held(call, 1) {
        None => Err(INVALID),
        Some(Held { listens: true, .. }) => Err(Text::Borrowed("invalid client socket handle")),
        Some(Held { handle, .. }) => act(call.runtime, handle),
    };
    answer.map_or_else(Answer::Error, |()| Answer::Nil)
}

/// `socket.set_read_buffer_size(n)`.
#[expect(clippy::unnecessary_wraps, reason = "every body has this shape")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked before the cast"
)]
pub(super) fn set_read_buffer_size(call: &Call) -> Outcome {
    // A comparison with NaN is false, so it is ignored like values below one.
    if let Some(size) = call.maybe_number(1).filter(|size| *size >= 1.0) {
        call.runtime
            .sockets
            .read_size
            .set(size.min(LARGEST_READ) as usize);
    }
    Ok(Answer::Nil)
}
