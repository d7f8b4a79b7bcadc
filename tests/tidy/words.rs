//! Words that don't belong: notes to oneself in comments, and what speaks of anything but the project.

use super::tree::Tree;
use super::{Complaint, Fault, Rule};

/// Files whose comments are searched.
const COMMENTED: &[&str] = &[".rs", ".lua", ".c", ".h", ".toml", ".yml", ".md"];

/// Notes to oneself.
const NOTES: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// What names a machine or a person's desk, or signs for somebody, in lower case. In two halves each,
/// so that this file does not hold them.
const FOREIGN: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/tmp/", "wt"),
    ("sha", "red/contract"),
    ("sha", "red/design"),
    ("../sha", "red"),
    ("co-auth", "ored-by"),
    ("this ses", "sion"),
    ("assis", "tant"),
];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "note-to-oneself",
        says: "what is missing is left out visibly and told in docs, not promised in a comment",
        check: notes,
        faults: &[
            Fault {
                files: &[("ci/src/a.rs", "fn f() {} // TODO: more\n")],
                at: "ci/src/a.rs:1",
            },
            Fault {
                files: &[("a.lua", "\n-- FIXME\n")],
                at: "a.lua:2",
            },
            Fault {
                files: &[("a.h", "/* one\n * XXX two */\n")],
                at: "a.h:2",
            },
        ],
        sound: &[&[
            (
                "ci/src/a.rs",
                "/// Refuses the word `TODO`.\nconst W: &str = \"TODO\";\n",
            ),
            ("a.md", "No `TODO` left.\n"),
        ]],
    },
    Rule {
        name: "foreign-word",
        says: "the project speaks of itself alone, and of no machine, desk or author's tool",
        check: foreign,
        faults: &[
            Fault {
                files: &[("a.md", concat!("See /wo", "rk/x.\n"))],
                at: "a.md:1",
            },
            Fault {
                files: &[("a.sh", concat!("\n# Co-Auth", "ored-By: x\n"))],
                at: "a.sh:2",
            },
        ],
        sound: &[&[(
            "a.md",
            "The framework/ folder; shared libraries; no co-author lines.\n",
        )]],
    },
];

fn notes(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.ending(COMMENTED) {
        for (index, line) in text.lines().enumerate() {
            let Some(comment) = comment(path, line) else {
                continue;
            };
            let comment = without_code(comment);
            let mut words = comment.split(|c: char| !c.is_ascii_alphanumeric());
            if let Some(word) = words.find(|word| NOTES.contains(word)) {
                complaints.push(Complaint::new(path, index + 1, format!("`{word}`")));
            }
        }
    }
    complaints
}

/// The part of a line that is a comment, by the look of it; all of it in Markdown.
fn comment<'a>(path: &str, line: &'a str) -> Option<&'a str> {
    let marks: &[&str] = match path.rsplit('.').next() {
        Some("md") => return Some(line),
        Some("lua") => &["--"],
        Some("toml" | "yml") => &["#"],
        _ => &["//", "/*"],
    };
    let c = matches!(path.rsplit('.').next(), Some("c" | "h"));
    if c && line.trim_start().starts_with("* ") {
        return Some(line);
    }
    let outside_strings = |at: &usize| line[..*at].matches('"').count().is_multiple_of(2);
    let first = marks.iter().filter_map(|mark| line.find(mark)).min()?;
    Some(first).filter(outside_strings).map(|at| &line[at..])
}

/// The text without its `code`.
fn without_code(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

fn foreign(tree: &Tree) -> Vec<Complaint> {
    let words: Vec<String> = FOREIGN
        .iter()
        .map(|(one, other)| format!("{one}{other}"))
        .collect();
    let mut complaints = Vec::new();
    for (path, text) in tree.ending(&[""]) {
        for (index, line) in text.lines().enumerate() {
            let line = line.to_lowercase();
            if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                complaints.push(Complaint::new(path, index + 1, format!("`{word}`")));
            }
        }
    }
    complaints
}
