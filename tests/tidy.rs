//! The rules of docs/style.md and docs/architecture.md that code can check, held against the tree.
//!
//! A [`Rule`] is data and a function; [`ALL`] lists them by area, one file each under `tests/tidy/`.
//! Every rule carries planted faults, and a test shows it red on each of them.
//! Not here: what rustfmt, clippy, cargo-deny and typos already hold.

mod crates;
mod docs;
mod places;
mod registries;
mod rust;
mod tokens;
mod tree;
mod words;
mod workflows;

use tree::Tree;

/// One rule about the tree.
pub(crate) struct Rule {
    /// Its name, as a complaint shows it.
    name: &'static str,
    /// What holds, in one sentence.
    says: &'static str,
    /// Finds what breaks the rule.
    check: fn(&Tree) -> Vec<Complaint>,
    /// Small trees that break it, each in one way.
    faults: &'static [Fault],
    /// Small trees that look like a fault and are none.
    sound: &'static [&'static [(&'static str, &'static str)]],
}

/// A small tree with a planted fault, and where the complaint must point.
pub(crate) struct Fault {
    files: &'static [(&'static str, &'static str)],
    /// `path:line` of the one complaint.
    at: &'static str,
}

/// Something that breaks a rule.
pub(crate) struct Complaint {
    path: String,
    /// 1-based; 1 where the whole file is meant.
    line: usize,
    message: String,
}

impl Complaint {
    pub(crate) fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }

    /// Two lines for people: where and what, and the rule.
    fn show(&self, rule: &Rule) -> String {
        let Self {
            path,
            line,
            message,
        } = self;
        format!("{path}:{line}: {message}\n    {}: {}", rule.name, rule.says)
    }
}

/// Every rule, by area.
const ALL: &[&[Rule]] = &[
    crates::RULES,
    docs::RULES,
    places::RULES,
    registries::RULES,
    rust::RULES,
    words::RULES,
    workflows::RULES,
];

#[test]
fn the_tree_is_tidy() {
    let tree = Tree::read(crate::support::root());
    let complaints: Vec<String> = ALL
        .iter()
        .copied()
        .flatten()
        .flat_map(|rule| {
            (rule.check)(&tree)
                .into_iter()
                .map(|complaint| complaint.show(rule))
        })
        .collect();
    assert!(
        complaints.is_empty(),
        "the tree is not tidy:\n{}",
        complaints.join("\n")
    );
}

#[test]
fn every_rule_is_red_on_its_planted_faults() {
    for rule in ALL.iter().copied().flatten() {
        assert!(
            !rule.faults.is_empty(),
            "{} has no planted fault",
            rule.name
        );
        for fault in rule.faults {
            let complaints = (rule.check)(&Tree::planted(fault.files));
            let found: Vec<_> = complaints
                .iter()
                .map(|complaint| format!("{}:{}", complaint.path, complaint.line))
                .collect();
            assert_eq!(found, [fault.at], "{} on {:?}", rule.name, fault.files);
        }
    }
}

#[test]
fn no_rule_is_red_on_sound_trees() {
    for rule in ALL.iter().copied().flatten() {
        for files in rule.sound {
            let complaints = (rule.check)(&Tree::planted(files));
            let found: Vec<_> = complaints
                .iter()
                .map(|complaint| &complaint.message)
                .collect();
            assert!(found.is_empty(), "{} on {files:?}: {found:?}", rule.name);
        }
    }
}
