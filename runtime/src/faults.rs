//! Tests of the event loop over a kernel that fails: short reads and writes, resets, full tables.
//!
//! A script runs on the real loop; only the calls of sockets are answered by [`Faulty`].

mod panics;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::CString;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use crate::policy::Policy;
use crate::reactor::kernel::{Kernel, ListenError, System};
use crate::reactor::transport::{Listener, Stream};
use crate::vm::Vm;

/// The calls that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Create,
    Bind,
    Listen,
    Accept,
    Connect,
    Read,
    Write,
}

/// The number of no error: the call panics.
const PANIC: i32 = i32::MIN;

/// The system's kernel, except that calls fail as planned and move few bytes at once.
#[derive(Debug)]
struct Faulty {
    /// The errors that the next calls of a point give; none is a call that goes through.
    plan: RefCell<BTreeMap<Point, Vec<Option<i32>>>>,
    /// The most bytes that one read or write moves.
    at_most: usize,
}

impl Faulty {
    fn fail(&self, point: Point) -> io::Result<()> {
        let mut plan = self.plan.borrow_mut();
        let errors = plan.entry(point).or_default();
        let next = (!errors.is_empty()).then(|| errors.remove(0)).flatten();
        assert_ne!(next, Some(PANIC), "{}", panics::PLANTED);
        next.map_or(Ok(()), |code| Err(io::Error::from_raw_os_error(code)))
    }
}

impl Kernel for Faulty {
    fn listen_tcp(&self, address: SocketAddr) -> Result<Listener, ListenError> {
        self.fail(Point::Create).map_err(ListenError::Create)?;
        self.fail(Point::Bind).map_err(ListenError::Bind)?;
        self.fail(Point::Listen).map_err(ListenError::Listen)?;
        System.listen_tcp(address)
    }

    fn accept(&self, listener: &Listener) -> io::Result<Stream> {
        self.fail(Point::Accept)?;
        System.accept(listener)
    }

    fn connect_tcp(&self, address: SocketAddr) -> io::Result<Stream> {
        self.fail(Point::Connect)?;
        System.connect_tcp(address)
    }

    fn connect_unix(&self, path: &Path) -> io::Result<Stream> {
        self.fail(Point::Connect)?;
        System.connect_unix(path)
    }

    fn read(&self, stream: &Stream, buffer: &mut [u8]) -> io::Result<usize> {
        self.fail(Point::Read)?;
        let length = buffer.len().min(self.at_most);
        System.read(stream, &mut buffer[..length])
    }

    fn write(&self, stream: &Stream, data: &[u8]) -> io::Result<usize> {
        self.fail(Point::Write)?;
        System.write(stream, &data[..data.len().min(self.at_most)])
    }
}

/// What every script begins with: two ends of a connection.
const HEAD: &str = "local lunet, socket = require('lunet'), require('lunet.socket')
    local function show(...)
      local texts = {}
      for index = 1, select('#', ...) do texts[index] = tostring((select(index, ...))) end
      return table.concat(texts, ' ')
    end
    local function expect(expected, ...)
      assert(show(...) == expected, 'expected ' .. expected .. ', found ' .. show(...))
    end
    local function pair(path)
      local listener = assert(socket.listen(path and 'unix' or 'tcp', path or '127.0.0.1', 0))
      local port = path or tonumber(socket.getsockname(listener):match('%d+$'))
      local far
      lunet.spawn(function() far = assert(socket.connect(path or '127.0.0.1', path and 0 or port)) end)
      local near = assert(socket.accept(listener))
      while not far do lunet.sleep(0) end
      return near, far, listener, port
    end
    lunet.spawn(function() lunet.sleep(30000) lunet.stop() end)
    lunet.spawn(function()
      ";

/// Runs a script over a kernel with these faults. It must come to its end.
#[track_caller]
fn check(at_most: usize, plan: &[(Point, &[i32])], script: &str) {
    // A zero stands for a call that goes through.
    let errors = |codes: &[i32]| {
        codes
            .iter()
            .map(|code| (*code != 0).then_some(*code))
            .collect()
    };
    let plan = plan.iter().map(|(point, codes)| (*point, errors(codes)));
    // The runtime wants a kernel that outlives it; this one ends with the test's process.
    let kernel: &'static Faulty = Box::leak(Box::new(Faulty {
        plan: RefCell::new(plan.collect()),
        at_most,
    }));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script.lua");
    let socket = folder.path().join("a.sock").display().to_string();
    let script = script.replace("PATH", &format!("[[{socket}]]"));
    let end = "\n__lunet_exit_code = 7 lunet.stop() end)";
    std::fs::write(&path, format!("{HEAD}{script}{end}")).unwrap();
    let path = CString::new(path.into_os_string().into_encoded_bytes()).unwrap();
    let vm = Vm::with_kernel(Policy::default(), kernel).unwrap();
    let code = vm.run_file(&path).unwrap();
    assert_eq!(code, 7, "{script}");
    assert!(
        kernel.plan.borrow().values().all(Vec::is_empty),
        "not all faults happened: {kernel:?}"
    );
}

const WHOLE: usize = usize::MAX;

