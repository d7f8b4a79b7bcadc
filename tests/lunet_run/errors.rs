//! Errors that nobody caught: in the main chunk, in coroutines, in what runs at the end.

use super::run;

/// A script, its exit code, and its stderr. HEAD is the first line, so a script begins at line 2.
fn check(script: &str, code: i32, stderr: &str) {
    run(script).gives(code, "", stderr);
}

const TRACE: &str =
    "stack traceback:\n\t[C]: in function 'error'\n\tscript.lua:2: in function <script.lua:2>\n";

#[test]
fn in_the_main_chunk() {
    check("error('broken')", 1, "Error: script.lua:2: broken\n");
    check("error('broken', 0)", 1, "Error: broken\n");
    check("error('a\\0b', 0)", 1, "Error: a\0b\n");
    check("error({})", 1, "Error: Lua execution failed…");
    check("error()", 1, "Error: Lua execution failed…");
    check("error(print)", 1, "Error: Lua execution failed…");
    check("error(false)", 1, "Error: Lua execution failed…");
    let object = "error(setmetatable({}, { __tostring = function() return 'an object' end }))";
    check(object, 1, "Error: an object\n");
    check(
        "local x = nil; x()",
        1,
        "Error: script.lua:2: attempt to call …",
    );
    // The exit code that was asked for does not count, and nothing runs after it.
    check(
        "__lunet_exit_code = 0 error('broken', 0)",
        1,
        "Error: broken\n",
    );
    let later = "lunet.spawn(function() lunet.sleep(0) print('never') end) lunet.on_stop(print) error('broken', 0)";
    check(later, 1, "Error: broken\n");
}

#[test]
fn in_a_coroutine_before_and_after_its_first_wait() {
    for wait in ["", "lunet.sleep(0) "] {
        let check = |error: &str, text: &str| {
            let script = format!("lunet.spawn(function() {wait}{error} end)");
            let trace = "stack traceback:\n\t[C]: in function 'error'\n\tscript.lua:2: in function <script.lua:2>\n";
            check(&script, 1, &format!("Coroutine error: {text}\n{trace}"));
        };
        check("error('broken')", "script.lua:2: broken");
        check("error('broken', 0)", "broken");
        check("error('two\\nlines', 0)", "two\nlines");
        check("error('', 0)", "");
        check("error(5, 0)", "5");
        check("error()", "nil");
        check("error(nil)", "nil");
        check("error(true)", "(error object is a boolean value)");
        check("error({})", "(error object is a table value)");
        check("error(print)", "(error object is a function value)");
        check("error(io.stdout)", "file (…");
        check("error(newproxy())", "(error object is a userdata value)");
        check(
            "error(coroutine.create(print))",
            "(error object is a thread value)",
        );
        let object = |body: &str| {
            format!("error(setmetatable({{}}, {{ __tostring = function(e) {body} end }}))")
        };
        check(&object("return 'an object'"), "an object");
        check(
            &object("error('worse', 0)"),
            "(error object is a table value whose __tostring failed: worse)",
        );
        check(
            &object("error({})"),
            "(error object is a table value whose __tostring gave no string)",
        );
        check(
            &object("return {}"),
            "(error object is a table value whose __tostring gave no string)",
        );
    }
}

#[test]
fn errors_of_the_language_have_a_traceback() {
    check(
        "local function inner() local x = nil; return x.y end lunet.spawn(function() inner() end)",
        1,
        "Coroutine error: script.lua:2: attempt to index local 'x' (a nil value)\nstack traceback:\n\tscript.lua:…\n\tscript.lua:2: in function <script.lua:2>\n",
    );
    let ran = run("local function f() return f() + 1 end lunet.spawn(f)");
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        ran.stderr
            .starts_with("Coroutine error: script.lua:2: stack overflow")
    );
    // Misuse of the module itself.
    let ran = run("lunet.spawn(function() lunet.sleep(-1) end)");
    let expected = "Coroutine error: lunet.sleep duration must be >= 0\nstack traceback:\n\t[C]: in function 'sleep'\n\tscript.lua:2: in function <script.lua:2>\n";
    ran.gives(1, "", expected);
}

