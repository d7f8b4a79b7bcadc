//! Signals: which end the process, that they do it at once, and what becomes of socket files. Unix only.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{HEAD, run_in};
use crate::support;

const TERM: i32 = 15;
const INT: i32 = 2;
const HUP: i32 = 1;
const QUIT: i32 = 3;
const KILL: i32 = 9;

/// A script that listens at two paths and then does something for ever.
const SERVER: &str = "lunet.spawn(function()
      assert(socket.listen('unix', 'a.sock'))
      assert(socket.listen('unix', 'b.sock'))
      print('ready') io.stdout:flush()
      FOREVER
    end)";

/// What gives the signals their default actions, whatever the tests were started with, and ends a
/// script that sleeps too long.
const DEFAULTS: &str = "local ffi = require('ffi')
    ffi.cdef('void (*signal(int number, void (*action)(int)))(int);')
    for _, number in ipairs({ 1, 2, 3, 15 }) do ffi.C.signal(number, nil) end
    lunet.spawn(function() lunet.sleep(50000) os.exit(99) end)\n";

/// Starts a script in a folder and waits for its line `ready`. It ends by itself after a while,
/// whatever happens to the test.
fn start(folder: &Path, script: &str) -> Child {
    let script = format!("{HEAD}{DEFAULTS}{script}");
    std::fs::write(folder.join("script.lua"), script).unwrap();
    let mut child = Command::new("/bin/sh")
        .args(["-c", "ulimit -t 30; ulimit -c 0; exec \"$0\" script.lua"])
        .arg(support::program("lunet-run"))
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    // One byte at a time, so that nothing after the line is taken from the pipe.
    BufReader::with_capacity(1, stdout)
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "ready\n");
    child
}

