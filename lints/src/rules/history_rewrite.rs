//! `history-rewrite`: a script throws away changes or commits.

use crate::finding::{Findings, Level};
use crate::piece::Piece;
use crate::rule::{Page, Rule, Run};
use crate::script::Command;

pub(crate) const RULE: Rule = Rule {
    name: "history-rewrite",
    level: Level::Warning,
    run: Run::Pieces(run),
    page: Page {
        what: "It fires on `git reset --hard`, `git stash`, `git clean` and `git push --force` in scripts and workflows.",
        why: "A script can't know whose work it throws away.",
        bad: "git reset --hard origin/main #~ history-rewrite\ngit push --force origin main #~ history-rewrite\n",
        good: "git fetch origin\ngit worktree add .tmp/main origin/main\ngit push origin main\n",
        example_path: "example.sh",
        fix: "Work in a worktree or a clone of its own, and leave such a command to a person.",
    },
};

fn run(piece: &Piece<'_>, findings: &mut Findings<'_>) {
    if let Piece::Command(_, command) = piece
        && let Some(what) = rewrites(command)
    {
        let first = &command.words[0];
        let last = &command.words[command.words.len() - 1];
        findings
            .add(
                &RULE,
                first.range().start..last.range().end,
                format!("`{what}` throws work away"),
            )
            .help("use a worktree or a clone of its own, and leave this to a person");
    }
}

fn rewrites(command: &Command<'_>) -> Option<&'static str> {
    if command.program() != "git" {
        return None;
    }
    let subcommand = subcommand(command)?;
    let name = &*command.words[subcommand].text;
    let rest: Vec<_> = command.words[subcommand + 1..]
        .iter()
        .map(|word| &*word.text)
        .take_while(|word| *word != "--")
        .collect();
    if rest.contains(&"--help") || rest == ["-h"] {
        return None;
    }
    let has = |options: &[&str]| rest.iter().any(|word| options.contains(word));
    let is_dry = rest.iter().any(|word| {
        *word == "--dry-run"
            || (word.starts_with('-') && !word.starts_with("--") && word.contains('n'))
    });
    match name {
        "reset" if has(&["--hard"]) => Some("git reset --hard"),
        "stash" if !has(&["list", "show"]) => Some("git stash"),
        "clean" if !is_dry => Some("git clean"),
        "push" if forces(&rest) => Some("git push --force"),
        _ => None,
    }
}

fn forces(words: &[&str]) -> bool {
    words.iter().any(|word| {
        word.starts_with("--force")
            || word.starts_with('+')
            || (word.starts_with('-') && !word.starts_with("--") && word.contains('f'))
    })
}

/// Where the subcommand stands, behind git's own options.
fn subcommand(command: &Command<'_>) -> Option<usize> {
    let mut at = 1;
    while let Some(word) = command.words.get(at) {
        if matches!(&*word.text, "-C" | "-c" | "--git-dir" | "--work-tree") {
            at += 2;
        } else if word.text.starts_with('-') {
            at += 1;
        } else {
            return Some(at);
        }
    }
    None
}
