//! The command line: options, the script, what belongs to the script, and where modules are found.

use super::{run_in, start_in};
use crate::support;

const USAGE: &str = " [OPTIONS] <lua_file>\n\nOptions:\n  --dangerously-skip-loopback-restriction\n      …\n      …\n  --verbose-trace\n      Enable verbose per-event tracing (debug builds only)\n  -h, --help\n      Print this help\n  --version\n      Print the version\n";
const WARNING: &str =
    "WARNING: Loopback restriction disabled. Binding to public interfaces allowed.\n";
const NOTE: &str =
    "Note: verbose tracing is a compile-time option (LUNET_TRACE_VERBOSE); flag ignored.\n";
const NO_SCRIPT: &str = "Error: No script file specified.\n";

/// Runs without a script of its own.
fn check(arguments: &[&str], code: i32, stdout: &str, stderr: &str) {
    start_in(support::folder().path(), arguments).gives(code, stdout, stderr);
}

#[test]
fn the_usage() {
    let program = support::program("lunet-run").display().to_string();
    let usage = format!("Usage: {program}{USAGE}");
    check(&[], 1, "", &usage);
    check(&["-h"], 0, &usage, "");
    check(&["--help"], 0, &usage, "");
    check(&["--help", "script.lua"], 0, &usage, "");
    check(&["--verbose-trace", "--help"], 0, &usage, NOTE);
}

#[test]
fn the_version_is_one_line() {
    let version = env!("CARGO_PKG_VERSION");
    check(&["--version"], 0, &format!("lunet-run {version}\n"), "");
    check(
        &["--version", "x"],
        0,
        &format!("lunet-run {version}\n"),
        "",
    );
}

#[test]
fn unknown_options() {
    for option in [
        "-x",
        "-",
        "--",
        "--Help",
        "--version=1",
        "-hx",
        "--dangerously",
    ] {
        check(&[option], 1, "", &format!("Unknown option: {option}\n"));
        let ran = run_in(support::folder().path(), &[option], "print('ran')", &[]);
        ran.gives(1, "", &format!("Unknown option: {option}\n"));
    }
}

#[test]
fn options_without_a_script() {
    let option = "--dangerously-skip-loopback-restriction";
    check(&[option], 1, "", &format!("{WARNING}{NO_SCRIPT}"));
    check(&["--verbose-trace"], 1, "", &format!("{NOTE}{NO_SCRIPT}"));
    check(
        &["--verbose-trace", option],
        1,
        "",
        &format!("{NOTE}{WARNING}{NO_SCRIPT}"),
    );
}

#[test]
fn options_before_the_script_count_and_those_after_it_are_its_own() {
    let script = "print(select('#', ...), #arg, arg[-1], arg[0], unpack(arg))";
    let ran = |options: &[&str], arguments: &[&str]| {
        run_in(support::folder().path(), options, script, arguments)
    };
    ran(&[], &[]).gives(0, "0\t0\tnil\tscript.lua\n", "");
    ran(&["--verbose-trace"], &["-h", "", "a b", "--version"]).gives(
        0,
        "0\t4\tnil\tscript.lua\t-h\t\ta b\t--version\n",
        NOTE,
    );
}

