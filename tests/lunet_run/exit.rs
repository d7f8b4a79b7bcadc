//! How a run ends: its exit code, `os.exit`, `lunet.stop`, and what waits for what.

use super::run;

fn check(script: &str, code: i32, stdout: &str) {
    run(script).gives(code, stdout, "");
}

#[test]
fn the_exit_code_that_a_script_asks_for() {
    for (value, code) in [
        ("0", 0),
        ("7", 7),
        ("'9'", 9),
        ("' 0x1F '", 31),
        ("2.7", 2),
        ("-0.5", 0),
        ("255", 255),
        ("-1", 0),
        ("-1e300", 0),
        ("'x'", 0),
        ("{}", 0),
        ("true", 0),
        ("nil", 0),
        ("0/0", 0),
    ] {
        check(&format!("__lunet_exit_code = {value}"), code, "");
        let later =
            format!("lunet.spawn(function() lunet.sleep(1) __lunet_exit_code = {value} end)");
        check(&later, code, "");
    }
    #[cfg(unix)]
    for (value, code) in [("300", 44), ("256", 0), ("2^32 + 5", 5), ("2^40", 0)] {
        check(&format!("__lunet_exit_code = {value}"), code, "");
    }
    check("return 7", 0, "");
    check("lunet.on_stop(function() __lunet_exit_code = 5 end)", 5, "");
    // A table of globals with manners of its own is asked raw.
    check(
        "setmetatable(_G, { __index = function() error('asked') end })",
        0,
        "",
    );
}

#[test]
fn after_an_error_the_code_is_one_unless_the_script_decides() {
    let failed = "lunet.spawn(function() error('x', 0) end)";
    for (rest, code) in [
        ("", 1),
        (" __lunet_exit_code = 0", 0),
        (" __lunet_exit_code = '3'", 3),
        (" __lunet_exit_code = -1", 1),
        (" __lunet_exit_code = 'x'", 1),
        (" lunet.stop()", 1),
    ] {
        let ran = run(&format!("{failed}{rest}"));
        assert_eq!(ran.status.code(), Some(code), "{rest}");
    }
}

#[test]
fn os_exit_is_at_once_and_flushes() {
    check("io.write('partial') os.exit(3)", 3, "partial");
    check("os.exit()", 0, "");
    check("os.exit(true)", 0, "");
    check("os.exit(false)", 1, "");
    check(
        "lunet.spawn(function() io.write('in a coroutine') os.exit(4) end) print('never')",
        4,
        "in a coroutine",
    );
    check(
        "lunet.spawn(function() lunet.sleep(1) io.write('later') os.exit(5) end) lunet.on_stop(print)",
        5,
        "later",
    );
    check(
        "lunet.spawn(function() lunet.sleep(1) os.exit(6, true) end)",
        6,
        "",
    );
    check(
        "lunet.on_stop(function() os.exit(7) end) lunet.on_stop(print)",
        7,
        "",
    );
    check("__lunet_exit_code = 9 os.exit(8)", 8, "");
}

/// With everything in flight that there is: connections, a look-up on another thread, timers.
#[test]
fn os_exit_waits_for_nobody() {
    let script = "lunet.spawn(function()
          local listener = socket.listen('tcp', '127.0.0.1', 0)
          local port = tonumber(socket.getsockname(listener):match(':(%d+)$'))
          lunet.spawn(function() socket.accept(listener) end)
          for _ = 1, 50 do
            lunet.spawn(function() socket.connect('localhost', port) end)
            lunet.spawn(function() socket.connect('host.invalid', port) end)
          end
          lunet.spawn(function() lunet.sleep(1e9) end)
          HOW
        end)";
    let exit = script.replace("HOW", "io.write('flushed') os.exit(3)");
    check(&exit, 3, "flushed");
    let stop = script.replace("HOW", "io.write('stopped') lunet.stop()");
    check(&stop, 0, "stopped");
}

#[test]
fn the_loop_ends_when_nothing_is_left() {
    check("print('main')", 0, "main\n");
    check(
        "lunet.spawn(function() lunet.sleep(3) print('slept') end) print('main')",
        0,
        "main\nslept\n",
    );
    check(
        "lunet.spawn(function() coroutine.yield() print('never') end)",
        0,
        "",
    );
    check(
        "lunet.on_stop(function() print('end') end) lunet.spawn(function() lunet.sleep(1) print('last') end)",
        0,
        "last\nend\n",
    );
    // What is spawned at the end runs up to its first wait.
    check(
        "lunet.on_stop(function() lunet.spawn(function() print('spawned') lunet.sleep(0) print('never') end) end)",
        0,
        "spawned\n",
    );
}

#[test]
fn stop_ends_the_loop_after_the_turn() {
    check(
        "lunet.stop() lunet.spawn(function() print('begun') lunet.sleep(0) print('never') end)",
        0,
        "begun\n",
    );
    check(
        "__lunet_exit_code = 4 lunet.on_stop(function() print('end') end) lunet.spawn(function() lunet.sleep(1e9) end) lunet.stop()",
        4,
        "end\n",
    );
    check(
        "for number = 1, 3 do
           lunet.spawn(function() lunet.sleep(1e9) end)
         end
         lunet.spawn(function() lunet.sleep(1) lunet.stop() print('goes on') lunet.sleep(0) print('never') end)",
        0,
        "goes on\n",
    );
    check(
        "lunet.on_stop(function() lunet.stop() print('again') end) lunet.stop() lunet.stop()",
        0,
        "again\n",
    );
}

/// Finalizers run while the state closes; what they call still answers.
#[test]
fn finalizers_may_call_the_modules() {
    check(
        "local proxy = newproxy(true)
         getmetatable(proxy).__gc = function()
           lunet.spawn(function() print('spawned') lunet.sleep(0) print('never') end)
           print(socket.close(nil), #lunet.waits())
         end
         _G.kept = proxy",
        0,
        "spawned\ninvalid socket handle\t1\n",
    );
}
