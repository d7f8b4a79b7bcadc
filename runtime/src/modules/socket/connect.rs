//! `connect`: to an address, to a name whose addresses are tried in turn, or to a path.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::path::Path;

use super::arguments::{arm, deadline_ns, port};
use super::stream::Stream;
use super::{NO_MEMORY, Socket, TIMED_OUT, adopt, handle_answer};
use crate::entry::{Answer, Call, Outcome};
use crate::error::{Text, failed_to, system_text};
use crate::handle::Handle;
use crate::modules::Resource;
use crate::offload::Finish;
use crate::reactor::{Readiness, transport};
use crate::runtime::Runtime;
use crate::scheduler::{Operation, Ready};
use crate::trace::{self, SocketEvent};

/// A connection in the making. The script has no handle of it yet.
#[derive(Debug)]
pub(crate) struct Connecting {
    /// The parked `connect`.
    pub(super) wait: Handle,
    /// The attempt that is under way; none while a name is looked up.
    attempt: Option<transport::Stream>,
    /// Addresses that have not been tried, the next one last.
    rest: Vec<SocketAddr>,
}

const INVALID: Text = Text::Borrowed("invalid host or port");

/// The longest name of a host (RFC 1035, section 2.3.4).
const LONGEST_NAME: usize = 253;

/// `socket.connect(host, port)` or `socket.connect(path)`.
pub(super) fn connect(call: &Call) -> Outcome {
    call.must_be_coroutine("socket.connect")?;
    let host = call.string(1)?;
    let is_path = host.contains(&b'/');
    let given = call.kind(2);
    let without_port = is_path && (given <= mlua::ffi::LUA_TNIL || given == mlua::ffi::LUA_TTABLE);
    let number = if without_port {
        f64::NAN
    } else {
        call.number(2)?
    };
    let deadline_ns = deadline_ns(call, if given == mlua::ffi::LUA_TTABLE { 2 } else { 3 })?;
    if !call.can_park(deadline_ns.is_some()) {
        return Ok(Answer::Failure(NO_MEMORY));
    }
    if is_path {
        return Ok(in_turn(call, connect_path(call.runtime, host)));
    }
    let Some(port) = port(number, 1) else {
        return Ok(Answer::Failure(Text::Borrowed(
            "port must be between 1 and 65535",
        )));
    };
    let Some(name) = std::str::from_utf8(host).ok().filter(|name| is_name(name)) else {
        return Ok(Answer::Failure(INVALID));
    };
    Ok(match name.parse::<IpAddr>() {
        Ok(address) => connect_address(call, SocketAddr::new(address, port), deadline_ns),
        Err(_) if looks_like_number(name) => Answer::Failure(INVALID),
        Err(_) => connect_name(call, name.to_owned(), port, deadline_ns),
    })
}

/// True for what may be looked up: letters, digits and what stands between them.
fn is_name(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'%');
    !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(allowed)
}

/// True for a mistyped address, which no name looks like: a name's last part is never a number. An address
/// with a zone (RFC 4007) is looked up, because the system knows the zones.
fn looks_like_number(name: &str) -> bool {
    if let Some((address, zone)) = name.split_once('%') {
        return zone.is_empty() || address.parse::<Ipv6Addr>().is_err();
    }
    let last = name
        .trim_end_matches('.')
        .rsplit('.')
        .next()
        .unwrap_or_default();
    name.contains(':') || last.is_empty() || last.bytes().all(|byte| byte.is_ascii_digit())
}

fn connect_path(runtime: &Runtime, path: &[u8]) -> Answer {
    #[cfg(unix)]
    let path = {
        use std::os::unix::ffi::OsStrExt as _;
        if let Err(text) = crate::policy::check_path(path) {
            return Answer::Failure(text);
        }
        Path::new(std::ffi::OsStr::from_bytes(path))
    };
    #[cfg(not(unix))]
    let path = Path::new(std::str::from_utf8(path).unwrap_or_default());
    match runtime.kernel.connect_unix(path) {
        Ok(transport) => {
            trace::event!(trace::socket(SocketEvent::Connect, 0));
            adopt(runtime, transport)
        }
        Err(error) => Answer::Failure(system_text(&error)),
    }
}

