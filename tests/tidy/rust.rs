//! Rules about Rust files: what opens a file, how long it may be, and what may stand only in one place.

use super::tokens::{self, Token};
use super::tree::Tree;
use super::{Complaint, Fault, Rule};

/// The most lines a Rust file may have.
const LINES: usize = 400;

/// Longer files, and why each of them is one thing.
const LONGER: &[(&str, &str)] = &[];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "module-docs",
        says: "a Rust file opens with `//!`: what it is for, and what is deliberately not here",
        check: |tree| {
            let bare = tree
                .ending(&[".rs"])
                .filter(|(_, text)| !text.starts_with("//! "));
            bare.map(|(path, _)| Complaint::new(path, 1, "no `//!` in the first line"))
                .collect()
        },
        faults: &[
            Fault {
                files: &[("ci/src/lib.rs", "fn f() {}\n")],
                at: "ci/src/lib.rs:1",
            },
            Fault {
                files: &[("ci/src/lib.rs", "// A comment.\n//! Docs.\n")],
                at: "ci/src/lib.rs:1",
            },
        ],
        sound: &[&[("ci/src/lib.rs", "//! What it is for.\n")]],
    },
    Rule {
        name: "file-size",
        says: "a Rust file has at most 400 lines, or its reason in the list of this rule",
        check: file_size,
        faults: &[Fault {
            files: &[("ci/src/a.rs", LONG)],
            at: "ci/src/a.rs:401",
        }],
        sound: &[&[("ci/src/a.rs", "//! Short.\n")]],
    },
    Rule {
        name: "rust-parses",
        says: "a Rust file can be read as tokens",
        check: |tree| {
            let broken = tree
                .ending(&[".rs"])
                .filter_map(|(path, text)| Some((path, tokens::tokens(text).err()?)));
            broken
                .map(|(path, line)| Complaint::new(path, line, "no token begins here"))
                .collect()
        },
        faults: &[Fault {
            files: &[("ci/src/a.rs", "//! A.\nfn f( {\n")],
            at: "ci/src/a.rs:2",
        }],
        sound: &[&[("ci/src/a.rs", "//! A.\nfn f() {}\n")]],
    },
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
        check: |tree| {
            let abi = ["runtime/src/abi.rs", "runtime/src/abi/"];
            // Called back by C: a signal handler, and Lua's allocation function.
            let called_back = [
                "runtime/src/policy/socket_file.rs",
                "runtime/src/vm/heap.rs",
            ];
            let mut found = only_in(tree, &["no_mangle", "export_name"], &abi);
            found.extend(only_in(
                tree,
                &["extern \"C\""],
                &[abi, called_back].concat(),
            ));
            found
        },
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
    Rule {
        name: "allow-attribute",
        says: "a lint is silenced by `#[expect(…, reason = \"…\")]`, which complains when it is no longer needed",
        check: |tree| only_in(tree, &["[ allow ("], &[]),
        faults: &[Fault {
            files: &[("ci/src/a.rs", "#![allow(dead_code, reason = \"r\")]")],
            at: "ci/src/a.rs:1",
        }],
        sound: &[&[(
            "ci/src/a.rs",
            "#[expect(dead_code, reason = \"r\")]\nfn f() { p.allow(1) }",
        )]],
    },
    Rule {
        name: "ignored-test",
        says: "a test runs or does not exist",
        check: |tree| only_in(tree, &["# [ ignore"], &[]),
        faults: &[
            Fault {
                files: &[("ci/src/a.rs", "#[test]\n#[ignore]\nfn f() {}")],
                at: "ci/src/a.rs:2",
            },
            Fault {
                files: &[("ci/src/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}")],
                at: "ci/src/a.rs:2",
            },
        ],
        sound: &[&[("ci/src/a.rs", "use ignore::WalkBuilder;")]],
    },
    Rule {
        name: "sleeping-test",
        says: "a test waits for an event under a limit, never for luck",
        check: sleeping_test,
        faults: &[
            Fault {
                files: &[("tests/ci.rs", "fn f() { std::thread::sleep(LONG) }")],
                at: "tests/ci.rs:1",
            },
            Fault {
                files: &[(
                    "ci/src/a.rs",
                    "#[cfg(test)]\nmod tests { fn f() { sleep(LONG) } }",
                )],
                at: "ci/src/a.rs:2",
            },
        ],
        sound: &[&[(
            "ci/src/a.rs",
            "fn f() { std::thread::sleep(STEP) }\n#[cfg(test)]\nmod tests { fn sleeps() {} }",
        )]],
    },
    Rule {
        name: "forbid-unsafe",
        says: "lints, ci, release and tools forbid unsafe code",
        check: forbid_unsafe,
        faults: &[Fault {
            files: &[("lints/src/lib.rs", "//! Docs.\n")],
            at: "lints/src/lib.rs:1",
        }],
        sound: &[&[("lints/src/lib.rs", "//! Docs.\n#![forbid(unsafe_code)]\n")]],
    },
];

