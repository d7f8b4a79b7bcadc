//! Rules about every Rust file: what opens it, how long it may be, what a test must not do.
//!
//! Not here: what may stand only in one place (`places`).

use super::places::only_in;
use super::tokens::{self, test_code};
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

fn sleeping_test(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, tokens) in tree.tokens() {
        let first_test = test_code(path, tokens);
        let sleeps = tokens::find(tokens, "sleep (").into_iter();
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
