//! Panics: in the body of a function they are errors of the script; in the loop and on other threads
//! they end the process, which is why each of these runs in a process of its own.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output};
use std::time::Duration;

use super::{PANIC, Point, WHOLE, check};
use crate::offload::{Finish, Offload};
use crate::reactor::Reactor;

/// What every planted panic says.
pub(super) const PLANTED: &str = "a planted panic";

/// Names the panic that the process is to run into.
const CASE: &str = "LUNET_TEST_PANIC";

/// How long a process may go on that should have ended.
const LIMIT: Duration = Duration::from_secs(20);

/// Runs the case of a test in a process of its own, and gives how that ended; none inside of it.
fn process(test: &str, run: fn()) -> Option<Output> {
    if std::env::var_os(CASE).is_some_and(|asked| asked == test) {
        run();
        return None;
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &format!("faults::panics::{test}"), "--nocapture"]);
    Some(child.env(CASE, test).output().unwrap())
}

/// The process dies by `abort`, after it has said why.
fn aborts(test: &str, run: fn()) {
    let Some(output) = process(test, run) else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{said}");
    for part in [PLANTED, "lunet: an internal error ends the process"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn in_the_loop_a_panic_ends_the_process() {
    aborts("in_the_loop_a_panic_ends_the_process", || {
        check(
            WHOLE,
            &[(Point::Read, &[libc::EAGAIN, PANIC])],
            "local near, far = pair()
             lunet.spawn(function() print('went on', pcall(socket.read, near)) end)
             socket.write(far, 'x')
             lunet.sleep(1000)",
        );
    });
}

#[test]
fn on_another_thread_a_panic_ends_the_process() {
    aborts("on_another_thread_a_panic_ends_the_process", || {
        let (offload, reactor) = (Offload::default(), Reactor::new().unwrap());
        let job = || -> Finish { panic!("{PLANTED}") };
        offload.blocking(&reactor, job).unwrap();
        std::thread::park_timeout(LIMIT);
    });
}

#[test]
fn in_a_body_a_panic_is_an_error_of_the_script() {
    let output = process("in_a_body_a_panic_is_an_error_of_the_script", || {
        check(
            WHOLE,
            &[(Point::Read, &[PANIC])],
            "local near, far = pair()
             socket.write(far, 'x')
             local fine, text = pcall(socket.read, near)
             assert(not fine and text:find('^internal error: .*a planted panic'), text)
             expect('x nil', socket.read(near))",
        );
    });
    if let Some(output) = output {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(said.contains(PLANTED), "{said}");
    }
}
