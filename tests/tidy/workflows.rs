//! Rules about workflow files, and about what must say the same thing in two places.
//!
//! Not here: what a workflow means (package lunet-ci), and dangerous commands in its steps (`tools lint`).

use super::tree::Tree;
use super::{Complaint, Fault, Rule};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "pinned-action",
        says: "an action is named by its commit, with the version behind it as a comment",
        check: pinned,
        faults: &[
            Fault {
                files: &[(".github/workflows/a.yml", "x:\n  - uses: a/b@v1\n")],
                at: ".github/workflows/a.yml:2",
            },
            Fault {
                files: &[(
                    ".github/workflows/a.yml",
                    "- uses: a/b@3d3c42e5aac5ba805825da76410c181273ba90b1\n",
                )],
                at: ".github/workflows/a.yml:1",
            },
        ],
        sound: &[&[(
            ".github/workflows/a.yml",
            "- uses: a/b@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n- uses: ./.github/actions/c\n",
        )]],
    },
    Rule {
        name: "job-without-limit",
        says: "every job has `timeout-minutes`",
        check: limits,
        faults: &[Fault {
            files: &[(
                ".github/workflows/a.yml",
                "jobs:\n  a:\n    runs-on: x\n    timeout-minutes: 1\n  b:\n    runs-on: x\n    steps:\n      - timeout-minutes: 1\n",
            )],
            at: ".github/workflows/a.yml:6",
        }],
        sound: &[&[(
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    timeout-minutes: 1\n    runs-on: x\n",
        )]],
    },
    Rule {
        name: "workflow-permissions",
        says: "a workflow states its permissions before its jobs: reading, unless a job asks for more",
        check: |tree| {
            let workflows = tree.ending(&[".yml"]).filter(|(path, _)| is_workflow(path));
            let bare =
                workflows.filter(|(_, text)| !text.contains("\npermissions:\n  contents: read\n"));
            bare.map(|(path, _)| Complaint::new(path, 1, "no `permissions: contents: read`"))
                .collect()
        },
        faults: &[Fault {
            files: &[(".github/workflows/a.yml", "jobs:\n")],
            at: ".github/workflows/a.yml:1",
        }],
        sound: &[&[(
            ".github/workflows/a.yml",
            "on:\n  push:\n\npermissions:\n  contents: read\n",
        )]],
    },
    Rule {
        name: "test-command",
        says: "`.ci/run`, the README and the workflow run the same test command",
        check: |tree| {
            let places = [".ci/run", "README.md", ".github/workflows/build.yml"];
            let texts = places
                .iter()
                .filter_map(|path| Some((path, tree.text(path)?)));
            let other = texts.filter(|(_, text)| !text.contains("cargo tools test"));
            other
                .map(|(path, _)| Complaint::new(path, 1, "no `cargo tools test`"))
                .collect()
        },
        faults: &[Fault {
            files: &[
                (".ci/run", "cargo test\n"),
                ("README.md", "cargo tools test"),
            ],
            at: ".ci/run:1",
        }],
        sound: &[&[(".ci/run", "cargo tools test\n")]],
    },
    Rule {
        name: "rust-version",
        says: "the version of Rust in Cargo.toml is that of rust-toolchain.toml",
        check: rust_version,
        faults: &[Fault {
            files: &[
                ("Cargo.toml", "\nrust-version = \"1.90\"\n"),
                ("rust-toolchain.toml", "channel = \"1.95.0\"\n"),
            ],
            at: "Cargo.toml:2",
        }],
        sound: &[&[
            ("Cargo.toml", "rust-version = \"1.95\"\n"),
            ("rust-toolchain.toml", "channel = \"1.95.0\"\n"),
        ]],
    },
];

fn is_workflow(path: &str) -> bool {
    path.starts_with(".github/workflows/")
}

/// The numbered lines of every workflow.
fn lines(tree: &Tree) -> impl Iterator<Item = (&str, usize, &str)> {
    let workflows = tree
        .ending(&[".yml", ".yaml"])
        .filter(|(path, _)| is_workflow(path));
    workflows.flat_map(|(path, text)| {
        let lines = text.lines().enumerate();
        lines.map(move |(index, line)| (path, index + 1, line))
    })
}

fn pinned(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, number, line) in lines(tree) {
        let entry = line.trim_start().trim_start_matches("- ");
        let Some(action) = entry.strip_prefix("uses: ") else {
            continue;
        };
        if !action.starts_with("./") && !is_pinned(action) {
            let message = format!("`{action}` is not `owner/name@commit # vX.Y.Z`");
            complaints.push(Complaint::new(path, number, message));
        }
    }
    complaints
}

fn is_pinned(action: &str) -> bool {
    let Some((_, reference)) = action.split_once('@') else {
        return false;
    };
    let Some((commit, version)) = reference.split_once(" # v") else {
        return false;
    };
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    commit.len() == 40
        && commit.chars().all(hex)
        && version.starts_with(|c: char| c.is_ascii_digit())
}

/// Jobs are the keys two blanks deep, their own keys four.
fn limits(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree
        .ending(&[".yml", ".yaml"])
        .filter(|(path, _)| is_workflow(path))
    {
        let lines: Vec<&str> = text.lines().collect();
        for (index, _) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.starts_with("    runs-on:"))
        {
            let in_job = |line: &&&str| line.starts_with("   ") || line.trim().is_empty();
            let before = lines[..index].iter().rev().take_while(in_job);
            let after = lines[index..].iter().take_while(in_job);
            if !before
                .chain(after)
                .any(|line| line.starts_with("    timeout-minutes:"))
            {
                complaints.push(Complaint::new(
                    path,
                    index + 1,
                    "this job has no `timeout-minutes`",
                ));
            }
        }
    }
    complaints
}

fn rust_version(tree: &Tree) -> Vec<Complaint> {
    let manifest = tree.text("Cargo.toml").unwrap_or_default();
    let toolchain = tree.text("rust-toolchain.toml").unwrap_or_default();
    let channel = value(toolchain, "channel").map_or("", |(_, value)| value);
    let other = value(manifest, "rust-version").filter(|(_, value)| !channel.starts_with(value));
    let message = format!("rust-toolchain.toml says {channel}");
    let complaint = other.map(|(line, _)| Complaint::new("Cargo.toml", line, message));
    complaint.into_iter().collect()
}

/// The line and the value of `key = "value"`.
fn value<'a>(text: &'a str, key: &str) -> Option<(usize, &'a str)> {
    text.lines().enumerate().find_map(|(index, line)| {
        let value = line.strip_prefix(key)?.strip_prefix(" = \"")?;
        Some((index + 1, value.strip_suffix('"')?))
    })
}
