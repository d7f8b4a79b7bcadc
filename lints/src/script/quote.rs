//! What quotes and backslashes leave of a word. Nothing is expanded here.

use std::borrow::Cow;

/// Stands for a byte that quoting takes away, so that what is left keeps its place. No script has a use for it.
pub(crate) const FILL: u8 = 0x7f;

/// A word whose quoting is taken away.
#[derive(Debug)]
pub(super) struct Unquoted {
    /// As long as the word, with `FILL` for what is taken away.
    pub(super) text: String,
    /// A `$` of it is quoted: it stands for itself.
    pub(super) has_literal: bool,
}

/// The text of a word.
pub(super) fn plain(raw: &str) -> (Cow<'_, str>, bool) {
    if !raw.bytes().any(is_quoting) {
        return (Cow::Borrowed(raw), false);
    }
    let mut unquoted = unquoted(raw, false);
    unquoted.text.retain(|letter| letter != char::from(FILL));
    (Cow::Owned(unquoted.text), unquoted.has_literal)
}

pub(super) fn is_quoting(byte: u8) -> bool {
    matches!(byte, b'\'' | b'"' | b'\\' | FILL)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Bare,
    Single,
    Double,
    /// `$'…'`
    Escapes,
}

/// A script that stands in words, as what runs it gets it. What runs before, within the words, is no part of it.
pub(super) fn script(raw: &str) -> String {
    unquoted(raw, true).text
}

/// Takes the quoting of a word away. What commands within it quote is theirs and stays, or is blotted out with them.
fn unquoted(raw: &str, blots: bool) -> Unquoted {
    let mut bytes = raw.as_bytes().to_vec();
    let mut state = State::Bare;
    let mut has_literal = false;
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        match (state, bytes[at]) {
            (State::Single | State::Escapes, b'\'') | (State::Double, b'"') => {
                state = State::Bare;
                bytes[at] = FILL;
            }
            (State::Bare, quote @ (b'\'' | b'"')) => {
                state = if quote == b'"' {
                    State::Double
                } else if at > 0 && bytes[at - 1] == b'$' {
                    State::Escapes
                } else {
                    State::Single
                };
                if at > 0 && bytes[at - 1] == b'$' {
                    bytes[at - 1] = FILL;
                }
                bytes[at] = FILL;
            }
            (State::Single, byte) => has_literal |= byte == b'$',
            (State::Escapes, b'\\') => {
                escape(&mut bytes, at);
                at += 1;
            }
            (_, b'\\') => {
                let is_taken = state == State::Bare || next.is_some_and(escapes_in_quotes);
                if is_taken {
                    bytes[at] = FILL;
                }
                if is_taken && next == Some(b'\n') {
                    bytes[at + 1] = FILL;
                }
                has_literal |= next == Some(b'$');
                at += 1;
            }
            (_, first @ (b'$' | b'`')) if first == b'`' || next == Some(b'(') => {
                let end = behind_commands(&bytes, at);
                if blots {
                    blot(&mut bytes[at..end]);
                }
                at = end - 1;
            }
            _ => {}
        }
        at += 1;
    }
    Unquoted {
        text: String::from_utf8(bytes).expect("only whole ASCII letters are replaced"),
        has_literal,
    }
}

/// What a backslash takes its meaning from within double quotes. Source: POSIX 2.2.3.
fn escapes_in_quotes(byte: u8) -> bool {
    matches!(byte, b'$' | b'`' | b'"' | b'\\' | b'\n')
}

/// An escape of `$'…'` as what it stands for, where one byte can say it.
fn escape(bytes: &mut [u8], at: usize) {
    bytes[at] = FILL;
    if let Some(letter) = bytes.get_mut(at + 1) {
        *letter = match *letter {
            b'n' => b'\n',
            b't' => b'\t',
            other => other,
        };
    }
}

/// Behind the commands that begin at a place, or the end.
fn behind_commands(bytes: &[u8], start: usize) -> usize {
    if bytes[start] == b'`' {
        let length = memchr::memchr(b'`', &bytes[start + 1..]);
        return length.map_or(start + 1, |length| start + length + 2);
    }
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return at + 1;
        }
    }
    bytes.len()
}

/// What nobody knows is a word of the same length. Its lines stay.
fn blot(bytes: &mut [u8]) {
    for byte in bytes {
        if *byte != b'\n' {
            *byte = if byte.is_ascii() { b'x' } else { *byte };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FILL, plain, script};

    #[test]
    fn scripts_keep_their_places() {
        let check = |raw, expected: &str| {
            assert_eq!(
                script(raw).replace(char::from(FILL), "_"),
                expected,
                "{raw}"
            );
        };
        check("'a \"b\" $(c)'", "_a \"b\" $(c)_");
        check("\"a \\\"b\\\" $(c) \\$(d)\"", "_a _\"b_\" xxxx _$(d)_");
        check("'a '\\''b'\\'' c'", "_a __'_b__'_ c_");
        check("a \"b\"`c`", "a _b_xxx");
    }

    #[test]
    fn words_lose_their_quotes() {
        let check = |raw, expected: &str, literal| {
            assert_eq!(plain(raw), (expected.into(), literal), "{raw}");
        };
        check("a", "a", false);
        check("'a b'", "a b", false);
        check("'a '\\''b'", "a 'b", false);
        check("\"a \\\"b\\\" \\n\"", "a \"b\" \\n", false);
        check("$'a\\nb'", "a\nb", false);
        check("cu\\\nrl", "curl", false);
        check("\\rm", "rm", false);
        check("'$x'", "$x", true);
        check("\"$x\"", "$x", false);
        check("\"\\$x\"", "$x", true);
        check("\"$(a \"b\")\"/c", "$(a \"b\")/c", false);
        check("`a 'b'`'c'", "`a 'b'`c", false);
        check("a\\", "a", false);
        check("'a", "a", false);
        check("\"é\\é\"", "é\\é", false);
    }
}
