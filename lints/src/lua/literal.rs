//! What literals of Lua say.

use crate::script::FILL;

/// What a literal says: `"…"`, `'…'`, `[[…]]` and `[==[…]==]`. Source: Lua 5.1 manual, section 2.1.
pub(super) fn literal(raw: &str) -> String {
    let Some(inner) = raw.strip_prefix(['"', '\'']) else {
        let start = raw
            .get(1..)
            .and_then(|rest| rest.find('['))
            .map_or(0, |at| at + 2);
        let end = raw.len().saturating_sub(start).max(start);
        return raw.get(start..end).unwrap_or_default().to_owned();
    };
    // One that never ends has no closing quote.
    let inner = inner.strip_suffix(['"', '\'']).unwrap_or(inner);
    let mut value = String::new();
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let (letter, length) = escaped(&rest[at + 1..]);
        value.extend(letter);
        rest = &rest[at + 1 + length..];
    }
    value + rest
}

/// What an escape sequence behind its backslash stands for, and its length.
fn escaped(rest: &str) -> (Option<char>, usize) {
    let digits = rest.bytes().take(3).take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return (rest[..digits].parse::<u8>().ok().map(char::from), digits);
    }
    if let Some(hex) = rest.strip_prefix('x').and_then(|rest| rest.get(..2)) {
        return (u8::from_str_radix(hex, 16).ok().map(char::from), 3);
    }
    if let Some((code, _)) = rest
        .strip_prefix("u{")
        .and_then(|rest| rest.split_once('}'))
    {
        let letter = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        return (letter, "u{}".len() + code.len());
    }
    if let Some(behind) = rest.strip_prefix('z') {
        return (None, 1 + behind.len() - behind.trim_start().len());
    }
    match rest.chars().next() {
        Some('n') => (Some('\n'), 1),
        Some('t') => (Some('\t'), 1),
        Some('r') => (Some('\r'), 1),
        Some(letter) => (Some(letter), letter.len_utf8()),
        None => (None, 0),
    }
}

/// A literal with `FILL` for what is no part of its value, so that all of it keeps its place.
pub(super) fn blotted(raw: &str) -> Vec<u8> {
    let mut bytes = raw.as_bytes().to_vec();
    let value = if raw.starts_with(['"', '\'']) {
        let has_end = raw.len() > 1 && raw.ends_with(['"', '\'']);
        1..raw.len() - usize::from(has_end)
    } else {
        let level = raw[1..].find('[').map_or(0, |at| at + 2);
        level..raw.len().saturating_sub(level).max(level)
    };
    bytes[..value.start].fill(FILL);
    bytes[value.end.min(raw.len())..].fill(FILL);
    if !raw.starts_with('[') {
        let mut at = value.start;
        while let Some(place) = raw.get(at..value.end).and_then(|rest| rest.find('\\')) {
            at += place;
            let (letter, length) = escaped(&raw[at + 1..]);
            let end = (at + 1 + length).min(value.end);
            bytes[at..end].fill(FILL);
            if let Some(letter) = letter.filter(char::is_ascii) {
                bytes[end - 1] = letter as u8;
            }
            at = end;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{blotted, literal};

    #[test]
    fn literals_say_what_they_are() {
        let check = |raw, expected: &str| assert_eq!(literal(raw), expected, "{raw}");
        check("'a'", "a");
        check("\"\\48.\\x30\"", "0.0");
        check("'\\u{30}.\\u{0030}'", "0.0");
        check("\"a\\z  b\\n\"", "ab\n");
        check("[[a]]", "a");
        check("[==[[::]]==]", "[::]");
        check("\"", "");
        check("[[", "");
    }

    #[test]
    fn what_never_ends_says_all_of_it() {
        for (raw, value) in [("\"a\u{feff}", "a\u{feff}"), ("'ä", "ä"), ("'a\\", "a")] {
            assert_eq!(literal(raw), value, "{raw}");
            assert_eq!(blotted(raw).len(), raw.len());
            assert!(std::str::from_utf8(&blotted(raw)).is_ok(), "{raw}");
        }
    }
}
