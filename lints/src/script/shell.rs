//! The shell's grammar: finds commands, assignments and comments, also in strings that are run as scripts.

use std::borrow::Cow;

use tree_sitter::Node;

use super::command::unwrapped;
use super::{DEPTH_CAP, Made, Script, Word};
use crate::grammar::{Part, each_part};

/// Where a text stands: how deep in other scripts, and under what.
#[derive(Clone, Copy, Default)]
pub(super) struct Context {
    /// The offset of the text in its file.
    pub(super) shift: usize,
    /// A time limit holds for all of it.
    pub(super) is_bounded: bool,
    /// It runs later than what stands behind it: `trap`.
    pub(super) is_deferred: bool,
    pub(super) depth: usize,
}

/// Adds what a text runs to a script.
pub(super) fn read(script: &mut Script, text: &str, context: Context) {
    let text = &without_backslashes(text);
    let mut behind = 0;
    let is_parsed = each_part(&tree_sitter_bash::LANGUAGE.into(), text, |part| {
        behind = part.shift + part.text.len();
        read_part(script, &part, context);
    });
    if !is_parsed {
        let rest = Context {
            shift: context.shift + behind,
            ..context
        };
        lines(script, &text[behind..], rest);
    }
}

fn read_part(script: &mut Script, part: &Part<'_>, context: Context) {
    let text = part.text;
    let shift = context.shift + part.shift;
    // Where the function ends that is read: what it runs is run later.
    let mut function_end = 0;
    part.walk(|node| {
        let context = Context {
            shift,
            is_deferred: context.is_deferred || node.start_byte() < function_end,
            ..context
        };
        let range = node.byte_range();
        match node.kind() {
            "command" => add(script, words(node, text, shift), context),
            "function_definition" => {
                function_end = function_end.max(range.end);
                if let Some(name) = node.child_by_field_name("name") {
                    script.functions.insert(text[name.byte_range()].to_owned());
                }
            }
            "variable_assignment" => assignment(script, node, text, shift),
            "for_statement" => loop_variable(script, node, text, shift),
            "comment" => script.comments.push(range.start + shift..range.end + shift),
            "ERROR" => {
                let within = Context {
                    shift: range.start + shift,
                    ..context
                };
                lines(script, &text[range], within);
            }
            _ => {}
        }
        true
    });
}

/// `\\rm` runs `rm` past an alias: without the backslash, which the grammar takes for something else.
fn without_backslashes(text: &str) -> Cow<'_, str> {
    let is_bypass = |at: &usize| {
        let before = text[..*at].trim_end_matches([' ', '\t']);
        let begins = before.is_empty() || before.ends_with(['\n', ';', '|', '&', '(', '`', '{']);
        let behind = text.as_bytes().get(at + 1);
        begins && !before.ends_with("\\\n") && behind.is_some_and(u8::is_ascii_alphabetic)
    };
    let places: Vec<usize> = memchr::memchr_iter(b'\\', text.as_bytes())
        .filter(is_bypass)
        .collect();
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut result = text.as_bytes().to_vec();
    for at in places {
        result[at] = b' ';
    }
    // A backslash is one byte, and so is a blank.
    String::from_utf8(result).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Without a tree each line counts as commands of plain words.
fn lines(script: &mut Script, text: &str, context: Context) {
    for command in text.split(['\n', ';', '|', '&', '(', ')', '`']) {
        let at = command.as_ptr() as usize - text.as_ptr() as usize + context.shift;
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
        add(script, words, context);
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
            let raw = beginning(&text[range.clone()], child);
            Word {
                raw: raw.to_owned(),
                text: unquoted(raw),
                range: range.start + shift..range.end + shift,
            }
        })
        .collect()
}

/// Longer words are not kept whole if there are commands in them, which are read by themselves.
const WORD_CAP_BYTES: usize = 1024;

fn beginning<'a>(raw: &'a str, word: Node<'_>) -> &'a str {
    let holds_commands = raw.len() > WORD_CAP_BYTES && word.named_child_count() > 0;
    if holds_commands {
        &raw[..raw.floor_char_boundary(WORD_CAP_BYTES)]
    } else {
        raw
    }
}

fn unquoted(raw: &str) -> String {
    raw.chars()
        .filter(|letter| !matches!(letter, '"' | '\'' | '\\'))
        .collect()
}

fn add(script: &mut Script, words: Vec<Word>, context: Context) {
    for mut command in unwrapped(words, context.is_bounded) {
        command.is_deferred = context.is_deferred;
        let nested = command.nested_script();
        let (is_bounded, is_trap) = (command.is_bounded, command.program() == "trap");
        script.commands.push(command);
        if let Some(word) = nested.filter(|_| context.depth < DEPTH_CAP) {
            let quote = usize::from(word.raw.starts_with(['"', '\'']));
            let inner = word.raw.trim_matches(['"', '\'']);
            let within = Context {
                shift: word.range.start + quote,
                is_bounded,
                is_deferred: context.is_deferred || is_trap,
                depth: context.depth + 1,
            };
            read(script, inner, within);
        }
    }
}

/// `name=$(mktemp -d)` makes the variable safe to delete, any other value unsafe.
fn assignment(script: &mut Script, node: Node<'_>, text: &str, shift: usize) {
    let (Some(name), value) = (
        node.child_by_field_name("name"),
        node.child_by_field_name("value"),
    ) else {
        return;
    };
    let value = value.map_or("", |value| &text[value.byte_range()]);
    let value = unquoted(value);
    if !value.trim().is_empty() {
        let place = node.start_byte() + shift;
        let is_made = script.is_made(value.trim(), |_| true);
        hold(script, &text[name.byte_range()], is_made, place);
    }
}

/// `for name in "$made"/*` goes over what lies below a directory of the script.
fn loop_variable(script: &mut Script, node: Node<'_>, text: &str, shift: usize) {
    let Some(name) = node.child_by_field_name("variable") else {
        return;
    };
    let mut cursor = node.walk();
    let values: Vec<_> = node.children_by_field_name("value", &mut cursor).collect();
    let is_made = !values.is_empty()
        && values
            .iter()
            .all(|value| script.is_made(&unquoted(&text[value.byte_range()]), |_| true));
    let place = node.start_byte() + shift;
    hold(script, &text[name.byte_range()], is_made, place);
}

/// Notes what a variable holds from a place on.
fn hold(script: &mut Script, name: &str, is_made: bool, place: usize) {
    let made = script.made.entry(name.to_owned()).or_insert(Made {
        always: true,
        since: place,
    });
    made.always &= is_made;
    made.since = made.since.min(place);
}

/// Whether a value is the output of `mktemp -d`, perhaps with a path below it.
pub(super) fn is_mktemp(value: &str) -> bool {
    let inner = value
        .strip_prefix("$(")
        .and_then(|rest| rest.split_once(')'))
        .or_else(|| {
            value
                .strip_prefix('`')
                .and_then(|rest| rest.split_once('`'))
        });
    let Some((inner, behind)) = inner else {
        return false;
    };
    let mut words = inner.split_ascii_whitespace();
    let makes = words.next() == Some("mktemp")
        && words.any(|word| {
            word == "--directory"
                || (word.starts_with('-') && !word.starts_with("--") && word.contains('d'))
        });
    makes && (behind.is_empty() || behind.starts_with('/')) && !behind.contains("..")
}
