//! Fixes change nothing but their finding, and leave nothing to fix.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use lunet_lints::{Facts, Linter, Settings, fix};

const TRACE_H: &str = "#define lunet_ensure_coroutine(L, name) _lunet_ensure_coroutine(L, name)\nstatic inline int lunet_step(lua_State *L) { return _lunet_step(L, __LINE__); }\n";

/// Fixes a plugin, compares, and demands that nothing is left to fix.
fn check(before: &str, after: &str) {
    let mut facts = Facts::default();
    facts.read_wrappers("trace.h", TRACE_H, "_lunet_");
    let linter = Linter::new(Settings::default()).unwrap();
    let report = linter.judge("plugin.c", before, &facts);
    let (fixed, count) = fix::apply(before, &report.findings);
    assert_eq!(fixed, after);
    assert!(count > 0 || before == after);
    let again = linter.judge("plugin.c", &fixed, &facts);
    let (twice, count) = fix::apply(&fixed, &again.findings);
    assert_eq!((twice.as_str(), count), (after, 0));
}

const INCLUDES: &str = "#include \"co.h\"\n#include \"trace.h\"\n";

/// The same with the headers in place.
fn check_body(before: &str, after: &str) {
    check(
        &format!("{INCLUDES}{before}"),
        &format!("{INCLUDES}{after}"),
    );
}

#[test]
fn an_internal_becomes_its_wrapper() {
    check_body(
        "int f(lua_State *L) { return _lunet_ensure_coroutine(L, \"f\"); }\n",
        "int f(lua_State *L) { return lunet_ensure_coroutine(L, \"f\"); }\n",
    );
    check_body(
        "#define ENTER(L) \\\n    _lunet_ensure_coroutine(L, \"f\")\n",
        "#define ENTER(L) \\\n    lunet_ensure_coroutine(L, \"f\")\n",
    );
}

#[test]
fn a_function_stands_without_a_call_too() {
    check_body(
        "int f(lua_State *L) { return _lunet_step(L); }\nint (*p)(lua_State *) = _lunet_step;\n",
        "int f(lua_State *L) { return lunet_step(L); }\nint (*p)(lua_State *) = lunet_step;\n",
    );
}

#[test]
fn the_header_comes_once_and_in_order() {
    check(
        "#include \"co.h\"\nint f(lua_State *L) {\n    _lunet_ensure_coroutine(L, \"f\");\n    return _lunet_ensure_coroutine(L, \"g\");\n}\n",
        "#include \"co.h\"\n#include \"trace.h\"\nint f(lua_State *L) {\n    lunet_ensure_coroutine(L, \"f\");\n    return lunet_ensure_coroutine(L, \"g\");\n}\n",
    );
    check(
        "int f(lua_State *L) { return lunet_ensure_coroutine(L, \"f\"); }\r\n",
        "#include \"co.h\"\r\n#include \"trace.h\"\r\nint f(lua_State *L) { return lunet_ensure_coroutine(L, \"f\"); }\r\n",
    );
    check(
        "#include \"trace.h\"\n#include \"lunet_mem.h\"\n#include \"co.h\"\nint x;\n",
        "#include \"lunet_mem.h\"\n#include \"co.h\"\n#include \"trace.h\"\nint x;\n",
    );
    check(
        "#include \"trace.h\"\r\nint x;\r\n#include \"co.h\"",
        "int x;\r\n#include \"co.h\"\r\n#include \"trace.h\"",
    );
}

#[test]
fn no_condition_takes_the_header_away() {
    check(
        "#include \"rt.h\"\n#ifdef _WIN32\n#include <windows.h>\n#endif\nint f(lua_State *L) { return lunet_ensure_coroutine(L, \"f\"); }\n",
        "#include \"rt.h\"\n#include \"co.h\"\n#include \"trace.h\"\n#ifdef _WIN32\n#include <windows.h>\n#endif\nint f(lua_State *L) { return lunet_ensure_coroutine(L, \"f\"); }\n",
    );
}

#[test]
fn wrappers_of_another_header_bring_no_include() {
    let mut facts = Facts::default();
    facts.read_wrappers("safe.h", "#define acme_open(L) __acme_open(L)\n", "__acme_");
    let settings = Settings {
        prefix: "__acme_".to_owned(),
        ..Settings::default()
    };
    let linter = Linter::new(settings).unwrap();
    let before = "#include \"safe.h\"\nint f(lua_State *L) { return __acme_open(L); }\n";
    let report = linter.judge("plugin.c", before, &facts);
    let (fixed, _) = fix::apply(before, &report.findings);
    assert_eq!(fixed, before.replace("__acme_open", "acme_open"));
}

