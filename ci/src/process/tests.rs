//! Children that end, hang, shout and leave others behind.

#![cfg(unix)]

use std::{fs, time::Duration};

use super::{End, Interrupt, Output, Process, end_tracked};

fn shell(script: &str) -> Process {
    Process::new("sh").args(["-c", script])
}

fn check(process: Process, expected_end: End, expected_output: &str) {
    let mut output = String::new();
    let ended = process
        .run(&Interrupt::never(), |line| {
            output.push_str(&String::from_utf8_lossy(line.bytes));
            output.push('\n');
        })
        .unwrap();
    assert_eq!(
        (ended.end, output.as_str()),
        (expected_end, expected_output)
    );
}

#[test]
fn exit_codes_and_signals_are_told_apart() {
    check(shell("exit 0"), End::Exited(0), "");
    check(shell("exit 7"), End::Exited(7), "");
    check(shell("kill -9 $$"), End::Signalled(9), "");
}

#[test]
fn lines_arrive_without_their_ends() {
    check(
        shell(r"printf 'one\ntwo\r\n\nlast'"),
        End::Exited(0),
        "one\ntwo\n\nlast\n",
    );
}

#[test]
fn merged_output_keeps_its_order() {
    let script = "for i in 1 2 3; do echo out $i; echo err $i >&2; done";
    let expected = "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n";
    check(
        shell(script).output(Output::Merged),
        End::Exited(0),
        expected,
    );
}

#[test]
fn a_limit_ends_the_whole_group_and_keeps_what_was_printed() {
    let limit = Duration::from_millis(200);
    check(
        shell("echo before; sleep 600 & sleep 600").time_limit(limit),
        End::TimedOut(limit),
        "before\n",
    );
}

#[test]
fn a_group_that_ignores_the_request_is_killed() {
    let limit = Duration::from_millis(100);
    let stubborn = shell("trap '' TERM; while :; do sleep 600; done")
        .time_limit(limit)
        .grace(limit);
    check(stubborn, End::TimedOut(limit), "");
}

#[test]
fn an_interrupt_ends_the_group() {
    let interrupt = Interrupt::never();
    let trigger = interrupt.clone();
    let ended = shell("echo up; sleep 600")
        .run(&interrupt, |_| trigger.trigger())
        .unwrap();
    assert_eq!(ended.end, End::Interrupted);
    assert!(interrupt.is_set());
    assert!(!interrupt.dealt_with().is_set());
}

#[test]
fn what_the_child_leaves_behind_is_ended() {
    check(shell("sleep 600 & echo done"), End::Exited(0), "done\n");
}

#[test]
fn background_processes_stay_when_asked_and_can_be_found_later() {
    let value = format!("test-{}", std::process::id());
    let process = shell("sleep 600 >/dev/null 2>&1 & echo done")
        .keep_background()
        .env("LUNET_TRACK", &value);
    check(process, End::Exited(0), "done\n");
    let expected = usize::from(cfg!(target_os = "linux"));
    assert_eq!(end_tracked("LUNET_TRACK", &value), expected);
}

#[test]
fn the_log_holds_every_line() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("child.log");
    check(
        shell("echo one; echo two").log(&log),
        End::Exited(0),
        "one\ntwo\n",
    );
    assert_eq!(fs::read_to_string(log).unwrap(), "one\ntwo\n");
}

#[test]
fn a_missing_program_is_named() {
    let error = Process::new("no-such-program")
        .run(&Interrupt::never(), |_| {})
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("can't start `no-such-program`: "),
        "{error}"
    );
}