#[test]
fn the_others_go_on() {
    let ran = run("for number = 1, 3 do
          lunet.spawn(function()
            lunet.sleep(number)
            if number == 2 then error('second', 0) end
            print(number)
          end)
        end
        lunet.spawn(function() error('at once', 0) end)
        print('main')");
    ran.gives(
        1,
        "main\n1\n3\n",
        "Coroutine error: at once\nstack traceback:\n\t[C]: in function 'error'\n\tscript.lua:9: in function <script.lua:9>\nCoroutine error: second\nstack traceback:\n\t[C]: in function 'error'\n\tscript.lua:5: in function <script.lua:3>\n",
    );
}

/// Whoever resumes: an event, a close, another coroutine, the script's own wrap.
#[test]
fn whoever_resumed_it() {
    let script = "local listener lunet.spawn(function()
          listener = socket.listen('tcp', '127.0.0.1', 0)
          lunet.spawn(function() socket.accept(listener) error('after a close', 0) end)
          socket.close(listener)
          print('closed')
        end)";
    let trace = "stack traceback:\n\t[C]: in function 'error'\n\tscript.lua:4: in function <script.lua:4>\n";
    run(script).gives(
        1,
        "closed\n",
        &format!("Coroutine error: after a close\n{trace}"),
    );
    // A plain coroutine that the loop resumed is nobody else's, either.
    let script = "coroutine.wrap(function() lunet.sleep(0) error('plain', 0) end)()";
    check(script, 1, &format!("Coroutine error: plain\n{TRACE}"));
    // What the script resumes itself, it hears itself.
    let script = "local co = coroutine.create(function() lunet.sleep(100000) error('heard', 0) end)
        coroutine.resume(co) print(coroutine.resume(co)) lunet.stop()";
    run(script).gives(0, "false\theard\n", "");
    // And what is caught was no error.
    run("lunet.spawn(function() print(pcall(function() lunet.sleep(0) error('caught', 0) end)) end)")
        .gives(0, "false\tcaught\n", "");
}

/// Nobody can catch it; it is told, wherever the collector runs, and nothing else changes.
#[test]
fn in_a_finalizer() {
    let finalizer = |body: &str| {
        format!(
            "local function leave() getmetatable(newproxy(true)).__gc = function() {body} end end
            for _ = 1, 2 do leave() end "
        )
    };
    let collect = "collectgarbage() collectgarbage() print('went on')";
    let check = |body: &str, text: &str| {
        let line = format!("ERROR in finalizer: {text}\n").repeat(2);
        let script = finalizer(body);
        run(&format!("{script}{collect}")).gives(0, "went on\n", &line);
        run(&format!("{script}lunet.spawn(function() {collect} end)")).gives(0, "went on\n", &line);
        run(&script).gives(0, "", &line);
    };
    check("error('broken')", "script.lua:2: broken");
    check("error('a\\nb', 0)", "a\nb");
    check("error()", "nil");
    check("error({})", "(error object is a table value)");
    check(
        "error(setmetatable({}, { __tostring = function() return 'an object' end }))",
        "an object",
    );
    check(
        "lunet.sleep(0)",
        "lunet.sleep called in non-yieldable context",
    );
}

#[test]
fn at_the_end() {
    run("lunet.on_stop(function() print('first') error('broken', 0) end) lunet.on_stop(function() print('second') end)")
        .gives(1, "first\nsecond\n", "Error: broken\n");
    run("lunet.on_stop(function() error('broken', 0) end) __lunet_exit_code = 0").gives(
        0,
        "",
        "Error: broken\n",
    );
}

#[test]
fn what_was_left_open_is_told() {
    let left = "[LUNET] uv_loop_close failed at shutdown: resource busy or locked\n";
    let script =
        "lunet.spawn(function() socket.listen('tcp', '127.0.0.1', 0) end) error('broken', 0)";
    let ran = run(script);
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        ran.stderr.contains("Error: broken\n") && ran.stderr.contains(left),
        "{}",
        ran.stderr
    );
    // Not after a stop, and not for what was closed.
    run("lunet.spawn(function() socket.listen('tcp', '127.0.0.1', 0) lunet.stop() end)")
        .gives(0, "", "");
    run("lunet.spawn(function() socket.close((socket.listen('tcp', '127.0.0.1', 0))) end)")
        .gives(0, "", "");
}
