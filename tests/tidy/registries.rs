//! Registries and folders: every file is named by its parent, and a registry lists exactly its folder.

use super::tokens::{self, Token};
use super::tree::Tree;
use super::{Complaint, Fault, Rule};

/// A registry: the file, and how a line of its list begins with the name of a module.
struct Registry {
    path: &'static str,
    /// Where the list begins.
    list: &'static str,
}

const REGISTRIES: &[Registry] = &[
    Registry {
        path: "lints/src/rules.rs",
        list: "ALL :",
    },
    Registry {
        path: "release/src/checks.rs",
        list: "ALL :",
    },
    Registry {
        path: "runtime/src/modules.rs",
        list: "ALL :",
    },
    Registry {
        path: "tools/src/commands.rs",
        list: "match self",
    },
];

/// What a module of a registry has elsewhere: `{}` is its name with `-` for `_`.
const COMPANIONS: &[(&str, &str)] = &[
    ("lints/src/rules", "docs/lints/{}.md"),
    ("release/src/checks", "docs/release/{}.md"),
    ("tools/src/commands", "tests/cli/{}"),
];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "orphan-file",
        says: "every Rust file is a module of its parent: `foo/bar.rs` of `foo.rs`, `src/bar.rs` of `lib.rs` or `main.rs`",
        check: orphans,
        faults: &[
            Fault {
                files: &[
                    ("ci/src/lib.rs", "mod a;"),
                    ("ci/src/a.rs", ""),
                    ("ci/src/b.rs", ""),
                ],
                at: "ci/src/b.rs:1",
            },
            Fault {
                files: &[
                    ("ci/src/lib.rs", "mod a;"),
                    ("ci/src/a.rs", "// mod b;"),
                    ("ci/src/a/b.rs", ""),
                ],
                at: "ci/src/a/b.rs:1",
            },
            Fault {
                files: &[("tests/main.rs", ""), ("tests/lua.rs", "")],
                at: "tests/lua.rs:1",
            },
        ],
        sound: &[&[
            ("ci/src/lib.rs", "pub mod a;"),
            ("ci/src/a.rs", "mod b;"),
            ("ci/src/a/b.rs", ""),
            ("tools/src/main.rs", "mod c;"),
            ("tools/src/c.rs", ""),
            ("lints/tests/fixtures.rs", ""),
            ("tests/fuzz/src/lexer.rs", ""),
        ]],
    },
    Rule {
        name: "registry",
        says: "a registry is sorted `mod` lines and one list of the same names in the same order",
        check: registry,
        faults: &[
            Fault {
                files: &[(
                    "lints/src/rules.rs",
                    "mod b;\nmod a;\nconst ALL: &[R] = &[a::R, b::R];",
                )],
                at: "lints/src/rules.rs:1",
            },
            Fault {
                files: &[(
                    "lints/src/rules.rs",
                    "mod a;\nmod b;\nconst ALL: &[R] = &[b::R, a::R];",
                )],
                at: "lints/src/rules.rs:3",
            },
            Fault {
                files: &[(
                    "lints/src/rules.rs",
                    "mod a;\nmod b;\n\nconst ALL: &[R] = &[a::R];",
                )],
                at: "lints/src/rules.rs:4",
            },
            Fault {
                files: &[(
                    "tools/src/commands.rs",
                    "mod a;\nmod b;\nfn f() {\n match self { A => a::run() } }",
                )],
                at: "tools/src/commands.rs:4",
            },
            Fault {
                files: &[("release/src/checks.rs", "mod a;\n")],
                at: "release/src/checks.rs:1",
            },
        ],
        sound: &[&[
            (
                "lints/src/rules.rs",
                "mod a;\nmod b;\nuse a::X;\nconst ALL: &[&a::Y] = &[&a::R, b::R];\nfn f() { b::f() }",
            ),
            (
                "tools/src/commands.rs",
                "mod a;\nmod b;\nfn f() { match self { A(x) => a::run(x), B => b::run() } }",
            ),
        ]],
    },
    Rule {
        name: "companion",
        says: "a lint rule and a release check have a page, a command has cases under tests/cli/",
        check: companions,
        faults: &[
            Fault {
                files: &[("tools/src/commands/build_debug.rs", "")],
                at: "tools/src/commands/build_debug.rs:1",
            },
            Fault {
                files: &[
                    ("release/src/checks/a_b.rs", ""),
                    ("docs/release/a_b.md", ""),
                ],
                at: "release/src/checks/a_b.rs:1",
            },
        ],
        sound: &[&[
            ("tools/src/commands/build_debug.rs", ""),
            ("tests/cli/build-debug/usage.trycmd", ""),
            ("tools/src/commands/build_debug/flags.rs", ""),
        ]],
    },
];

