//! Texts that are no C: shell scripts, workflows, Lua and Rust.

use super::{Shape, nested, repeated};

pub(crate) const ALL: &[&Shape] = &[
    &Shape {
        name: "lua-calls",
        kind: "lua",
        make: |bytes| {
            repeated(
                bytes,
                "",
                |number| format!("local s{number} = socket.listen('127.0.0.1', {number})\n"),
                "",
            )
        },
    },
    &Shape {
        name: "lua-table",
        kind: "lua",
        make: |bytes| {
            repeated(
                bytes,
                "local listen = {\n",
                |number| format!("  {{ key = {number}, name = 'n{number}' }},\n"),
                "}\n",
            )
        },
    },
    &Shape {
        name: "rust-functions",
        kind: "rs",
        make: |bytes| {
            repeated(
                bytes,
                "// _lunet_\n",
                |number| {
                    format!(
                        "fn f{number}(x: u32) -> u32 {{\n    if x > {number} {{ g(x) }} else {{ 0 }}\n}}\n"
                    )
                },
                "",
            )
        },
    },
    &Shape {
        name: "shell-commands",
        kind: "sh",
        make: |bytes| {
            repeated(
                bytes,
                "#!/bin/sh\n",
                |number| format!("curl --max-time 5 http://127.0.0.1:{number}/ | grep x\n"),
                "",
            )
        },
    },
    &Shape {
        name: "shell-findings",
        kind: "sh",
        make: |bytes| {
            repeated(
                bytes,
                "#!/bin/sh\n",
                |number| format!("rm -rf d{number}; git stash; sh -c 'curl http://x/{number}'\n"),
                "",
            )
        },
    },
    &Shape {
        name: "shell-one-line",
        kind: "sh",
        make: |bytes| {
            repeated(
                bytes,
                "#!/bin/sh\n",
                |number| format!("curl http://x/{number}; "),
                "\n",
            )
        },
    },
    &Shape {
        name: "shell-substitutions",
        kind: "sh",
        make: |bytes| nested(bytes, ("#!/bin/sh\n", "\n"), ("$(echo ", ")"), "curl x"),
    },
    &Shape {
        name: "shell-unfinished",
        kind: "sh",
        make: |bytes| {
            repeated(
                bytes,
                "#!/bin/sh\n",
                |number| format!("if curl x{number}; then (( case \"\n"),
                "",
            )
        },
    },
    &Shape {
        name: "workflow-steps",
        kind: "yml",
        make: |bytes| {
            repeated(
                bytes,
                "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n",
                |number| {
                    format!(
                        "      - name: step {number}\n        run: |\n          curl http://x/${{{{ github.run_id }}}}/{number}\n          make\n"
                    )
                },
                "",
            )
        },
    },
];
