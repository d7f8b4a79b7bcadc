//! Mappings in braces that begin and end in one line: `{ name: build, run: make }`, also within lists.

use std::ops::Range;

use super::{masked, names_shell, quoted};

/// Gives the scripts that stand in the braces of a line, which begins at `start`, to who takes them.
pub(super) fn scripts(content: &str, start: usize, take: &mut impl FnMut(usize, String)) {
    if !begins_flow(content) {
        return;
    }
    let shells: Vec<usize> = keys(content, "shell").collect();
    let mut behind = 0;
    for at in keys(content, "run") {
        // What looks like a key may stand in the script before.
        if at < behind {
            continue;
        }
        let rest = content[at..].trim_start();
        let offset = content.len() - rest.len();
        let (begin, block) = match rest.as_bytes().first() {
            None | Some(b'{' | b'[' | b'*') => continue,
            Some(&quote @ (b'"' | b'\'')) => {
                behind = offset + behind_quotes(rest, quote);
                (offset + 1, quoted(&content[offset..behind]))
            }
            Some(_) => {
                let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
                behind = offset + end;
                (offset, rest[..end].trim_end().to_owned())
            }
        };
        let around = around(content, at);
        let own = shells.get(shells.partition_point(|shell| *shell < around.start));
        let own = own.filter(|shell| around.contains(shell));
        if own.is_none_or(|shell| is_shell(content, *shell)) {
            take(start + begin, masked(&block));
        }
    }
}

/// Behind the quotes with which a text begins.
fn behind_quotes(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        let doubles = quote == b'\'' && byte == quote && bytes.get(at + 1) == Some(&quote);
        at += match byte {
            b'\\' if quote == b'"' => 2,
            _ if doubles => 2,
            _ if byte == quote => return at + 1,
            _ => 1,
        };
    }
    text.len()
}

/// Whether the first `shell` in the braces of a line is one of the family.
pub(super) fn shell(content: &str) -> Option<bool> {
    let at = keys(content, "shell").next()?;
    Some(is_shell(content, at))
}

/// Whether the value at a place is the name of a shell of the family.
fn is_shell(content: &str, at: usize) -> bool {
    let value = content[at..].trim_start();
    let end = value.find([',', '}']).unwrap_or(value.len());
    names_shell(&value[..end])
}

/// Whether a line is a mapping or a list in one line, or ends with one: `steps: [{run: make}]`.
fn begins_flow(content: &str) -> bool {
    let value = content.split_once(": ").map_or(content, |(_, value)| value);
    content.starts_with(['{', '[']) || value.trim_start().starts_with(['{', '['])
}

/// The offsets behind each such key and its colon. What stands in quotes is a value.
fn keys<'a>(content: &'a str, key: &'a str) -> impl Iterator<Item = usize> + 'a {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(&byte) = content.as_bytes().get(at) {
            let begin = at;
            at += 1;
            if matches!(byte, b'"' | b'\'') && begins_value(&content[..begin]) {
                at = begin + behind_quotes(&content[begin..], byte);
            }
            let named = without_quote(&content[begin..]);
            let behind = named
                .strip_prefix(key)
                .filter(|_| begins_key(&content[..begin]));
            if let Some(value) = behind.and_then(|behind| without_quote(behind).strip_prefix(':')) {
                at = content.len() - value.len();
                return Some(at);
            }
            while !content.is_char_boundary(at) {
                at += 1;
            }
        }
        None
    })
}

fn without_quote(text: &str) -> &str {
    text.strip_prefix(['"', '\'']).unwrap_or(text)
}

/// Whether quotes behind a text begin a key or a value.
fn begins_value(before: &str) -> bool {
    before.trim_end().ends_with(['{', '[', ',', ':'])
}

fn begins_key(before: &str) -> bool {
    before.trim_end().ends_with(['{', ','])
}

/// A step in one line has no more bytes before and behind its script.
const STEP_CAP_BYTES: usize = 512;

/// The mapping around a place of a line, up to the braces on both sides.
fn around(content: &str, at: usize) -> Range<usize> {
    let first = content.ceil_char_boundary(at.saturating_sub(STEP_CAP_BYTES));
    let last = content.floor_char_boundary((at + STEP_CAP_BYTES).min(content.len()));
    let start = content[first..at].rfind('{');
    let end = content[at..last].find('}');
    start.map_or(first, |length| first + length)..end.map_or(last, |length| at + length)
}