fn companions(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (folder, pattern) in COMPANIONS {
        for path in tree.paths() {
            let name = path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'));
            let name = name.and_then(|name| name.strip_suffix(".rs"));
            let Some(name) = name.filter(|name| !name.contains('/')) else {
                continue;
            };
            let wanted = pattern.replace("{}", &name.replace('_', "-"));
            if !tree.has(&wanted) {
                complaints.push(Complaint::new(path, 1, format!("it has no {wanted}")));
            }
        }
    }
    complaints
}

fn orphans(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, _) in tree.ending(&[".rs"]) {
        let Some(parents) = parents(path) else {
            continue;
        };
        let name = path
            .rsplit('/')
            .next()
            .unwrap_or(path)
            .trim_end_matches(".rs");
        let declares = |parent: &String| {
            modules(tree, parent)
                .iter()
                .any(|(module, _)| module == name)
        };
        if !parents.iter().any(declares) {
            let message = format!("no `mod {name};` in {}", parents.join(" or "));
            complaints.push(Complaint::new(path, 1, message));
        }
    }
    complaints
}

/// The files of which one must name this file as its module; nothing for the root of a crate.
fn parents(path: &str) -> Option<Vec<String>> {
    let (folder, file) = path.rsplit_once('/')?;
    let source = path.contains("/src/") && !path.starts_with("tests/");
    let test = path.starts_with("tests/") && !path.starts_with("tests/fuzz/");
    let root = matches!(file, "lib.rs" | "main.rs");
    if !(source || test) || root || folder.ends_with("/src/bin") {
        return None;
    }
    if folder.ends_with("/src") {
        return Some(vec![
            format!("{folder}/lib.rs"),
            format!("{folder}/main.rs"),
        ]);
    }
    if folder == "tests" {
        return Some(vec!["tests/main.rs".to_owned()]);
    }
    Some(vec![format!("{folder}.rs")])
}

/// The names and lines of the `mod name;` of a file, in its order.
fn modules(tree: &Tree, path: &str) -> Vec<(String, usize)> {
    let Some(tokens) = tree.tokens().get(path) else {
        return Vec::new();
    };
    let declared = tokens.windows(3).filter_map(|window| match window {
        [keyword, name, end] if keyword.text == "mod" && end.text == ";" => {
            Some((name.text.clone(), name.line))
        }
        _ => None,
    });
    declared.collect()
}

fn registry(tree: &Tree) -> Vec<Complaint> {
    REGISTRIES
        .iter()
        .filter(|registry| tree.text(registry.path).is_some())
        .filter_map(|registry| judge(tree, registry))
        .collect()
}

/// What is wrong with one registry, the first thing only.
fn judge(tree: &Tree, registry: &Registry) -> Option<Complaint> {
    let path = registry.path;
    let modules = modules(tree, path);
    let names: Vec<&str> = modules.iter().map(|(name, _)| name.as_str()).collect();
    if !names.is_sorted() {
        return Some(Complaint::new(
            path,
            modules[0].1,
            "the `mod` lines are not sorted",
        ));
    }
    let tokens = tree.tokens().get(path)?;
    let Some(start) = tokens::find(tokens, registry.list).first().copied() else {
        let message = format!("no list: `{}` is not here", registry.list);
        return Some(Complaint::new(path, 1, message));
    };
    let listed = listed(&tokens[start..], &names);
    (listed != names).then(|| {
        let message = format!("modules {names:?}, but the list has {listed:?}");
        Complaint::new(path, tokens[start].line, message)
    })
}

/// The names of modules that begin a path in the list at the start of `tokens`: up to its `;`, or to the
/// end of the file for a `match`.
fn listed<'a>(tokens: &[Token], names: &[&'a str]) -> Vec<&'a str> {
    let constant = tokens.first().is_some_and(|token| token.text == "ALL");
    let is = |index: usize, text: &str| tokens.get(index).is_some_and(|token| token.text == text);
    let begin = if constant {
        (0..tokens.len()).find(|index| is(*index, "=")).unwrap_or(0)
    } else {
        0
    };
    let end = if constant {
        (begin..tokens.len())
            .find(|index| is(*index, ";"))
            .unwrap_or(tokens.len())
    } else {
        tokens.len()
    };
    let module = |index: usize| names.iter().copied().find(|name| is(index, name));
    let starts_path = |index: usize| is(index + 1, ":") && is(index + 2, ":");
    (begin..end)
        .filter(|index| starts_path(*index))
        .filter_map(module)
        .collect()
}
