//! The standard streams: closed, read by nobody, and without room. Unix only.

use super::{HEAD, Ran};
use crate::support;

/// Runs a script with its streams redirected by the shell.
fn run_with(redirections: &str, script: &str) -> Ran {
    let folder = support::folder();
    std::fs::write(folder.path().join("script.lua"), format!("{HEAD}{script}")).unwrap();
    shell(folder.path(), &format!("\"$0\" script.lua {redirections}"))
}

fn shell(folder: &std::path::Path, line: &str) -> Ran {
    let output = support::command("/bin/sh".as_ref())
        .args(["-c", line])
        .arg(support::program("lunet-run"))
        .current_dir(folder)
        .output()
        .unwrap();
    Ran::new(output.status, &output.stdout, &output.stderr)
}

/// A script that writes to both streams, and has sockets whose numbers must not be theirs.
const SPEAKS: &str = "print('out') io.stderr:write('err\\n')
    lunet.spawn(function()
      local listener = socket.listen('tcp', '127.0.0.1', 0)
      print('in a coroutine') io.stderr:write('err\\n')
      socket.close(listener)
      CODE
    end)";

#[test]
fn closed_streams_are_nobodys_error() {
    let speaks = SPEAKS.replace("CODE", "");
    let out = "out\nin a coroutine\n";
    run_with("<&-", &speaks).gives(0, out, "err\nerr\n");
    run_with(">&-", &speaks).gives(0, "", "err\nerr\n");
    run_with("2>&-", &speaks).gives(0, out, "");
    run_with("<&- >&- 2>&-", &speaks).gives(0, "", "");
    run_with(">&- 2>&-", "error('broken')").gives(1, "", "");
    let fails = SPEAKS.replace("CODE", "error('broken', 0)");
    run_with(">&- 2>&-", &fails).gives(1, "", "");
}

#[test]
fn output_that_nobody_reads_is_nobodys_error() {
    let long = "for line = 1, 50000 do print(line) end io.stderr:write('went on\\n')";
    let ran = run_with("| head -n 1", long);
    ran.gives(0, "1\n", "went on\n");
    let exit = "{ \"$0\" script.lua; echo \"code $?\" >&2; } | true";
    let folder = support::folder();
    std::fs::write(folder.path().join("script.lua"), long).unwrap();
    shell(folder.path(), exit).gives(0, "", "went on\ncode 0\n");
}

/// What is lost is told, and is no success.
#[test]
#[cfg(target_os = "linux")]
fn output_without_room_is_an_error() {
    let lost = "Error: cannot write to stdout: no space left on device\n";
    run_with("> /dev/full", "print('lost')").gives(1, "", lost);
    let long = "for line = 1, 50000 do print(line) end";
    run_with("> /dev/full", long).gives(1, "", lost);
    let speaks = format!("err\nerr\n{lost}");
    for (code, expected) in [
        ("", 1),
        ("__lunet_exit_code = 0", 1),
        ("__lunet_exit_code = 5", 5),
        ("lunet.stop()", 1),
    ] {
        let script = SPEAKS.replace("CODE", code);
        run_with("> /dev/full", &script).gives(expected, "", &speaks);
    }
    run_with("> /dev/full", "print('lost') error('broken', 0)").gives(
        1,
        "",
        &format!("Error: broken\n{lost}"),
    );
    run_with("2> /dev/full", "io.stderr:write('lost') print('out')").gives(0, "out\n", "");
    // What the script lost on the way counts as well.
    let earlier = "Error: cannot write to stdout: an earlier write failed\n";
    for loses in [
        "print('lost') io.flush()",
        "io.stdout:setvbuf('no') print('lost')",
        "lunet.spawn(function() print('lost') io.stdout:flush() lunet.sleep(0) end)",
    ] {
        run_with("> /dev/full", loses).gives(1, "", earlier);
        run_with(">&-", loses).gives(0, "", "");
        run_with("| true", loses).gives(0, "", "");
    }
    // A script that looks after its output itself has been told already.
    let looks = "io.write('x') assert(io.stdout:flush())";
    let told = "Error: script.lua:2: No space left on device\n";
    run_with("> /dev/full", looks).gives(1, "", told);
    let folder = support::folder();
    for option in ["--help", "--version"] {
        shell(folder.path(), &format!("\"$0\" {option} > /dev/full")).gives(1, "", lost);
        shell(folder.path(), &format!("\"$0\" {option} >&-")).gives(0, "", "");
    }
}
