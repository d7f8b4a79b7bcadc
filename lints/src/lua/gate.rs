//! Finds out by search whether a Lua source could have a finding: most mention a listener and no
//! address but loopback, and need not be parsed.

use std::borrow::Cow;

use aho_corasick::AhoCorasick;

use super::literal;
use crate::address::is_public;

/// Longer strings are no address. With room for a port and blanks.
const ADDRESS_LIMIT: usize = 80;

/// The searches, made once.
#[derive(Debug)]
pub(crate) struct Gate {
    /// What has to be looked at whatever the strings are.
    always: AhoCorasick,
    listens: AhoCorasick,
}

impl Gate {
    pub(crate) fn new() -> Result<Self, aho_corasick::BuildError> {
        Ok(Self {
            always: AhoCorasick::new(["execute", "popen", "lunet-lint:"])?,
            listens: AhoCorasick::new(["listen", "bind"])?,
        })
    }

    /// True when the source may call a shell, suppress something, or listen on a public address.
    pub(crate) fn opens(&self, text: &str) -> bool {
        self.always.is_match(text) || (self.listens.is_match(text) && names_address(text))
    }
}

/// Whether a literal may be a public address, or a piece of one that is put together.
fn names_address(text: &str) -> bool {
    memchr::memchr3_iter(b'"', b'\'', b'[', text.as_bytes()).any(|start| {
        let Some((value, end)) = literal(text, start) else {
            return false;
        };
        let value = if value.contains('\\') {
            Cow::Owned(literal::literal(&text[start..end]))
        } else {
            Cow::Borrowed(value)
        };
        // `tcp://*:5555`
        let address = value
            .split_once("://")
            .map_or(&*value, |(_, address)| address);
        is_public(address) || (is_piece(&value) && may_join(&value, &text[..start], &text[end..]))
    })
}

/// The string that would begin with the quote or bracket there, and where it ends. Any quote may be
/// the first of a string, so that no comment can hide one.
fn literal(text: &str, start: usize) -> Option<(&str, usize)> {
    let bytes = &text.as_bytes()[start..];
    let (open, close) = match bytes[0] {
        b'[' => {
            let level = bytes[1..].iter().take_while(|byte| **byte == b'=').count();
            if bytes.get(1 + level) != Some(&b'[') {
                return None;
            }
            (level + 2, b']')
        }
        quote => (1, quote),
    };
    let room = &bytes[open..bytes.len().min(open + ADDRESS_LIMIT)];
    // An address in brackets has one of its own: what counts is the last in a row.
    let mut length = memchr::memchr(close, room)?;
    if close == b']' && room.first() == Some(&b'[') {
        length += 1;
    }
    let value = text.get(start + open..start + open + length)?;
    Some((value, start + open + length + 1))
}

/// Whether a string may be a part of an address. Of letters alone none is made.
fn is_piece(value: &str) -> bool {
    // A lone `:` or `.` joins what is an address without it.
    !matches!(value, "" | ":" | ".")
        && value.bytes().all(in_address)
        && !value.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn in_address(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'*' | b'[' | b']')
}

/// Whether `..` stands before or after a string, and what comes out may be more than loopback.
fn may_join(value: &str, before: &str, after: &str) -> bool {
    let stays_loopback = value.starts_with("127.");
    before.trim_end().ends_with("..") || (!stays_loopback && after.trim_start().starts_with(".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_for_whatever_may_be_a_public_address() {
        let gate = Gate::new().unwrap();
        for (text, expected) in [
            ("s.listen('tcp', '127.0.0.1', 1)", false),
            ("s.listen('tcp', '0.0.0.0', 1)", true),
            ("local a = \" 0.0.0.0 \" s.bind(a)", true),
            ("s.listen('tcp', [[0.0.0.0]], 1)", true),
            ("s.listen('tcp', [=[*]=], 1)", true),
            ("s.listen('tcp', [[[::]]], 1)", true),
            ("s.listen('tcp', '0.0' .. '.0.0', 1)", true),
            ("s.listen('tcp', '\\48.0.0.0', 1)", true),
            ("s.listen('tcp', '\\u{30}.0.0.0', 1)", true),
            ("s.listen('tcp', 'a\\0b\\255', 1)", false),
            ("s.listen('tcp', '127.0.0.1:' .. 1, 1)", false),
            ("s.listen('tcp', a .. '127.0.0.1', 1)", true),
            ("s.listen('tcp', 'ab' .. c, 1)", false),
            ("-- it isn't\ns.listen('tcp', '0.0.0.0', 1)", true),
            ("s.connect('tcp', '0.0.0.0', 1)", false),
            ("s.bind('tcp://*:5555')", true),
            ("s.bind('tcp://127.0.0.1:5555')", false),
            ("os.execute('true')", true),
            ("s.listen('unix', t['x'], \"", false),
        ] {
            assert_eq!(gate.opens(text), expected, "{text}");
        }
    }
}
