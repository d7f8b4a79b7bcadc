//! The sockets themselves: a stream or a listener of whichever family, as sources of the reactor.

use std::io;
use std::net::{Shutdown, SocketAddr};

use mio::event::Source;
use mio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use mio::net::{UnixListener, UnixStream};
use mio::{Interest, Registry, Token};

/// A connection, or one that is being made.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// A socket that takes connections.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// One end of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Tcp(SocketAddr),
    #[cfg(unix)]
    Unix,
}

/// Who is at the other end of a Unix socket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials {
    /// Absent where the system does not tell.
    pub(crate) pid: Option<i32>,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            #[cfg(unix)]
            Self::Unix => f.write_str("unix"),
        }
    }
}

/// Calls the same thing on whichever socket there is.
macro_rules! each {
    ($enum:ident, $value:expr, $socket:ident => $call:expr) => {
        match $value {
            $enum::Tcp($socket) => $call,
            #[cfg(unix)]
            $enum::Unix($socket) => $call,
        }
    };
}

impl Stream {
    /// The error that ended the making of the connection, if one did.
    pub(crate) fn take_error(&self) -> io::Result<Option<io::Error>> {
        each!(Self, self, socket => socket.take_error())
    }

    /// The far end.
    pub(crate) fn peer(&self) -> io::Result<Endpoint> {
        match self {
            Self::Tcp(socket) => socket.peer_addr().map(Endpoint::Tcp),
            #[cfg(unix)]
            Self::Unix(_) => Ok(Endpoint::Unix),
        }
    }

    /// The near end.
    pub(crate) fn local(&self) -> io::Result<Endpoint> {
        match self {
            Self::Tcp(socket) => socket.local_addr().map(Endpoint::Tcp),
            #[cfg(unix)]
            Self::Unix(_) => Ok(Endpoint::Unix),
        }
    }

    /// Whether small writes go out at once. Unix sockets always send at once.
    pub(crate) fn set_nodelay(&self, on: bool) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.set_nodelay(on),
            #[cfg(unix)]
            Self::Unix(_) => Ok(()),
        }
    }

    /// Whether a read that gave less than it could means that nothing is left, so that the next
    /// input is told of. A read of a Unix socket also ends where descriptors were sent along
    /// (unix(7)), and Windows tells of input only after a read that found nothing.
    pub(crate) fn short_read_drains(&self) -> bool {
        matches!(self, Self::Tcp(_)) && cfg!(not(windows))
    }

    /// Tells the peer that nothing more will come.
    pub(crate) fn shutdown_write(&self) -> io::Result<()> {
        each!(Self, self, socket => socket.shutdown(Shutdown::Write))
    }

    /// Who is at the other end of a Unix socket.
    pub(crate) fn credentials(&self) -> io::Result<Credentials> {
        match self {
            Self::Tcp(_) => Err(io::Error::from(io::ErrorKind::Unsupported)),
            #[cfg(unix)]
            Self::Unix(socket) => unix_credentials(socket),
        }
    }
}

impl Listener {
    /// A listener that was made elsewhere and does not block.
    #[cfg(unix)]
    pub(crate) fn from_unix(socket: std::os::unix::net::UnixListener) -> Self {
        Self::Unix(UnixListener::from_std(socket))
    }

    /// Where the listener is bound.
    pub(crate) fn local(&self) -> io::Result<Endpoint> {
        match self {
            Self::Tcp(socket) => socket.local_addr().map(Endpoint::Tcp),
            #[cfg(unix)]
            Self::Unix(_) => Ok(Endpoint::Unix),
        }
    }
}

/// Sources of mio hand their three calls to the socket inside.
macro_rules! source {
    ($enum:ident) => {
        impl Source for $enum {
            fn register(&mut self, to: &Registry, token: Token, what: Interest) -> io::Result<()> {
                each!(Self, self, socket => socket.register(to, token, what))
            }

            fn reregister(&mut self, to: &Registry, token: Token, what: Interest) -> io::Result<()> {
                each!(Self, self, socket => socket.reregister(to, token, what))
            }

            fn deregister(&mut self, from: &Registry) -> io::Result<()> {
                each!(Self, self, socket => socket.deregister(from))
            }
        }
    };
}

source!(Stream);
source!(Listener);

#[cfg(any(target_os = "linux", target_os = "android"))]
fn unix_credentials(socket: &UnixStream) -> io::Result<Credentials> {
    use std::os::fd::AsRawFd as _;
    let mut found = libc::ucred {
        pid: 0,
        uid: 0,
        gid: 0,
    };
    let mut size = libc::socklen_t::try_from(size_of::<libc::ucred>()).expect("a struct is small");
    // SAFETY: the descriptor is open, and `found` and `size` describe memory of the type that
    // SO_PEERCRED writes (unix(7)).
    let status = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut found).cast(),
            &raw mut size,
        )
    };
    if status != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Credentials {
        pid: Some(found.pid),
        uid: found.uid,
        gid: found.gid,
    })
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn unix_credentials(socket: &UnixStream) -> io::Result<Credentials> {
    use std::os::fd::AsRawFd as _;
    let (mut uid, mut gid) = (0, 0);
    // SAFETY: the descriptor is open and both pointers are to integers of the right type.
    if unsafe { libc::getpeereid(socket.as_raw_fd(), &raw mut uid, &raw mut gid) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Credentials {
        pid: None,
        uid,
        gid,
    })
}
