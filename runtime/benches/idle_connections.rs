//! Memory of idle connections: ten thousand that were accepted, each with a coroutine that reads.

mod support;

use std::io::Write as _;
use std::net::TcpStream;

use support::{Server, free_port, runners, script, tell};

const CONNECTIONS: u32 = 10_000;

fn main() {
    #[cfg(unix)]
    raise_limit();
    let path = script("idle.lua").display().to_string();
    for runner in runners() {
        let port = free_port();
        let server = Server::start(&runner.program, &[&path, &port.to_string()]);
        // The first ones pay for what is made once.
        let mut held = connect(port, 64);
        drop(held.split_off(32));
        settle(&mut held);
        let before = server.status_bytes("RssAnon");
        held.extend(connect(port, CONNECTIONS));
        settle(&mut held);
        let after = server.status_bytes("RssAnon");
        #[expect(clippy::cast_precision_loss, reason = "bytes of a small process")]
        let each = (after - before) as f64 / f64::from(CONNECTIONS);
        tell(
            "idle connection with a reader",
            &runner.name,
            each,
            "bytes",
            "target 700",
        );
        drop(held);
        server.end();
    }
}

fn connect(port: u16, count: u32) -> Vec<TcpStream> {
    let connect = |_| TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    (0..count).map(connect).collect()
}

/// Returns when the server has dealt with all connections: it answers to the end of one that was
/// made last by closing it, and it takes connections in their order.
fn settle(held: &mut [TcpStream]) {
    use std::io::Read as _;
    let address = held[0].peer_addr().expect("it is connected");
    let mut last = TcpStream::connect(address).expect("the server listens");
    last.write_all(b"x").expect("the server reads");
    let mut end = [0];
    assert_eq!(last.read(&mut end).expect("the server closes"), 0);
}

/// Allows this process and its children as many descriptors as the system lets them have.
#[cfg(unix)]
fn raise_limit() {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the pointers are to a struct of the right type.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
    }
}