/// The answer at once, or after the others have had their turn.
fn in_turn(call: &Call, answer: Answer) -> Answer {
    let scheduler = &call.runtime.scheduler;
    if scheduler.spend() {
        return answer;
    }
    let wait = call.park(Operation::Connect);
    call.runtime.sockets.late.borrow_mut().push((wait, answer));
    scheduler.queue(Ready::Retry(wait, Operation::Connect));
    Answer::Yield
}

/// Gives the answers that were put off.
pub(super) fn go_on(runtime: &Runtime) {
    for (wait, answer) in runtime.sockets.late.take() {
        runtime.scheduler.wake(wait, answer);
    }
}

fn connect_address(call: &Call, address: SocketAddr, deadline_ns: Option<u64>) -> Answer {
    match begin(call.runtime, address) {
        Ok((handle, transport)) => {
            park(call, handle, Some(transport), deadline_ns);
            Answer::Yield
        }
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Answer::Failure(system_text(&error))
        }
        Err(error) => Answer::Failure(failed_to("start connect", &error)),
    }
}

/// Starts an attempt under the handle that the connection will have.
fn begin(runtime: &Runtime, address: SocketAddr) -> io::Result<(Handle, transport::Stream)> {
    let handle = runtime.handles.borrow().next_handle();
    start(runtime, handle, address).map(|transport| (handle, transport))
}

fn start(runtime: &Runtime, handle: Handle, address: SocketAddr) -> io::Result<transport::Stream> {
    let mut transport = runtime.kernel.connect_tcp(address)?;
    runtime
        .reactor
        .watch(&mut transport, handle.to_bits(), true)?;
    Ok(transport)
}

fn park(call: &Call, handle: Handle, attempt: Option<transport::Stream>, deadline_ns: Option<u64>) {
    let wait = call.park(Operation::Connect);
    let connecting = Connecting {
        wait,
        attempt,
        rest: Vec::new(),
    };
    let entry = call
        .runtime
        .sockets
        .connecting
        .borrow_mut()
        .insert(connecting);
    let resource = Resource::Socket(Socket::Connecting(entry));
    let kept = call.runtime.handles.borrow_mut().insert(resource);
    debug_assert_eq!(kept, handle, "nothing was inserted since it was foretold");
    arm(call, deadline_ns, wait, handle);
}

fn connect_name(call: &Call, name: String, port: u16, deadline_ns: Option<u64>) -> Answer {
    let handle = call.runtime.handles.borrow().next_handle();
    let sent = call
        .runtime
        .offload
        .blocking(&call.runtime.reactor, move || -> Finish {
            let found = (name.as_str(), port)
                .to_socket_addrs()
                .map(Iterator::collect::<Vec<_>>);
            Box::new(move |runtime| looked_up(runtime, handle, &name, found))
        });
    if let Err(error) = sent {
        return Answer::Failure(failed_to("start connect", &error));
    }
    park(call, handle, None, deadline_ns);
    Answer::Yield
}

/// The addresses of a name are known, or are known not to be.
fn looked_up(runtime: &Runtime, handle: Handle, name: &str, found: io::Result<Vec<SocketAddr>>) {
    match found {
        Err(error) => {
            let text = format!("failed to resolve {name}: {error}");
            fail(runtime, handle, Text::Owned(text));
        }
        Ok(mut addresses) => {
            addresses.reverse();
            with_connecting(runtime, handle, |connecting| connecting.rest = addresses);
            let none = Text::Owned(format!("failed to resolve {name}: it has no address"));
            next_attempt(runtime, handle, none);
        }
    }
}

/// Tries the next address; without one, the connection has failed for the reason given.
fn next_attempt(runtime: &Runtime, handle: Handle, mut reason: Text) {
    loop {
        let next = with_connecting(runtime, handle, |connecting| {
            // The socket of the last attempt goes away first, so that its number is free again.
            connecting.attempt = None;
            connecting.rest.pop()
        });
        match next {
            None => return,
            Some(None) => return fail(runtime, handle, reason),
            Some(Some(address)) => match start(runtime, handle, address) {
                Err(error) => reason = system_text(&error),
                Ok(transport) => {
                    with_connecting(runtime, handle, |connecting| {
                        connecting.attempt = Some(transport);
                    });
                    return;
                }
            },
        }
    }
}