#[test]
fn what_has_no_equal_wrapper_stays() {
    for text in [
        "int f(lua_State *L) { return _lunet_other(L); }\n",
        "int (*p)(lua_State *, const char *) = _lunet_ensure_coroutine;\n",
        "int f(lua_State *L) { return _lunet_ensure_coroutine(L); }\n",
        "int f(lua_State *L) { return (_lunet_ensure_coroutine)(L, \"f\"); }\n",
        "int f(lua_State *L) { return _lunet_step(L, 1); }\n",
        "int f(lua_State *L) { use(luaL_ref(L, LUA_REGISTRYINDEX)); }\n",
        "void f(lua_State *L) { luaL_unref(L, LUA_REGISTRYINDEX, get()); }\n",
        "void f(lua_State *L) { luaL_unref(L, LUA_REGISTRYINDEX, 3); }\n",
        "void f(lua_State *L) { luaL_unref(L, LUA_REGISTRYINDEX, REF_OF_TABLE); }\n",
        "enum { slot = 3 };\nvoid f(lua_State *L) { luaL_unref(L, LUA_REGISTRYINDEX, slot); }\n",
        "static const int refs[2];\nvoid f(lua_State *L) { luaL_unref(L, LUA_REGISTRYINDEX, refs[0]); }\n",
        "void f(lua_State *L, int r) { for (r = luaL_ref(L, LUA_REGISTRYINDEX); r; r--) {} }\n",
        "void f(lua_State *L) { for (int r = luaL_ref(L, LUA_REGISTRYINDEX); r; r--) {} }\n",
        "void f(lua_State *L, const int r) { luaL_unref(L, LUA_REGISTRYINDEX, r); }\n",
        "void f(lua_State *L, const struct c *c) { luaL_unref(L, LUA_REGISTRYINDEX, c->r); }\n",
    ] {
        check_body(text, text);
    }
}

#[test]
fn raw_references_become_wrappers() {
    check_body(
        "void f(lua_State *L, struct c *c) {\n    lua_pushthread(L);\n    c->ref = luaL_ref(L, LUA_REGISTRYINDEX);\n}\n",
        "void f(lua_State *L, struct c *c) {\n    lunet_coref_create(L, c->ref);\n}\n",
    );
    check_body(
        "void f(lua_State *L, struct c *c) {\n    lua_pushthread(L);\n    count();\n    c->ref = luaL_ref(L, LUA_REGISTRYINDEX);\n}\n",
        "void f(lua_State *L, struct c *c) {\n    lua_pushthread(L);\n    count();\n    lunet_coref_create_raw(L, c->ref);\n}\n",
    );
    check_body(
        "void f(lua_State *L) {\n    int ref = luaL_ref(L, LUA_REGISTRYINDEX);\n    luaL_unref(L, LUA_REGISTRYINDEX, ref);\n}\n",
        "void f(lua_State *L) {\n    int ref; lunet_valref_create_raw(L, ref);\n    lunet_coref_release(L, ref);\n}\n",
    );
    check_body(
        "void f(lua_State *L, struct c *c) {\n    if (c) c->ref = luaL_ref(L, LUA_REGISTRYINDEX);\n}\n",
        "void f(lua_State *L, struct c *c) {\n    if (c) lunet_valref_create_raw(L, c->ref);\n}\n",
    );
}

#[test]
fn comments_between_two_statements_stay() {
    check_body(
        "void f(lua_State *L, struct c *c) {\n    lua_pushthread(L); /* the caller */\n    // and its reference\n    c->ref = luaL_ref(L, LUA_REGISTRYINDEX); /* kept */\n}\n",
        "void f(lua_State *L, struct c *c) {\n     /* the caller */\n    // and its reference\n    lunet_coref_create(L, c->ref); /* kept */\n}\n",
    );
}

#[test]
fn suppressions_go_with_their_lines() {
    check(
        "int a;\r\n  // lunet-lint: allow(internal-call) was needed\r\nint b; // lunet-lint: allow(internal-call) here, too\r\n/* lunet-lint: allow(internal-call) and there */ int c;\r\n",
        "int a;\r\nint b;\r\n int c;\r\n",
    );
    check(
        "int a; // lunet-lint: allow(internal-call) was needed",
        "int a;",
    );
}

#[test]
fn suppressed_findings_are_left_alone() {
    let text = "int f(lua_State *L) {\n    // lunet-lint: allow(internal-call) the tracing is under test\n    return _lunet_ensure_coroutine(L, \"f\");\n}\n";
    check_body(text, text);
}

/// A fix that a person has to ask for must fit into whatever the command stands in.
#[test]
fn a_folder_is_moved_in_every_language() {
    let linter = Linter::new(Settings::default()).unwrap();
    let check = |path: &str, before: &str, after: Option<&str>| {
        let report = linter.judge(path, before, &Facts::default());
        let mut findings = report.findings.iter();
        let finding = findings.find(|finding| finding.rule == "recursive-delete");
        let fixed = finding.unwrap().fix.map(|fix| {
            let edit = &fix.edits[0];
            let mut text = before.to_owned();
            text.replace_range(edit.range.clone(), &edit.replacement);
            text
        });
        let expected = after.map(|after| after.replace("MOVED", MOVED));
        assert_eq!(fixed, expected, "{before}");
    };
    check("a.sh", "rm -rf build; ls\n", Some("MOVED; ls\n"));
    check("a.sh", "sudo rm -rf \"build\"\n", Some("sudo MOVED\n"));
    check(
        "a.sh",
        "sh -c \"rm -rf build\"\n",
        Some("sh -c \"MOVED\"\n"),
    );
    check("a.yml", "run: \"rm -rf build\"\n", Some("run: \"MOVED\"\n"));
    check(
        "a.lua",
        "os.execute('rm -rf build')\n",
        Some("os.execute('MOVED')\n"),
    );
    check("a.lua", "local a = 'rm -rf build'\nos.execute(a)\n", None);
    check("a.sh", "rm -rf a b\n", None);
    check("a.sh", "rm -rf \"$a\"\n", None);
}

const MOVED: &str = "mv build .tmp/build.$(date -u +%Y%m%d_%H%M%S)";