/// One test, because one process has one runtime at a time.
#[test]
fn the_loop_over_a_kernel_that_fails() {
    check(
        WHOLE,
        &[],
        "local near, far = pair() socket.write(near, 'x') expect('x nil', socket.read(far))",
    );
    short_transfers();
    broken_connections();
    full_tables();
    refusals();
}

fn short_transfers() {
    // Writes that move few bytes are gone on with.
    check(
        3,
        &[],
        "local near, far = pair()
         expect('nil', socket.write(near, 'abcdefgh'))
         socket.shutdown(near)
         local all = ''
         repeat
           local data = socket.read(far)
           all = all .. (data or '')
         until not data
         expect('abcdefgh', all)",
    );
    // On a Unix socket a short read does not mean that nothing is left (ancillary data ends one).
    check(
        1,
        &[],
        "local near, far = pair(PATH)
         expect('nil', socket.write(near, 'abc'))
         expect('a nil', socket.read(far))
         expect('b nil', socket.read(far))
         expect('c nil', socket.read(far))
         expect('nil operation timed out', socket.read(far, { timeout_ms = 1 }))",
    );
    // An event without input parks the reader again, and the input still arrives.
    check(
        WHOLE,
        &[(Point::Read, &[libc::EAGAIN, libc::EAGAIN])],
        "local near, far = pair()
         local got
         lunet.spawn(function() got = show(socket.read(near)) end)
         socket.write(far, 'first')
         lunet.sleep(0) lunet.sleep(0)
         expect('nil', got)
         socket.write(far, 'second')
         while not got do lunet.sleep(0) end
         expect('firstsecond nil', got)",
    );
}

fn broken_connections() {
    for (code, text) in [
        (libc::ECONNRESET, "connection reset by peer"),
        (libc::ETIMEDOUT, "connection timed out"),
        (libc::EHOSTUNREACH, "host is unreachable"),
        (libc::EIO, "i/o error"),
        (9999, "Unknown system error 9999"),
    ] {
        // At once, and for a parked reader, which is free for the next read afterwards.
        check(
            WHOLE,
            &[(Point::Read, &[code, libc::EAGAIN, code])],
            &format!(
                "local near, far = pair()
                 expect('nil {text}', socket.read(near))
                 local got
                 lunet.spawn(function() got = show(socket.read(near)) end)
                 socket.write(far, 'x')
                 while not got do lunet.sleep(0) end
                 expect('nil {text}', got)
                 expect('x nil', socket.read(near))"
            ),
        );
        // In the middle of a write.
        check(
            4,
            &[(Point::Write, &[0, 0, code])],
            &format!(
                "local near, far = pair() expect('{text}', socket.write(near, ('x'):rep(100)))"
            ),
        );
    }
}

fn full_tables() {
    // The acceptor stays parked, and goes on when a socket of ours is closed, or after a while.
    for how in ["socket.close(near)", ""] {
        for code in [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM] {
            check(
                WHOLE,
                &[(Point::Accept, &[0, code])],
                &format!(
                    "local listener = socket.listen('tcp', '127.0.0.1', 0)
                     local port = tonumber(socket.getsockname(listener):match('%d+$'))
                     local client = socket.connect('127.0.0.1', port)
                     local near = socket.accept(listener)
                     local other = socket.connect('127.0.0.1', port)
                     local accepted
                     lunet.spawn(function() accepted = socket.accept(listener) end)
                     expect('nil', accepted)
                     {how}
                     while not accepted do lunet.sleep(1) end
                     expect(socket.getsockname(other), (socket.getpeername(accepted)))"
                ),
            );
        }
    }
    check(
        WHOLE,
        &[(Point::Connect, &[libc::EMFILE, libc::ENETUNREACH, libc::ECONNREFUSED])],
        "expect('nil failed to start connect: too many open files', socket.connect('127.0.0.1', 1))
         expect('nil failed to start connect: network is unreachable', socket.connect('127.0.0.1', 1))
         expect('nil connection refused', socket.connect('127.0.0.1', 1))",
    );
}

fn refusals() {
    // A peer that went before it was accepted is nobody's error; other errors are the acceptor's.
    check(
        WHOLE,
        &[(
            Point::Accept,
            &[libc::ECONNABORTED, libc::ECONNABORTED, 0, libc::EPERM],
        )],
        "local near, far, listener = pair()
         socket.write(near, 'x') expect('x nil', socket.read(far))
         expect('nil operation not permitted', socket.accept(listener))
         expect('nil operation timed out', socket.accept(listener, { timeout_ms = 1 }))",
    );
    let listen = "socket.listen('tcp', '127.0.0.1', 0)";
    for (point, code, text) in [
        (
            Point::Create,
            libc::EMFILE,
            "failed to initialize TCP: too many open files",
        ),
        (
            Point::Bind,
            libc::EACCES,
            "failed to bind: permission denied",
        ),
        (
            Point::Bind,
            libc::EADDRNOTAVAIL,
            "failed to bind: address not available",
        ),
        (
            Point::Bind,
            libc::EADDRINUSE,
            "failed to listen: address already in use",
        ),
        (
            Point::Listen,
            libc::EADDRINUSE,
            "failed to listen: address already in use",
        ),
    ] {
        let script = format!("expect('nil {text}', {listen}) assert({listen})");
        check(WHOLE, &[(point, &[code])], &script);
    }
}
