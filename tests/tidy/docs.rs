//! Rules about Markdown: one sentence a line, links that lead somewhere, paths that exist.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::tree::Tree;
use super::{Complaint, Fault, Rule};

/// Words that end in a dot without ending a sentence.
const ABBREVIATIONS: &[&str] = &["e.g.", "i.e.", "etc.", "vs.", "cf.", "approx.", "No."];

/// Pages that map the repository: a path in code there must exist.
const MAPS: &[&str] = &["AGENTS.md", "CONTRIBUTING.md", "README.md", "docs/"];

pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "sentence-per-line",
        says: "in Markdown, every sentence stands on a line of its own",
        check: sentences,
        faults: &[
            Fault {
                files: &[("a.md", "# A\n\nOne. Two.\n")],
                at: "a.md:3",
            },
            Fault {
                files: &[("a.md", "- One `x`. Two.\n")],
                at: "a.md:1",
            },
            Fault {
                files: &[("a.md", "One\nand *this*. That.\n")],
                at: "a.md:2",
            },
        ],
        sound: &[&[(
            "a.md",
            "One.\nTwo, e.g. Three `a. B`.\n\n```text\nA. B.\n```\n\n| A. B. | C |\n|---|---|\n| One. Two. | x |\n\n1. One\n2. Two\n\n### 1.2 One. Two\n",
        )]],
    },
    Rule {
        name: "dead-link",
        says: "a link leads to a file of this repository and a heading in it, or to the web",
        check: links,
        faults: &[
            Fault {
                files: &[("docs/a.md", "\n[x](b.md)\n")],
                at: "docs/a.md:2",
            },
            Fault {
                files: &[("docs/a.md", "[x](#there)\n# Here\n")],
                at: "docs/a.md:1",
            },
            Fault {
                files: &[("docs/a.md", "[x](../b.md#there)\n"), ("b.md", "# Here\n")],
                at: "docs/a.md:1",
            },
            Fault {
                files: &[("docs/a.md", "[x](../../b.md)\n"), ("b.md", "")],
                at: "docs/a.md:1",
            },
        ],
        sound: &[&[
            (
                "docs/a.md",
                "[x](b.md#one-two) [y](https://a.b/c) [z](../ci) [w](#here-it-is-code)\n\n# Here it *is*: `code`\n",
            ),
            ("docs/b.md", "## One, two\n"),
            ("ci/src/lib.rs", ""),
        ]],
    },
    Rule {
        name: "unlisted-decision",
        says: "the index of decisions links to every page of them",
        check: |tree| {
            let index = tree.text("docs/decisions/README.md").unwrap_or_default();
            let name = |path: &str| path.strip_prefix("docs/decisions/").map(ToOwned::to_owned);
            let pages = tree
                .ending(&[".md"])
                .filter_map(|(path, _)| Some((path, name(path)?)));
            let unlisted = pages
                .filter(|(_, name)| name != "README.md" && !index.contains(&format!("]({name})")));
            unlisted
                .map(|(path, _)| {
                    Complaint::new(path, 1, "no row for it in docs/decisions/README.md")
                })
                .collect()
        },
        faults: &[Fault {
            files: &[
                ("docs/decisions/README.md", "[0101](0101-a.md)\n"),
                ("docs/decisions/0101-a.md", ""),
                ("docs/decisions/0102-b.md", ""),
            ],
            at: "docs/decisions/0102-b.md:1",
        }],
        sound: &[&[
            ("docs/decisions/README.md", "[0101](0101-a.md)\n"),
            ("docs/decisions/0101-a.md", ""),
            ("docs/other.md", ""),
        ]],
    },
    Rule {
        name: "dead-path",
        says: "a path in code on a page of docs exists; a placeholder is written `<name>`",
        check: paths,
        faults: &[
            Fault {
                files: &[
                    ("docs/a.md", "\nIn `ci/src/gone.rs`.\n"),
                    ("ci/src/lib.rs", ""),
                ],
                at: "docs/a.md:2",
            },
            Fault {
                files: &[("AGENTS.md", "In `ci/gone/`.\n"), ("ci/src/lib.rs", "")],
                at: "AGENTS.md:1",
            },
        ],
        sound: &[&[
            (
                "docs/a.md",
                "`ci/src/lib.rs` `ci/src/` `ci/src/<x>.rs` `.tmp/logs/` `lunet/a.lua` `ci/x y` `ci/*` `ci/…`\n",
            ),
            ("ci/src/lib.rs", ""),
            ("CHANGELOG.md", "Was `ci/src/gone.rs`.\n"),
        ]],
    },
];

