//! The text of drafted notes.

use std::fmt::Write as _;

use super::Draft;
use crate::{
    Asset,
    checksum::{self, Sha256Sum},
    contract::contract,
    notes::placeholders,
};

/// What was typed and what came of it.
pub(super) struct QuickStart {
    pub(super) program: String,
    pub(super) script: &'static str,
    pub(super) version: String,
    pub(super) hello: String,
}

pub(super) fn notes(
    draft: &Draft<'_>,
    highlights: &str,
    assets: &[(&Asset, Sha256Sum)],
    start: &QuickStart,
) -> String {
    let tag = draft.tag;
    let mut text = format!("# Lunet {tag}\n\n## Highlights\n\n{highlights}\n\n## Binaries\n\n");
    text.push_str(&table(assets));
    let sums = &contract().sums_file;
    _ = write!(
        text,
        "\nCompare a download with `sha256sum --check --ignore-missing {sums}`.\n\n"
    );
    text.push_str(&quick_start(start));
    if let Some(previous) = draft.previous {
        _ = write!(text, "\n## Changes since {previous}\n\n");
        for title in draft.commits {
            _ = writeln!(text, "- {}", plain(title));
        }
    }
    text
}

fn table(assets: &[(&Asset, Sha256Sum)]) -> String {
    let mut table = "| asset | for | bytes | sha256 |\n|---|---|---:|---|\n".to_owned();
    for (asset, sum) in assets {
        let Asset { name, size, .. } = asset;
        let archive = contract()
            .archives
            .iter()
            .find(|archive| archive.asset == *name);
        let system = archive.map_or("", |archive| archive.target.as_str());
        _ = writeln!(
            table,
            "| `{name}` | {system} | {size} | `{}` |",
            checksum::hex(sum)
        );
    }
    table
}

fn quick_start(start: &QuickStart) -> String {
    let QuickStart {
        program,
        script,
        version,
        hello,
    } = start;
    let (version, hello) = (version.trim(), hello.trim());
    format!(
        "## Quick Start\n\nUnpack the archive, and save this as `hello.lua` beside it:\n\n```lua\n{script}```\n\n```console\n$ ./{program} --version\n{version}\n$ ./{program} hello.lua\n{hello}\n```\n"
    )
}

/// A title as text without any meaning in Markdown. What would read as a placeholder becomes code.
fn plain(title: &str) -> String {
    if !placeholders(title, &contract().notes).is_empty() {
        return code(title);
    }
    let special = |letter: char| "\\`*_[]<>#&|~!".contains(letter);
    title.chars().fold(String::new(), |mut plain, letter| {
        if special(letter) {
            plain.push('\\');
        }
        plain.push(letter);
        plain
    })
}

/// A code span: its fence is longer than any run of backticks in it.
fn code(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0) + 1);
    format!("{fence} {text} {fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_mean_nothing_in_markdown() {
        assert_eq!(plain("lint: name the wrapper"), "lint: name the wrapper");
        assert_eq!(
            plain("a_b <c> [d](e) *f*"),
            "a\\_b \\<c\\> \\[d\\](e) \\*f\\*"
        );
        assert_eq!(plain("no TODO left"), "` no TODO left `");
        assert_eq!(plain("{} and ``x``"), "``` {} and ``x`` ```");
    }
}
