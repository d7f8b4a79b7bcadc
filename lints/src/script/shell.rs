//! The shell's grammar: finds commands, assignments and comments, also in strings that are run as scripts.

use tree_sitter::Node;

use super::command::unwrapped;
use super::{DEPTH_CAP, Script, Word};
use crate::grammar::{parse, walk};

/// Adds what a text runs to a script. `bounded` says that a time limit already holds for all of it.
pub(super) fn read(script: &mut Script, text: &str, shift: usize, bounded: bool, depth: usize) {
    let Some(tree) = parse(&tree_sitter_bash::LANGUAGE.into(), text) else {
        return lines(script, text, shift, bounded, depth);
    };
    walk(&tree, |node| {
        match node.kind() {
            "command" => {
                let words = words(node, text, shift);
                add(script, words, bounded, depth);
            }
            "variable_assignment" => assignment(script, node, text),
            "comment" => {
                let range = node.byte_range();
                script.comments.push(range.start + shift..range.end + shift);
            }
            "ERROR" => {
                let range = node.byte_range();
                lines(
                    script,
                    &text[range.clone()],
                    range.start + shift,
                    bounded,
                    depth,
                );
            }
            _ => {}
        }
        true
    });
}

/// Without a tree each line counts as commands of plain words.
fn lines(script: &mut Script, text: &str, shift: usize, bounded: bool, depth: usize) {
    for command in text.split(['\n', ';', '|', '&', '(', ')', '`']) {
        let at = command.as_ptr() as usize - text.as_ptr() as usize + shift;
        let words = command
            .split_ascii_whitespace()
            .map(|word| {
                let start = at + (word.as_ptr() as usize - command.as_ptr() as usize);
                Word {
                    raw: word.to_owned(),
                    text: unquoted(word),
                    range: start..start + word.len(),
                }
            })
            .collect();
        add(script, words, bounded, depth);
    }
}

fn words(command: Node<'_>, text: &str, shift: usize) -> Vec<Word> {
    let mut cursor = command.walk();
    command
        .named_children(&mut cursor)
        .filter(|child| {
            !matches!(
                child.kind(),
                "variable_assignment"
                    | "file_redirect"
                    | "herestring_redirect"
                    | "heredoc_redirect"
            )
        })
        .map(|child| {
            let range = child.byte_range();
            let raw = &text[range.clone()];
            Word {
                raw: raw.to_owned(),
                text: unquoted(raw),
                range: range.start + shift..range.end + shift,
            }
        })
        .collect()
}

fn unquoted(raw: &str) -> String {
    raw.chars()
        .filter(|letter| !matches!(letter, '"' | '\'' | '\\'))
        .collect()
}

fn add(script: &mut Script, words: Vec<Word>, bounded: bool, depth: usize) {
    for command in unwrapped(words, bounded) {
        let nested = command.nested_script();
        let bounded = command.is_bounded;
        script.commands.push(command);
        if let Some(word) = nested.filter(|_| depth < DEPTH_CAP) {
            let quote = usize::from(word.raw.starts_with(['"', '\'']));
            let inner = word.raw.trim_matches(['"', '\'']);
            read(script, inner, word.range.start + quote, bounded, depth + 1);
        }
    }
}

/// `name=$(mktemp -d)` makes the variable safe to delete, any other value unsafe.
fn assignment(script: &mut Script, node: Node<'_>, text: &str) {
    let (Some(name), value) = (
        node.child_by_field_name("name"),
        node.child_by_field_name("value"),
    ) else {
        return;
    };
    let name = text[name.byte_range()].to_owned();
    let value = value.map_or("", |value| &text[value.byte_range()]);
    let value = value.trim_matches('"').trim();
    if value.is_empty() {
        return;
    }
    let is_made = is_mktemp(value);
    script
        .made
        .entry(name)
        .and_modify(|made| *made &= is_made)
        .or_insert(is_made);
}

/// Whether a value is the output of `mktemp -d` and nothing else.
fn is_mktemp(value: &str) -> bool {
    let inner = value
        .strip_prefix("$(")
        .and_then(|rest| rest.strip_suffix(')'))
        .or_else(|| {
            value
                .strip_prefix('`')
                .and_then(|rest| rest.strip_suffix('`'))
        });
    let Some(inner) = inner else {
        return false;
    };
    let mut words = inner.split_ascii_whitespace();
    words.next() == Some("mktemp")
        && words.any(|word| {
            word == "--directory"
                || (word.starts_with('-') && !word.starts_with("--") && word.contains('d'))
        })
}