#[test]
fn the_flag_allows_any_address_and_nothing_else() {
    let script = "local lunet, socket = require('lunet'), require('lunet.socket')
        lunet.spawn(function()
          for _, host in ipairs({ '0.0.0.0', '::', '127.0.0.2', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST', 'example.org', '' }) do
            local listener, text = socket.listen('tcp', host, 0)
            print(host, listener and socket.getsockname(listener):match('^(.*:)%d+$') or text)
            if listener then socket.close(listener) end
          end
        end)";
    let refused =
        "binding to non-loopback addresses requires --dangerously-skip-loopback-restriction flag";
    let folder = support::folder();
    let expected = format!(
        "0.0.0.0\t{refused}\n::\t{refused}\n127.0.0.2\t{refused}\n::ffff:127.0.0.1\t{refused}\nlocalhost\t127.0.0.1:\nLOCALHOST\t{refused}\nexample.org\t{refused}\n\t{refused}\n"
    );
    run_in(folder.path(), &[], script, &[]).gives(0, &expected, "");
    let option = "--dangerously-skip-loopback-restriction";
    let invalid = "invalid host or port";
    let expected = format!(
        "0.0.0.0\t0.0.0.0:\n::\t[::]:\n127.0.0.2\t127.0.0.2:\n::ffff:127.0.0.1\t[::ffff:127.0.0.1]:\nlocalhost\t127.0.0.1:\nLOCALHOST\t{invalid}\nexample.org\t{invalid}\n\t{invalid}\n"
    );
    run_in(folder.path(), &[option], script, &[]).gives(0, &expected, WARNING);
    // After the script it is an argument.
    let ran = run_in(folder.path(), &[], script, &[option]);
    ran.gives(
        0,
        &format!("0.0.0.0\t{refused}\n…\n…\n…\n…\n…\n…\n\t{refused}\n"),
        "",
    );
}

#[test]
fn scripts_that_can_not_be_read() {
    check(
        &["gone.lua"],
        1,
        "",
        "Error: cannot open gone.lua: No such file or directory\n",
    );
    check(&[""], 1, "", "Error: cannot open …");
    #[cfg(unix)]
    check(&["."], 1, "", "Error: cannot read .: Is a directory\n");
    let folder = support::folder();
    let run = |script: &[u8]| {
        std::fs::write(folder.path().join("script.lua"), script).unwrap();
        start_in(folder.path(), &["script.lua"])
    };
    run(b"x = = 1").gives(1, "", "Error: script.lua:1: unexpected symbol near '='\n");
    run(b"print('a'\n").gives(1, "", "Error: script.lua:2: ')' expected …");
    run(&[0, 1, 0xff, 0xfe]).gives(1, "", "Error: script.lua:1: unexpected symbol…");
    run(b"\x1bLJ\x02nonsense").gives(1, "", "Error: script.lua: cannot load …");
    run(b"-- \xff\xfe\nprint('read')").gives(0, "read\n", "");
    run(b"").gives(0, "", "");
    run(b"#!/usr/bin/env lunet-run\nprint('after the first line')").gives(
        0,
        "after the first line\n",
        "",
    );
}

#[test]
fn the_script_is_found_from_the_working_folder() {
    let folder = support::folder();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    std::fs::write(folder.path().join("inner/a.lua"), "print(arg[0])").unwrap();
    start_in(folder.path(), &["inner/a.lua"]).gives(0, "inner/a.lua\n", "");
    start_in(&folder.path().join("inner"), &["a.lua"]).gives(0, "a.lua\n", "");
    let absolute = folder.path().join("inner/a.lua").display().to_string();
    start_in(folder.path(), &[&absolute]).gives(0, &format!("{absolute}\n"), "");
}

#[test]
fn what_is_preloaded() {
    let script = "print(type(require('lunet').spawn), type(require('lunet.socket').listen))
        print(getmetatable(require('lunet')), getmetatable(require('lunet.socket')))
        print(type(package.preload['lunet']), type(package.preload['lunet.socket']))
        print(rawget(_G, 'lunet'), require('lunet').socket)
        print((pcall(require, 'lunet.timer')))
        print(require('lunet') == require('lunet'), _VERSION, type(jit))";
    let ran = run_in(support::folder().path(), &[], script, &[]);
    let expected =
        "function\tfunction\nnil\tnil\nfunction\tfunction\nnil\tnil\nfalse\ntrue\tLua 5.1\ttable\n";
    ran.gives(0, expected, "");
}

/// However it is started, modules stand beside the real executable.
#[test]
#[cfg(unix)]
fn modules_stand_beside_the_executable() {
    let folder = support::folder();
    let at = |path: &str| folder.path().join(path);
    std::fs::create_dir_all(at("bin/lunet")).unwrap();
    std::fs::create_dir(at("links")).unwrap();
    // Copied by another process: a child that this one starts meanwhile would hold the file open.
    let copied = std::process::Command::new("cp")
        .args([support::program("lunet-run"), at("bin/lunet-run")])
        .status();
    assert!(copied.unwrap().success());
    std::os::unix::fs::symlink("../bin/lunet-run", at("links/by-link")).unwrap();
    std::fs::write(at("bin/lunet/inner.lua"), "return 'inner'").unwrap();
    std::fs::write(at("bin/outer.lua"), "return 'outer'").unwrap();
    std::fs::write(at("script.lua"), "print(require('inner'), require('outer'))\nlocal path = package.path:match('^([^;]*;[^;]*;)')\nlocal cpath = package.cpath:match('^([^;]*;[^;]*;)')\nprint(path)\nprint(cpath)").unwrap();
    let real = at("bin").canonicalize().unwrap().display().to_string();
    let expected =
        format!("inner\touter\n{real}/lunet/?.lua;{real}/?.lua;\n{real}/lunet/?.so;{real}/?.so;\n");
    let path = format!("{}:{}", at("bin").display(), at("links").display());
    for program in ["bin/lunet-run", "links/by-link", "lunet-run", "by-link"] {
        let output = std::process::Command::new("/usr/bin/env")
            .args(["-i", &format!("PATH={path}")])
            .args([program, "script.lua"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let ran = super::Ran::new(output.status, &output.stdout, &output.stderr);
        ran.gives(0, &expected, "");
    }
}
