//! Rules about what may stand only in one place: the feature `trace`, the face to C, mio, printing.

use super::tokens::{self, test_code};
use super::tree::Tree;
use super::{Complaint, Fault, Rule};

/// Functions outside of abi that must be `extern "C"`, since C takes a pointer to them, and who takes it.
const CALLBACKS: &[(&str, &str)] = &[
    ("runtime/src/console.rs", "signal"),
    ("runtime/src/policy/socket_file.rs", "atexit and sigaction"),
    ("runtime/src/vm/heap.rs", "lua_newstate, as its allocator"),
];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "trace-feature",
        says: "only runtime/src/trace.rs and trace/ know the feature `trace`; others use `trace::event!`",
        check: |tree| {
            only_in(
                tree,
                &["feature = \"trace\""],
                &["runtime/src/trace.rs", "runtime/src/trace/"],
            )
        },
        faults: &[
            Fault {
                files: &[(
                    "runtime/src/vm.rs",
                    "#[cfg(feature = \"trace\")]\nfn f() {}",
                )],
                at: "runtime/src/vm.rs:1",
            },
            Fault {
                files: &[(
                    "runtime/src/vm.rs",
                    "fn f() {\n m!(cfg!(feature = \"trace\"));\n}",
                )],
                at: "runtime/src/vm.rs:2",
            },
        ],
        sound: &[&[
            (
                "runtime/src/trace.rs",
                "#[cfg(feature = \"trace\")]\nfn f() {}",
            ),
            (
                "runtime/src/vm.rs",
                "// cfg(feature = \"trace\")\nfn f() { g(\"feature = trace\") }",
            ),
        ]],
    },
    Rule {
        name: "extern-c",
        says: "what C can call by name stands in runtime/src/abi.rs and abi/; a function handed to Lua is `extern \"C-unwind\"`",
        check: extern_c,
        faults: &[
            Fault {
                files: &[("runtime/src/vm.rs", "\nextern \"C\" fn f() {}")],
                at: "runtime/src/vm.rs:2",
            },
            Fault {
                files: &[("tools/src/lib.rs", "unsafe extern \"C\" { fn f(); }")],
                at: "tools/src/lib.rs:1",
            },
            Fault {
                files: &[("runtime/src/vm.rs", "#[unsafe(no_mangle)]\npub fn f() {}")],
                at: "runtime/src/vm.rs:1",
            },
        ],
        sound: &[&[
            (
                "runtime/src/abi/memory.rs",
                "#[unsafe(no_mangle)]\npub extern \"C\" fn f() {}",
            ),
            (
                "runtime/src/vm/heap.rs",
                "unsafe extern \"C\" fn allocate() {}",
            ),
            (
                "runtime/src/modules/udp.rs",
                "unsafe extern \"C-unwind\" fn bind(l: *mut L) -> c_int { 0 }",
            ),
        ]],
    },
    Rule {
        name: "mio",
        says: "only runtime/src/reactor.rs and reactor/ know mio",
        check: |tree| {
            only_in(
                tree,
                &["mio : :", "use mio ;"],
                &["runtime/src/reactor.rs", "runtime/src/reactor/"],
            )
        },
        faults: &[Fault {
            files: &[("runtime/src/vm.rs", "use mio::Poll;")],
            at: "runtime/src/vm.rs:1",
        }],
        sound: &[&[
            ("runtime/src/reactor.rs", "use mio::Poll;"),
            ("runtime/src/vm.rs", "// use mio::Poll;\nfn f() {}"),
        ]],
    },
    Rule {
        name: "printing",
        says: "only tools/src/render.rs (and render/) and runtime/src/console.rs print; all others return what is to be said",
        check: printing,
        faults: &[
            Fault {
                files: &[("ci/src/plan.rs", "fn f() {\n  println!();\n}")],
                at: "ci/src/plan.rs:2",
            },
            Fault {
                files: &[("tools/src/lib.rs", "fn f() { std::io::stderr().flush() }")],
                at: "tools/src/lib.rs:1",
            },
            Fault {
                files: &[("tools/src/lib.rs", "fn f() { g(stdout()) }")],
                at: "tools/src/lib.rs:1",
            },
        ],
        sound: &[&[
            ("tools/src/render/human.rs", "fn f() { println!() }"),
            (
                "ci/src/process.rs",
                "fn f() { child.stdout(); c.stdout(p) }\n#[cfg(test)]\nmod tests { fn f() { println!() } }",
            ),
            ("runtime/build.rs", "fn main() { println!() }"),
            ("runtime/benches/spawn.rs", "fn main() { println!() }"),
        ]],
    },
];

fn extern_c(tree: &Tree) -> Vec<Complaint> {
    const ABI: &[&str] = &[
        "runtime/src/abi.rs",
        "runtime/src/abi/",
        // What the headers call in traced builds only.
        "runtime/src/trace/abi.rs",
    ];
    let callback = |complaint: &Complaint| {
        let message = complaint.message.contains(CALLBACK);
        message && CALLBACKS.iter().any(|(path, _)| *path == complaint.path)
    };
    let patterns = &[CALLBACK, "extern \"C\" {", "no_mangle", "export_name"];
    let mut complaints = only_in(tree, patterns, ABI);
    complaints.retain(|complaint| !callback(complaint));
    complaints
}

/// A function that C calls by a pointer to it.
const CALLBACK: &str = "extern \"C\" fn";

fn printing(tree: &Tree) -> Vec<Complaint> {
    const MACROS: &[&str] = &["println !", "print !", "eprintln !", "eprint !"];
    const STREAMS: &[&str] = &["stdout ( )", "stderr ( )"];
    const PRINTERS: &[&str] = &[
        "tools/src/render.rs",
        "tools/src/render/",
        "runtime/src/console.rs",
    ];
    let mut complaints = Vec::new();
    for (path, tokens) in tree.tokens() {
        let printer = PRINTERS.iter().any(|place| path.starts_with(place));
        if printer || path.contains("/benches/") || path.ends_with("build.rs") {
            continue;
        }
        let macros = MACROS
            .iter()
            .flat_map(|pattern| tokens::find(tokens, pattern));
        let streams = STREAMS
            .iter()
            .flat_map(|pattern| tokens::find(tokens, pattern));
        let own = |index: &usize| *index == 0 || !matches!(&*tokens[index - 1].text, "." | "fn");
        let first_test = test_code(path, tokens);
        for index in macros
            .chain(streams.filter(own))
            .filter(|index| *index < first_test)
        {
            let message = format!("`{}` prints", tokens[index].text);
            complaints.push(Complaint::new(path, tokens[index].line, message));
        }
    }
    complaints
}

/// Complains of every place that reads one of `patterns` outside of the `allowed` files and folders.
pub(crate) fn only_in(tree: &Tree, patterns: &[&str], allowed: &[&str]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, tokens) in tree.tokens() {
        if allowed.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        for pattern in patterns {
            for index in tokens::find(tokens, pattern) {
                let message = format!("`{pattern}` does not belong here");
                complaints.push(Complaint::new(path, tokens[index].line, message));
            }
        }
    }
    complaints
}
