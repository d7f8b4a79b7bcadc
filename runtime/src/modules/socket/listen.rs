//! `listen` and `accept`.

use std::io;
use std::net::{IpAddr, SocketAddr};

use super::arguments::{arm, deadline_ns, held, port};
use super::{NO_MEMORY, Socket, TIMED_OUT, adopt, handle_answer};
use crate::entry::{Answer, Call, Outcome};
use crate::error::{Text, failed_to, system_text};
use crate::handle::Handle;
use crate::modules::Resource;
use crate::reactor::kernel::ListenError;
use crate::reactor::transport;
use crate::runtime::Runtime;
use crate::scheduler::{Operation, Ready};
use crate::trace::{self, SocketEvent};

/// How long an acceptor waits before it tries again when descriptors have run out.
const STARVED_RETRY_NS: u64 = 100_000_000;

/// An open listener.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(super) transport: transport::Listener,
    /// The parked `accept`, of which there is at most one.
    pub(super) acceptor: Option<Handle>,
    /// When that `accept` gives up.
    deadline_ns: Option<u64>,
    /// When an acceptor without descriptors tries again; in the past where none does.
    retry_ns: u64,
    /// Removed with the listener.
    #[cfg(unix)]
    pub(super) file: Option<crate::policy::SocketFile>,
}

/// `socket.listen(protocol, host, port)`.
pub(super) fn listen(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.listen")?;
    let protocol = call.string(1)?;
    let host = call.string(2)?;
    if protocol == b"unix" {
        if call.kind(3) > mlua::ffi::LUA_TNIL {
            call.number(3)?;
        }
        return Ok(listen_unix(call.runtime, host));
    }
    let number = call.number(3)?;
    if protocol != b"tcp" {
        return Ok(Answer::Failure(Text::Borrowed(
            "only tcp and unix are supported",
        )));
    }
    let address = match call.runtime.policy.bindable(host) {
        Ok(address) => address,
        Err(text) => return Ok(Answer::Failure(text)),
    };
    let Some(port) = port(number, 0) else {
        return Ok(Answer::Failure(Text::Borrowed(
            "port must be between 1 and 65535",
        )));
    };
    Ok(listen_tcp(call.runtime, address, port))
}

fn listen_tcp(runtime: &Runtime, address: IpAddr, port: u16) -> Answer {
    let made = runtime.kernel.listen_tcp(SocketAddr::new(address, port));
    let transport = match made {
        Ok(transport) => transport,
        Err(ListenError::Create(error)) => {
            return Answer::Failure(failed_to("initialize TCP", &error));
        }
        // libuv tells of a taken port when it listens, so that is where scripts look for it.
        Err(ListenError::Bind(error)) if error.kind() != io::ErrorKind::AddrInUse => {
            return Answer::Failure(failed_to("bind", &error));
        }
        Err(ListenError::Bind(error) | ListenError::Listen(error)) => {
            return Answer::Failure(failed_to("listen", &error));
        }
    };
    let listener = Listener {
        transport,
        acceptor: None,
        deadline_ns: None,
        retry_ns: 0,
        #[cfg(unix)]
        file: None,
    };
    open(runtime, listener)
}

#[cfg(unix)]
fn listen_unix(runtime: &Runtime, path: &[u8]) -> Answer {
    match crate::policy::listen_unix(path) {
        Err(text) => Answer::Failure(text),
        Ok((socket, file)) => {
            let transport = transport::Listener::from_unix(socket);
            let listener = Listener {
                transport,
                acceptor: None,
                deadline_ns: None,
                retry_ns: 0,
                file: Some(file),
            };
            open(runtime, listener)
        }
    }
}

#[cfg(not(unix))]
fn listen_unix(_runtime: &Runtime, _path: &[u8]) -> Answer {
    Answer::Failure(Text::Borrowed(
        "failed to bind unix socket: unix sockets are not supported on this system",
    ))
}

fn open(runtime: &Runtime, mut listener: Listener) -> Answer {
    let mut handles = runtime.handles.borrow_mut();
    let handle = handles.next_handle();
    if let Err(error) = runtime
        .reactor
        .watch(&mut listener.transport, handle.to_bits(), false)
    {
        return Answer::Failure(failed_to("listen", &error));
    }
    trace::event!(trace::socket(SocketEvent::Listen, handle.to_bits()));
    let entry = runtime.sockets.listening.borrow_mut().insert(listener);
    handles.insert(Resource::Socket(Socket::Listener(entry)));
    handle_answer(runtime, handle, true)
}