/// The kernel says something about an attempt: it stands, it has failed, or not yet.
pub(super) fn ready(runtime: &Runtime, handle: Handle, readiness: Readiness) {
    enum Verdict {
        Stands,
        Failed(io::Error),
        NotYet,
    }
    let verdict = with_connecting(runtime, handle, |connecting| {
        let Some(attempt) = &connecting.attempt else {
            return Verdict::NotYet;
        };
        match attempt.take_error() {
            Ok(Some(error)) | Err(error) => Verdict::Failed(error),
            Ok(None) => match attempt.peer() {
                Ok(_) => Verdict::Stands,
                Err(error) if error.kind() == io::ErrorKind::NotConnected => Verdict::NotYet,
                Err(error) => Verdict::Failed(error),
            },
        }
    });
    match verdict {
        Some(Verdict::Stands) => stand(runtime, handle, readiness),
        Some(Verdict::Failed(error)) => next_attempt(runtime, handle, system_text(&error)),
        Some(Verdict::NotYet) | None => {}
    }
}

/// Turns an attempt that stands into a connection, under the same handle. What the event said of input is
/// not said again.
fn stand(runtime: &Runtime, handle: Handle, readiness: Readiness) {
    let Some(connecting) = take(runtime, handle) else {
        return;
    };
    let Some(transport) = connecting.attempt else {
        return;
    };
    if !runtime.scheduler.is_waiting(connecting.wait) {
        // The script has ended the wait: nobody would ever close the connection.
        drop(transport);
        drop(runtime.handles.borrow_mut().remove(handle));
        return super::listen::feed(runtime);
    }
    let answer = match transport.set_nodelay(true) {
        Ok(()) => {
            trace::event!(trace::socket(SocketEvent::Connect, handle.to_bits()));
            let stream = Socket::Stream(Stream::connected(transport, readiness));
            if let Some(resource) = runtime.handles.borrow_mut().get_mut(handle) {
                *resource = Resource::Socket(stream);
            }
            handle_answer(runtime, handle, false)
        }
        Err(error) => {
            drop(runtime.handles.borrow_mut().remove(handle));
            Answer::Failure(system_text(&error))
        }
    };
    runtime.scheduler.wake(connecting.wait, answer);
}

/// Gives up and leaves nothing behind.
fn fail(runtime: &Runtime, handle: Handle, reason: Text) {
    let Some(connecting) = take(runtime, handle) else {
        return;
    };
    let wait = connecting.wait;
    drop(connecting);
    drop(runtime.handles.borrow_mut().remove(handle));
    super::listen::feed(runtime);
    runtime.scheduler.wake(wait, Answer::Failure(reason));
}

fn entry(runtime: &Runtime, handle: Handle) -> Option<Handle> {
    match runtime.handles.borrow().get(handle)? {
        Resource::Socket(Socket::Connecting(entry)) => Some(*entry),
        Resource::Socket(_) => None,
    }
}

/// Takes what is known of a connection in the making; its handle stays.
fn take(runtime: &Runtime, handle: Handle) -> Option<Connecting> {
    let entry = entry(runtime, handle)?;
    runtime.sockets.connecting.borrow_mut().remove(entry)
}

/// The deadline of a connect has come.
pub(super) fn expired(runtime: &Runtime, wait: Handle, handle: Handle) {
    if with_connecting(runtime, handle, |connecting| connecting.wait) == Some(wait) {
        fail(runtime, handle, TIMED_OUT);
    }
}

fn with_connecting<T>(
    runtime: &Runtime,
    handle: Handle,
    act: impl FnOnce(&mut Connecting) -> T,
) -> Option<T> {
    let entry = entry(runtime, handle)?;
    runtime
        .sockets
        .connecting
        .borrow_mut()
        .get_mut(entry)
        .map(act)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_address_is_no_name() {
        for host in [
            "256.0.0.1",
            "1.2.3",
            "12345",
            "::g",
            "1.2.3.4.5",
            ".",
            "::g%lo",
            "127.0.0.1%lo",
            "name%lo",
            "fe80::1%",
        ] {
            assert!(looks_like_number(host), "{host}");
        }
        for host in [
            "localhost",
            "example.org",
            "example.org.",
            "a1",
            "1a",
            "x-1.2b",
            "fe80::1%eth0",
        ] {
            assert!(is_name(host) && !looks_like_number(host), "{host}");
        }
        for host in ["", "with blank", "caf\u{e9}", "a\0b"] {
            assert!(!is_name(host), "{host:?}");
        }
    }
}