/// Sends a signal and gives the signal that the process died of, and what it still said.
fn end(mut child: Child, signal: i32) -> (Option<i32>, String) {
    let sent = Command::new("kill")
        .args([format!("-{signal}"), child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let mut said = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    (child.wait().unwrap().signal(), said)
}

fn is_left(folder: &Path) -> [bool; 2] {
    ["a.sock", "b.sock"].map(|name| folder.join(name).exists())
}

#[test]
fn signals_end_the_process_and_take_its_socket_files_along() {
    for forever in [
        "lunet.sleep(1e9)",
        "while true do end",
        "while true do lunet.sleep(0) end",
    ] {
        for signal in [TERM, INT, HUP] {
            let folder = support::folder();
            let child = start(folder.path(), &SERVER.replace("FOREVER", forever));
            assert_eq!(is_left(folder.path()), [true, true]);
            let ended = end(child, signal);
            assert_eq!(ended, (Some(signal), String::new()), "{forever}");
            assert_eq!(is_left(folder.path()), [false, false], "{forever}");
        }
    }
}

#[test]
fn signals_end_a_process_without_socket_files_too() {
    for forever in [
        "while true do end",
        "lunet.spawn(function() lunet.sleep(1e9) end)",
    ] {
        for signal in [TERM, INT, HUP, QUIT, KILL] {
            let folder = support::folder();
            let script = format!("print('ready') io.stdout:flush() {forever}");
            let ended = end(start(folder.path(), &script), signal);
            assert_eq!(ended, (Some(signal), String::new()), "{forever}");
        }
    }
}

/// What nothing can clean up is replaced by the next listener.
#[test]
fn a_killed_process_leaves_files_that_the_next_one_replaces() {
    let folder = support::folder();
    let ended = end(
        start(
            folder.path(),
            &SERVER.replace("FOREVER", "lunet.sleep(1e9)"),
        ),
        KILL,
    );
    assert_eq!(ended.0, Some(KILL));
    assert_eq!(is_left(folder.path()), [true, true]);
    let next = SERVER.replace("FOREVER", "lunet.stop()");
    run_in(folder.path(), &[], &format!("{HEAD}{next}"), &[]).gives(0, "ready\n", "");
    assert_eq!(is_left(folder.path()), [false, false]);
}

/// However the process ends by itself, the files are gone.
#[test]
fn an_end_without_a_signal_takes_the_files_along() {
    for (how, code) in [
        ("os.exit(3)", 3),
        ("os.exit(4, true)", 4),
        ("lunet.stop()", 0),
        ("error('broken', 0)", 1),
        ("lunet.sleep(1) os.exit(5)", 5),
    ] {
        let folder = support::folder();
        let stop = "\nlunet.spawn(function() lunet.sleep(5) lunet.stop() end)";
        let script = format!("{HEAD}{}{stop}", SERVER.replace("FOREVER", how));
        let ran = run_in(folder.path(), &[], &script, &[]);
        assert_eq!(ran.status.code(), Some(code), "{how}: {}", ran.stderr);
        assert_eq!(is_left(folder.path()), [false, false], "{how}");
    }
    // After an error of the main chunk as well.
    let folder = support::folder();
    let script = format!("{HEAD}{} error('broken', 0)", SERVER.replace("FOREVER", ""));
    assert_eq!(
        run_in(folder.path(), &[], &script, &[]).status.code(),
        Some(1)
    );
    assert_eq!(is_left(folder.path()), [false, false]);
}

/// A listener that lives keeps its path against other processes, also when it accepts nothing.
#[test]
fn a_live_listener_keeps_its_path() {
    let folder = support::folder();
    let child = start(
        folder.path(),
        &SERVER.replace("FOREVER", "while true do end"),
    );
    let other = format!("{HEAD}lunet.spawn(function() print(socket.listen('unix', 'a.sock')) end)");
    std::fs::rename(
        folder.path().join("script.lua"),
        folder.path().join("first.lua"),
    )
    .unwrap();
    let ran = run_in(folder.path(), &[], &other, &[]);
    ran.gives(
        0,
        "nil\tfailed to bind unix socket: address already in use\n",
        "",
    );
    assert_eq!(is_left(folder.path()), [true, true]);
    assert_eq!(end(child, TERM).0, Some(TERM));
}

/// A child of the script that dies of a signal, or ends, takes nothing along.
#[test]
fn children_leave_the_files_alone() {
    let folder = support::folder();
    let forever = "os.execute('kill -TERM $$') os.execute('exit 3') local p = io.popen('kill -INT $$') p:close()
        local file = io.open('a.sock') print(file, os.execute('test -S a.sock -a -S b.sock') == 0) lunet.stop()";
    let script = format!("{HEAD}{}", SERVER.replace("FOREVER", forever));
    let ran = run_in(folder.path(), &[], &script, &[]);
    assert_eq!(ran.stdout, "ready\nnil\ttrue\n", "{}", ran.stderr);
}

/// A reader of our output that goes away ends nobody.
#[test]
fn a_closed_stdout_is_no_end() {
    let folder = support::folder();
    let script = "print('ready') io.stdout:flush()
        lunet.spawn(function()
          io.read('*l')
          for _ = 1, 100 do io.write(('x'):rep(1000)) io.flush() lunet.sleep(0) end
          io.stderr:write('survived')
        end)";
    std::fs::write(folder.path().join("script.lua"), format!("{HEAD}{script}")).unwrap();
    let mut child = Command::new(support::program("lunet-run"))
        .arg("script.lua")
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = [0; 6];
    child.stdout.take().unwrap().read_exact(&mut line).unwrap();
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{:?}",
        output.status.signal()
    );
    assert_eq!(output.stderr, b"survived");
}

/// A signal that the process was started to ignore stays ignored.
#[test]
fn what_is_ignored_stays_ignored() {
    let folder = support::folder();
    let script = format!(
        "{HEAD}{}",
        SERVER.replace(
            "FOREVER",
            "os.execute('kill -HUP $PPID') print('lives') lunet.stop()"
        )
    );
    std::fs::write(folder.path().join("script.lua"), script).unwrap();
    let output = support::command("/bin/sh".as_ref())
        .args(["-c", "trap '' HUP; \"$0\" script.lua; exit $?"])
        .arg(support::program("lunet-run"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ready\nlives\n");
    assert_eq!(output.status.code(), Some(0));
}