/// `socket.accept(listener)`.
pub(super) fn accept(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.accept")?;
    let deadline_ns = deadline_ns(call, 2)?;
    let failure = |text| Ok(Answer::Failure(Text::Borrowed(text)));
    let Some(held) = held(call, 1) else {
        return failure("invalid listener handle");
    };
    if !held.listens {
        return failure("not a listening socket");
    }
    let handle = held.handle;
    let taken = with_listener(call.runtime, handle, |listener| {
        let acceptor = listener.acceptor;
        acceptor.is_some_and(|wait| call.runtime.scheduler.is_waiting(wait))
    });
    match taken {
        None => return failure("listener closed"),
        Some(true) => return failure("another accept already in progress"),
        Some(false) => {}
    }
    let spend = call.runtime.scheduler.spend();
    let attempt = if spend {
        attempt(call.runtime, handle)
    } else {
        Attempt::NotYet
    };
    if let Attempt::Done(answer) = attempt {
        return Ok(answer);
    }
    if !call.can_park(deadline_ns.is_some()) {
        return Ok(Answer::Failure(NO_MEMORY));
    }
    let wait = call.park(Operation::Accept);
    with_listener(call.runtime, handle, |listener| {
        listener.acceptor = Some(wait);
        listener.deadline_ns = deadline_ns;
        // The timer of an earlier acceptor ends with it.
        listener.retry_ns = 0;
    });
    arm(call, deadline_ns, wait, handle);
    if !spend {
        call.runtime
            .scheduler
            .queue(Ready::Retry(handle, Operation::Accept));
    } else if matches!(attempt, Attempt::Starved) {
        starve(call.runtime, wait, handle);
    }
    Ok(Answer::Yield)
}

enum Attempt {
    Done(Answer),
    NotYet,
    /// The process or the system has no descriptor left.
    Starved,
}

fn attempt(runtime: &Runtime, handle: Handle) -> Attempt {
    loop {
        let accepted = with_listener(runtime, handle, |listener| {
            runtime.kernel.accept(&listener.transport)
        });
        let error = match accepted {
            Some(Ok(transport)) => {
                trace::event!(trace::socket(SocketEvent::Accept, handle.to_bits()));
                return Attempt::Done(adopt(runtime, transport));
            }
            Some(Err(error)) => error,
            None => return Attempt::NotYet,
        };
        match error.kind() {
            io::ErrorKind::WouldBlock => return Attempt::NotYet,
            // The peer has gone already; the next one may be waiting.
            io::ErrorKind::ConnectionAborted => {}
            _ if out_of_descriptors(&error) => return Attempt::Starved,
            _ => return Attempt::Done(Answer::Failure(system_text(&error))),
        }
    }
}

#[cfg(unix)]
fn out_of_descriptors(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    )
}

#[cfg(not(unix))]
fn out_of_descriptors(_error: &io::Error) -> bool {
    false
}

/// Has the acceptor try again when a socket is closed, or after a while.
fn starve(runtime: &Runtime, wait: Handle, handle: Handle) {
    let mut starved = runtime.sockets.starved.borrow_mut();
    if !starved.contains(&handle) {
        starved.push(handle);
    }
    let now_ns = runtime.reactor.now_ns();
    let idle = with_listener(runtime, handle, |listener| {
        let idle = listener.retry_ns <= now_ns;
        if idle {
            listener.retry_ns = now_ns + STARVED_RETRY_NS;
        }
        idle
    });
    if idle == Some(true) {
        runtime
            .reactor
            .timers
            .borrow_mut()
            .set(now_ns + STARVED_RETRY_NS, wait, Some(handle));
    }
}

/// Lets starved acceptors try again, because a descriptor has become free.
pub(super) fn feed(runtime: &Runtime) {
    for handle in runtime.sockets.starved.take() {
        runtime
            .scheduler
            .queue(Ready::Retry(handle, Operation::Accept));
    }
}

/// Gives a parked acceptor its connection, if there is one.
pub(super) fn ready(runtime: &Runtime, handle: Handle) {
    let Some(Some(wait)) = with_listener(runtime, handle, |listener| listener.acceptor) else {
        return;
    };
    if !runtime.scheduler.is_waiting(wait) {
        return;
    }
    match attempt(runtime, handle) {
        Attempt::NotYet => {}
        Attempt::Starved => starve(runtime, wait, handle),
        Attempt::Done(answer) => {
            with_listener(runtime, handle, |listener| listener.acceptor = None);
            runtime.scheduler.wake(wait, answer);
        }
    }
}

/// A timer of an acceptor has fired: its deadline, or the time to try again.
pub(super) fn expired(runtime: &Runtime, wait: Handle, handle: Handle) {
    let now_ns = runtime.reactor.now_ns();
    let over = with_listener(runtime, handle, |listener| {
        listener.acceptor == Some(wait)
            && listener
                .deadline_ns
                .is_some_and(|deadline| deadline <= now_ns)
    });
    if over == Some(true) {
        with_listener(runtime, handle, |listener| listener.acceptor = None);
        runtime.scheduler.wake(wait, Answer::Failure(TIMED_OUT));
    } else {
        ready(runtime, handle);
    }
}

/// Does something with an open listener; none when the handle is no longer one.
pub(super) fn with_listener<T>(
    runtime: &Runtime,
    handle: Handle,
    act: impl FnOnce(&mut Listener) -> T,
) -> Option<T> {
    let entry = match runtime.handles.borrow().get(handle)? {
        Resource::Socket(Socket::Listener(entry)) => *entry,
        Resource::Socket(_) => return None,
    };
    runtime
        .sockets
        .listening
        .borrow_mut()
        .get_mut(entry)
        .map(act)
}