/// A planted file of 401 lines.
const LONG: &str = {
    const LINE: &[u8; 4] = b"// \n";
    const BYTES: [u8; 4 * (LINES + 1)] = {
        let mut bytes = [0; 4 * (LINES + 1)];
        let mut index = 0;
        while index < bytes.len() {
            bytes[index] = LINE[index % 4];
            index += 1;
        }
        bytes
    };
    match str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => panic!("comments are UTF-8"),
    }
};

fn file_size(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.ending(&[".rs"]) {
        let lines = text.lines().count();
        let listed = LONGER.iter().any(|(longer, _)| *longer == path);
        if lines > LINES && !listed {
            let message = format!("{lines} lines: is there a second thing in it?");
            complaints.push(Complaint::new(path, LINES + 1, message));
        } else if lines <= LINES && listed {
            complaints.push(Complaint::new(
                path,
                1,
                "no longer too long: take it off the list",
            ));
        }
    }
    complaints
}

/// Complains of every place that reads one of `patterns` outside of the `allowed` files and folders.
fn only_in(tree: &Tree, patterns: &[&str], allowed: &[&str]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, tokens) in parsed(tree) {
        if allowed.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        for pattern in patterns {
            for index in tokens::find(&tokens, pattern) {
                let message = format!("`{}` does not belong here", pattern.replace(' ', ""));
                complaints.push(Complaint::new(path, tokens[index].line, message));
            }
        }
    }
    complaints
}

fn printing(tree: &Tree) -> Vec<Complaint> {
    const MACROS: &[&str] = &["println !", "print !", "eprintln !", "eprint !"];
    const STREAMS: &[&str] = &["stdout ( )", "stderr ( )"];
    const PRINTERS: &[&str] = &[
        "tools/src/render.rs",
        "tools/src/render/",
        "runtime/src/console.rs",
    ];
    let mut complaints = Vec::new();
    for (path, tokens) in parsed(tree) {
        let printer = PRINTERS.iter().any(|place| path.starts_with(place));
        if printer || path.contains("/benches/") || path.ends_with("build.rs") {
            continue;
        }
        let macros = MACROS
            .iter()
            .flat_map(|pattern| tokens::find(&tokens, pattern));
        let streams = STREAMS
            .iter()
            .flat_map(|pattern| tokens::find(&tokens, pattern));
        let own = |index: &usize| *index == 0 || !matches!(&*tokens[index - 1].text, "." | "fn");
        let first_test = test_code(path, &tokens);
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

fn sleeping_test(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, tokens) in parsed(tree) {
        let first_test = test_code(path, &tokens);
        let sleeps = tokens::find(&tokens, "sleep (").into_iter();
        for index in sleeps.filter(|index| *index >= first_test) {
            complaints.push(Complaint::new(
                path,
                tokens[index].line,
                "a sleep in a test",
            ));
        }
    }
    complaints
}

fn forbid_unsafe(tree: &Tree) -> Vec<Complaint> {
    let roots = ["lints", "ci", "release", "tools"].map(|part| format!("{part}/src/lib.rs"));
    let bare = roots.iter().filter(|path| {
        let text = tree.text(path);
        text.is_some_and(|text| !text.contains("\n#![forbid(unsafe_code)]\n"))
    });
    bare.map(|path| Complaint::new(path, 1, "no `#![forbid(unsafe_code)]`"))
        .collect()
}

/// Every Rust file as tokens; what does not parse is the business of one rule only.
fn parsed(tree: &Tree) -> impl Iterator<Item = (&str, Vec<Token>)> {
    tree.ending(&[".rs"])
        .filter_map(|(path, text)| Some((path, tokens::tokens(text).ok()?)))
}

/// The index of the first token that is test code: the tests of a file are its last part.
fn test_code(path: &str, tokens: &[Token]) -> usize {
    if path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs") {
        return 0;
    }
    let first = tokens::find(tokens, "# [ cfg ( test ) ]").first().copied();
    first.unwrap_or(tokens.len())
}
