//! A client with 64 connections, each of which sends its next request when it has the answer, until
//! so many requests have been answered.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::os::fd::{AsRawFd as _, RawFd};

use super::epoll::{Epoll, receive, send};

const CONNECTIONS: u32 = 64;

const REQUEST: &[u8] =
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n";

pub(crate) fn run(port: &str, requests: &str) {
    let requests: u32 = requests.parse().expect("a number of requests");
    let connect = |_| {
        let stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("the server listens");
        stream.set_nodelay(true).expect("a socket can");
        stream.set_nonblocking(true).expect("a socket can");
        (stream.as_raw_fd(), stream)
    };
    let connections: BTreeMap<RawFd, TcpStream> = (0..CONNECTIONS).map(connect).collect();
    let mut epoll = Epoll::new();
    for descriptor in connections.keys() {
        epoll.watch(*descriptor, libc::EPOLLET);
        send(*descriptor, REQUEST);
    }
    let (mut sent, mut answered) = (CONNECTIONS, 0);
    let mut buffer = vec![0; 4096];
    while answered < requests {
        for descriptor in epoll.wait() {
            let length = receive(descriptor, &mut buffer).unwrap_or(0);
            assert!(
                buffer[..length].ends_with(b"hello\n"),
                "an answer comes whole"
            );
            answered += 1;
            if sent < requests {
                sent += 1;
                send(descriptor, REQUEST);
            }
        }
    }
}
