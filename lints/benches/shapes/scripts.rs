//! Texts that are neither C nor shell scripts: workflows, Lua and Rust.

use super::{Shape, nested, repeated};

pub(crate) const ALL: &[&Shape] = &[
    &other("lua-calls", "lua", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("local s{n} = socket.listen('127.0.0.1', {n})\n"),
            "",
        )
    }),
    &other("lua-comments", "lua", |bytes| {
        repeated(
            bytes,
            "s.listen('0.0.0.0')\n",
            |n| format!("-- listen '0.0.0.0' {n}\n--[[ it's ]] --[==[ x ]==]\n"),
            "",
        )
    }),
    &other("lua-concatenation", "lua", |bytes| {
        repeated(
            bytes,
            "s.listen('0.0.0.0' .. ",
            |n| format!("'a{n}' .. "),
            "'')\n",
        )
    }),
    &other("lua-constants", "lua", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("local a{n} = '0.0.0.0'; s.listen(a{n})\n"),
            "",
        )
    }),
    &other("lua-constants-growing", "lua", |bytes| {
        repeated(
            bytes,
            "local a0 = ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')\nlisten(a0, '0.0.0.0')\n",
            |n| format!("local a{n} = a0 .. 'x' .. a0\n"),
            "",
        )
    }),
    &other("lua-findings", "lua", |bytes| {
        repeated(bytes, "", |_| "s.listen('*')\n".to_owned(), "")
    }),
    &other("lua-functions-deep", "lua", |bytes| {
        nested(bytes, ("", ""), ("f(function() ", "end)"), "s.listen('*')")
    }),
    &other("lua-parentheses-deep", "lua", |bytes| {
        nested(bytes, ("s.listen(", ")\n"), ("(", ")"), "'*'")
    }),
    &other("lua-calls-deep", "lua", |bytes| {
        nested(bytes, ("", "\n"), ("listen('*', ", ")"), "1")
    }),
    &other("lua-scripts", "lua", |bytes| {
        repeated(bytes, "", |n| format!("os.execute('rm -r a{n}')\n"), "")
    }),
    &other("lua-strings", "lua", |bytes| {
        repeated(
            bytes,
            "listen('*')\n",
            |n| format!("a[{n}] = 'x\\n\\'\\48y' .. [[z]] .. [==[z]]]==]\n"),
            "",
        )
    }),
    &other("lua-table", "lua", |bytes| {
        repeated(
            bytes,
            "listen '0.0.0.0'\nlocal t = {\n",
            |n| format!("  {{ key = {n}, name = 'n{n}' }},\n"),
            "}\n",
        )
    }),
    &other("lua-tables-deep", "lua", |bytes| {
        nested(bytes, ("listen(", ")\n"), ("{", "}"), "'*'")
    }),
    &other("lua-unfinished", "lua", |bytes| {
        repeated(
            bytes,
            "",
            |_| "listen('*' [[ = function( {{ \"\n".to_owned(),
            "",
        )
    }),
    &other("rust-comments", "rs", |bytes| {
        repeated(
            bytes,
            "fn f() { _lunet_x() }\n",
            |_| "/* _lunet_a */ // _lunet_b\n/* /* */ */\n".to_owned(),
            "",
        )
    }),
    &other("rust-comments-deep", "rs", |bytes| {
        nested(bytes, ("fn f() { _lunet_x() }\n", ""), ("/* ", " */"), "")
    }),
    &other("rust-functions", "rs", |bytes| {
        repeated(
            bytes,
            "fn f() { _lunet_x() }\n",
            |n| format!("fn f{n}(x: u32) -> u32 {{\n    if x > {n} {{ g(x) }} else {{ 0 }}\n}}\n"),
            "",
        )
    }),
    &other("rust-internals", "rs", |bytes| {
        repeated(bytes, "fn f() {", |_| "_lunet_x();\n".to_owned(), "}")
    }),
    &other("rust-parentheses-deep", "rs", |bytes| {
        nested(bytes, ("fn f() { ", " }\n"), ("(", ")"), "_lunet_x")
    }),
    &other("rust-strings", "rs", |bytes| {
        repeated(
            bytes,
            "fn f() { _lunet_x();\n",
            |n| format!("let a = \"b{n}\\\"\"; let b = r#\"_lunet_\"#; let c = '\"';\n"),
            "}",
        )
    }),
    &other("rust-strings-open", "rs", |bytes| {
        repeated(
            bytes,
            "fn f() { _lunet_x();\n",
            |n| format!("let a = \"b{n}\n'; r#\"\n"),
            "}",
        )
    }),
    &other("workflow-block", "yml", |bytes| {
        repeated(
            bytes,
            "jobs:\n  a:\n    steps:\n      - run: |\n",
            |n| format!("          curl http://x/${{{{ github.run_id }}}}/{n}\n"),
            "",
        )
    }),
    &other("workflow-defaults", "yml", |bytes| {
        repeated(
            bytes,
            "jobs:\n",
            |n| {
                format!(
                    "  j{n}:\n    defaults:\n      run:\n        shell: bash\n    steps:\n      - run: curl x\n"
                )
            },
            "",
        )
    }),
    &other("workflow-documents", "yml", |bytes| {
        repeated(
            bytes,
            "jobs:\n  a:\n    steps:\n",
            |n| format!("      - run: |\n          cat <<E\n          $(curl x{n})\n          E\n"),
            "",
        )
    }),
    &other("workflow-expressions-open", "yml", |bytes| {
        repeated(
            bytes,
            "jobs:\n  a:\n    steps:\n      - run: |\n",
            |n| format!("          ${{{{ a{n} "),
            "",
        )
    }),
    &other("workflow-findings", "yml", |bytes| {
        repeated(
            bytes,
            "jobs:\n  a:\n    steps:\n",
            |n| format!("      - run: rm -r a{n}\n"),
            "",
        )
    }),
    &other("workflow-keys", "yml", |bytes| {
        repeated(
            bytes,
            "jobs:\n  a:\n    steps:\n      - run: curl x\n",
            |n| format!("        k{n}: v\n"),
            "",
        )
    }),
    &other("workflow-runs-in-step", "yml", |bytes| {
        repeated(
            bytes,
            "jobs:\n  a:\n    steps:\n      - name: x\n",
            |_| "        run: curl x\n".to_owned(),
            "",
        )
    }),
    &other("workflow-steps", "yml", |bytes| {
        repeated(
            bytes,
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n",
            |n| {
                format!(
                    "      - name: step {n}\n        run: |\n          curl http://x/${{{{ github.run_id }}}}/{n}\n          make\n"
                )
            },
            "",
        )
    }),
];

const fn other(name: &'static str, kind: &'static str, make: fn(usize) -> String) -> Shape {
    Shape { name, kind, make }
}
