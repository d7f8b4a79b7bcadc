//! The least that can serve: epoll, one read and one write per request, no parsing, no memory.
//!
//! Other ways to do it stand beside it, to see what they cost: what epoll does unless it is told
//! otherwise, asking the kernel once more after each read, having each event set again, and reading
//! all that is ready before the first answer.

#![expect(clippy::print_stdout, reason = "it says that it is ready")]

use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd as _, FromRawFd as _, IntoRawFd as _, RawFd};

use super::epoll::{Epoll, receive, send};

/// How the next input of a connection is learnt of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A short read means drained; interest stays registered, edge-triggered.
    Short,
    /// The same, level-triggered.
    Level,
    /// Reads until nothing is left.
    Drain,
    /// Interest is good for one event and registered again after each (`EPOLLONESHOT`).
    Rearm,
    /// The first, but all that is ready is read before the first answer is sent.
    Ahead,
}

const REPLY: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n";

pub(crate) fn serve(way: Way) {
    let port = std::env::args()
        .next_back()
        .and_then(|port| port.parse().ok());
    let listener = TcpListener::bind(("127.0.0.1", port.expect("a port"))).expect("it is free");
    listener.set_nonblocking(true).expect("a socket can");
    let mut epoll = Epoll::new();
    epoll.watch(listener.as_raw_fd(), libc::EPOLLET);
    println!("ready");
    let mut buffer = vec![0; 4096];
    let mut fresh = Vec::new();
    loop {
        let mut read = Vec::new();
        for descriptor in epoll.wait() {
            if descriptor == listener.as_raw_fd() {
                while let Ok((client, _)) = listener.accept() {
                    client.set_nodelay(true).expect("a socket can");
                    client.set_nonblocking(true).expect("a socket can");
                    fresh.push(client.into_raw_fd());
                }
            } else if way == Way::Ahead {
                match receive(descriptor, &mut buffer) {
                    None => {}
                    // SAFETY: the descriptor is one that `serve` gave up, and is not used again.
                    Some(0) => drop(unsafe { TcpStream::from_raw_fd(descriptor) }),
                    Some(_) => read.push(descriptor),
                }
            } else {
                answer(descriptor, &mut buffer, way);
                fresh.extend((way == Way::Rearm).then_some(descriptor));
            }
        }
        for descriptor in read {
            send(descriptor, REPLY);
        }
        for descriptor in fresh.drain(..) {
            match way {
                Way::Rearm => epoll.watch_once(descriptor),
                Way::Level => epoll.watch(descriptor, 0),
                Way::Short | Way::Drain | Way::Ahead => epoll.watch(descriptor, libc::EPOLLET),
            }
        }
    }
}

/// Reads until a read is short or finds nothing, and answers each.
fn answer(descriptor: RawFd, buffer: &mut [u8], way: Way) {
    loop {
        match receive(descriptor, buffer) {
            None => return,
            Some(0) => {
                // SAFETY: the descriptor is one that `serve` gave up, and is not used again.
                drop(unsafe { TcpStream::from_raw_fd(descriptor) });
                return;
            }
            Some(length) => {
                send(descriptor, REPLY);
                if length < buffer.len() && way != Way::Drain {
                    return;
                }
            }
        }
    }
}
