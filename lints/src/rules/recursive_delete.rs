//! `recursive-delete`: a script deletes a directory that it did not make.

use std::ops::Range;

use crate::finding::{Findings, Fix, Level};
use crate::piece::Piece;
use crate::rule::{Page, Rule, Run};
use crate::script::{Command, Script};

pub(crate) const RULE: Rule = Rule {
    name: "recursive-delete",
    level: Level::Error,
    run: Run::Pieces(run),
    page: Page {
        what: "It fires on `rm -r` and `rm -rf` of anything but a directory that the same script made with `mktemp -d`.",
        why: "What is deleted is gone, and a variable that is empty for once makes it the wrong thing. A directory that was moved away can be looked at and moved back.",
        bad: "rm -rf build #~ recursive-delete\n",
        good: "mv build \".tmp/build.$(date -u +%Y%m%d_%H%M%S)\"\nwork=$(mktemp -d)\ntrap 'rm -rf \"$work\"' EXIT\n",
        example_path: "example.sh",
        fix: "Move it out of the way: `mv DIR .tmp/DIR.YYYYMMDD_HHMMSS`.",
    },
};

fn run(piece: &Piece<'_>, findings: &mut Findings<'_>) {
    if let Piece::Command(script, command) = piece
        && deletes(command)
        && !deletes_own(script, command)
    {
        report(command, findings);
    }
}

fn deletes(command: &Command<'_>) -> bool {
    command.program() == "rm"
        && (command.has_flag('r')
            || command.has_flag('R')
            || command.has_beginning("--recursive", "--r".len()))
}

/// Whether all that is deleted was made by the script.
fn deletes_own(script: &Script, command: &Command<'_>) -> bool {
    let mut targets = command.operands().peekable();
    targets.peek().is_some() && targets.all(|word| script.is_own_directory(command, word))
}

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether a command is spelled out where it is found, and not only named there.
fn spells(text: &str, range: Range<usize>, name: &str) -> bool {
    let found = &text[range];
    found.contains("rm") && found.contains(name)
}

fn report(command: &Command<'_>, findings: &mut Findings<'_>) {
    let text = findings.text();
    let first = &command.words[0];
    let last = &command.words[command.words.len() - 1];
    let range = first.range().start..last.range().end;
    let names: Vec<_> = command.operands().map(|word| &*word.text).collect();
    let fix = match names[..] {
        [name] if is_plain(name) && spells(text, range.clone(), name) => {
            // Without quotes, since it may stand within some.
            let moved = format!("mv {name} .tmp/{name}.$(date -u +%Y%m%d_%H%M%S)");
            Some(Fix {
                description: format!("move `{name}` to .tmp").into(),
                edits: vec![findings.edit(range.clone(), moved)],
                safe: false,
            })
        }
        _ => None,
    };
    findings
        .add(
            &RULE,
            range,
            "a directory is deleted that this script did not make with `mktemp -d`",
        )
        .help("move it away instead: `mv DIR .tmp/DIR.YYYYMMDD_HHMMSS`")
        .fix(fix);
}
