//! The calls of sockets into the kernel, behind one trait, so that short reads, resets and full
//! tables can be put in its place.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use super::transport::{Listener, Stream};

/// How many connections may wait to be accepted; the kernel lowers it to its own limit.
pub(crate) const BACKLOG: i32 = 4096;

/// Which step of making a listener failed.
#[derive(Debug)]
pub(crate) enum ListenError {
    Create(io::Error),
    Bind(io::Error),
    Listen(io::Error),
}

/// What the runtime asks of the kernel. Nothing here blocks: "not yet" is `WouldBlock`.
pub(crate) trait Kernel {
    fn listen_tcp(&self, address: SocketAddr) -> Result<Listener, ListenError>;
    fn accept(&self, listener: &Listener) -> io::Result<Stream>;
    fn connect_tcp(&self, address: SocketAddr) -> io::Result<Stream>;
    fn connect_unix(&self, path: &Path) -> io::Result<Stream>;
    fn read(&self, stream: &Stream, buffer: &mut [u8]) -> io::Result<usize>;
    fn write(&self, stream: &Stream, data: &[u8]) -> io::Result<usize>;
}

/// The real kernel.
#[derive(Debug)]
pub(crate) struct System;

impl Kernel for System {
    fn listen_tcp(&self, address: SocketAddr) -> Result<Listener, ListenError> {
        use socket2::{Domain, Protocol, Socket, Type};
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )
        .map_err(ListenError::Create)?;
        // On Windows the option would let two programs share a port.
        #[cfg(not(windows))]
        socket
            .set_reuse_address(true)
            .map_err(ListenError::Create)?;
        if address.is_ipv6() {
            // Windows would refuse addresses of IPv4 that are written as IPv6.
            socket.set_only_v6(false).map_err(ListenError::Create)?;
        }
        socket.set_nonblocking(true).map_err(ListenError::Create)?;
        socket.bind(&address.into()).map_err(ListenError::Bind)?;
        socket.listen(BACKLOG).map_err(ListenError::Listen)?;
        Ok(Listener::Tcp(mio::net::TcpListener::from_std(
            socket.into(),
        )))
    }

    fn accept(&self, listener: &Listener) -> io::Result<Stream> {
        retry(|| match listener {
            Listener::Tcp(socket) => socket.accept().map(|(stream, _)| Stream::Tcp(stream)),
            #[cfg(unix)]
            Listener::Unix(socket) => socket.accept().map(|(stream, _)| Stream::Unix(stream)),
        })
    }

    fn connect_tcp(&self, address: SocketAddr) -> io::Result<Stream> {
        mio::net::TcpStream::connect(address).map(Stream::Tcp)
    }

    #[cfg(unix)]
    fn connect_unix(&self, path: &Path) -> io::Result<Stream> {
        mio::net::UnixStream::connect(path).map(Stream::Unix)
    }

    #[cfg(not(unix))]
    fn connect_unix(&self, _path: &Path) -> io::Result<Stream> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "unix sockets are not supported on this system",
        ))
    }

    fn read(&self, stream: &Stream, buffer: &mut [u8]) -> io::Result<usize> {
        retry(|| match stream {
            Stream::Tcp(socket) => (&*socket).read(buffer),
            #[cfg(unix)]
            Stream::Unix(socket) => (&*socket).read(buffer),
        })
    }

    fn write(&self, stream: &Stream, data: &[u8]) -> io::Result<usize> {
        retry(|| match stream {
            Stream::Tcp(socket) => (&*socket).write(data),
            #[cfg(unix)]
            Stream::Unix(socket) => (&*socket).write(data),
        })
    }
}

/// Repeats a call that a signal cut short.
fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            answer => return answer,
        }
    }
}
