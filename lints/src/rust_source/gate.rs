//! Finds out whether a Rust source has a word with the prefix outside of comments and literals, or a
//! suppression in a comment: most that mention an internal only talk about it, and need not be parsed.

use crate::suppress::mentions_marker;

/// False only where the grammar would find neither.
pub(crate) fn may_matter(text: &str, prefix: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let skipped = match byte {
            b'/' if rest.starts_with(b"//") => {
                Some(memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
            }
            b'/' if rest.starts_with(b"/*") => block_comment(rest),
            b'"' => string(&bytes[..at], rest),
            b'\'' => Some(character(rest)),
            _ => Some(1),
        };
        let Some(skipped) = skipped else {
            // Not what it seemed to be, or never closed: the grammar decides.
            return true;
        };
        if *byte == b'/' && skipped > 1 && mentions_marker(&text[at..at + skipped]) {
            return true;
        }
        let begins_word = at == 0 || !is_word(bytes[at - 1]);
        if begins_word && rest.starts_with(prefix.as_bytes()) {
            return true;
        }
        at += skipped;
    }
    false
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// The length of a comment, which may hold others.
fn block_comment(rest: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'/', b'*', rest.get(at..)?)?;
        match rest.get(at..at + 2)? {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The length of a string that begins with the quote; what is before tells whether it is raw.
fn string(before: &[u8], rest: &[u8]) -> Option<usize> {
    let hashes = before
        .iter()
        .rev()
        .take_while(|byte| **byte == b'#')
        .count();
    let word = &before[..before.len() - hashes];
    let letters = word.iter().rev().take_while(|byte| is_word(**byte)).count();
    match &word[word.len() - letters..] {
        b"r" | b"br" | b"cr" => {
            let mut end = vec![b'"'];
            end.resize(hashes + 1, b'#');
            memchr::memmem::find(&rest[1..], &end).map(|found| found + 1 + end.len())
        }
        _ => {
            let mut at = 1;
            loop {
                at += memchr::memchr2(b'"', b'\\', rest.get(at..)?)?;
                if rest[at] == b'"' {
                    return Some(at + 1);
                }
                at += 2;
            }
        }
    }
}

/// The length of a character; of a lifetime only that of its quote.
fn character(rest: &[u8]) -> usize {
    let escaped = rest.get(1) == Some(&b'\\');
    // A character is up to four bytes, an escape up to `\u{10ffff}`, and each `_` may stand within.
    let limit = if escaped { 24 } else { 6 };
    let room = &rest[..rest.len().min(limit)];
    let from = if escaped { 3 } else { 2 };
    let close = room.iter().skip(from).position(|byte| *byte == b'\'');
    match close {
        Some(found) if escaped || is_one_character(&room[1..from + found]) => from + found + 1,
        _ => 1,
    }
}

fn is_one_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::may_matter;

    #[test]
    fn only_words_outside_of_comments_and_literals_matter() {
        for (text, expected) in [
            ("fn f() { _lunet_x() }", true),
            ("fn f() { my_lunet_x() }", false),
            ("// _lunet_x\n/* /* _lunet_x */ _lunet_x */", false),
            ("// it's\nfn f() { _lunet_x() }", true),
            ("/* open _lunet_x", true),
            (r#"let a = "_lunet_x \" _lunet_y";"#, false),
            (r##"let a = r#"_lunet_x " _lunet_y"#;"##, false),
            (r#"let a = br"\"; _lunet_x();"#, true),
            (r#"let a = b"_lunet_x"; let b = c"_lunet_x";"#, false),
            (r#"let a = "open; _lunet_x"#, true),
            ("let a = '\"'; _lunet_x(); let b = '\"';", true),
            (
                r"let a = '\''; let b = '_'; fn f<'a>(a: &'a str) { '_lunet_x: loop {} }",
                true,
            ),
            (r#"let a = ('\u{1f600}', '\\', '"', "_lunet_x");"#, false),
            ("let a = '\u{1f600}'; let b = \"_lunet_x\";", false),
            (
                "fn f<'a>(a: &'a str, b: &'a str) { g(\"_lunet_x\") }",
                false,
            ),
            ("macro_rules! m { () => { _lunet_x() } }", true),
            ("let a = 1; // lunet-lint: allow(internal-call) why", true),
            (
                "let a = \"// lunet-lint: allow(internal-call) why\";",
                false,
            ),
            ("let r#_lunet = r#_lunet_x;", true),
        ] {
            assert_eq!(may_matter(text, "_lunet_"), expected, "{text}");
        }
    }
}