/// A Markdown file as events with their places.
fn events(text: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter()
}

/// The 1-based line of a place in a text.
fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn sentences(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.ending(&[".md"]) {
        for (number, prose) in prose_lines(text) {
            if let Some(second) = second_sentence(&prose) {
                let message = format!("a new line for `{second}`");
                complaints.push(Complaint::new(path, number, message));
            }
        }
    }
    complaints
}

/// The lines of paragraphs, numbered, with code blanked out; headings, tables and blocks left out.
fn prose_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut outside = 0;
    for (event, range) in events(text) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Table(_) | Tag::CodeBlock(_)) => outside += 1,
            Event::End(TagEnd::Heading(_) | TagEnd::Table | TagEnd::CodeBlock) => outside -= 1,
            Event::Text(_) | Event::Code(_) if outside == 0 => {
                let number = line(text, range.start);
                let prose = if matches!(event, Event::Code(_)) {
                    "x"
                } else {
                    &text[range]
                };
                match lines.last_mut().filter(|(last, _)| *last == number) {
                    Some((_, whole)) => whole.push_str(prose),
                    None => lines.push((number, prose.to_owned())),
                }
            }
            _ => {}
        }
    }
    lines
}

/// The first word of a second sentence in one line of prose.
fn second_sentence(prose: &str) -> Option<&str> {
    let words: Vec<&str> = prose.split(' ').collect();
    words.windows(2).find_map(|pair| {
        let bare = pair[0].trim_end_matches(['"', '\'', ')', '”']);
        let ends = bare.ends_with(['.', '!', '?']) && bare.len() > 1;
        let begins = pair[1].starts_with(char::is_uppercase);
        let sentence = ends && begins && !ABBREVIATIONS.contains(&bare);
        sentence.then_some(pair[1])
    })
}

fn links(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.ending(&[".md"]) {
        for (event, range) in events(text) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                continue;
            };
            if let Some(message) = dead(tree, path, &dest_url) {
                complaints.push(Complaint::new(path, line(text, range.start), message));
            }
        }
    }
    complaints
}

/// Why a link on the page `from` leads nowhere.
fn dead(tree: &Tree, from: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (target, heading) = link.split_once('#').unwrap_or((link, ""));
    let Some(target) = resolve(from, target) else {
        return Some(format!("{link} leaves the repository"));
    };
    if !tree.has(&target) {
        return Some(format!("{target} does not exist"));
    }
    let known = heading.is_empty() || anchors(tree.text(&target)?).contains(heading);
    (!known).then(|| format!("{target} has no heading #{heading}"))
}

/// The path from the root that `target` means on the page `from`.
fn resolve(from: &str, target: &str) -> Option<String> {
    if target.is_empty() {
        return Some(from.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            ".." => _ = parts.pop()?,
            "." => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The anchors that GitHub makes of the headings of a page: letters and digits in lower case, `-` for a
/// blank, nothing for other signs but `-` and `_`.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for (event, _) in events(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => anchors.extend(heading.take().as_deref().map(slug)),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            _ => {}
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    let sign = |c: char| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    };
    heading.to_lowercase().chars().filter_map(sign).collect()
}

fn paths(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let maps = tree
        .ending(&[".md"])
        .filter(|(path, _)| MAPS.iter().any(|map| path.starts_with(map)));
    for (path, text) in maps {
        for (event, range) in events(text) {
            let Event::Code(code) = event else { continue };
            if is_path(tree, &code) && !tree.has(&code) {
                let message = format!("`{code}` does not exist");
                complaints.push(Complaint::new(path, line(text, range.start), message));
            }
        }
    }
    complaints
}

/// Whether code on a page means a path of this repository: it begins with one of its folders.
fn is_path(tree: &Tree, code: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let Some((first, _)) = code.split_once('/') else {
        return false;
    };
    let folder = |name: &str| {
        tree.paths()
            .any(|path| path.starts_with(&format!("{name}/")))
    };
    code.chars().all(plain) && !first.is_empty() && folder(first)
}
