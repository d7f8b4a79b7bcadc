//! Whether the name of an allocator is no call of it: in a comment, in a string, the name of a header, a declaration.

use crate::lexer::continues_identifier;

/// The begin of a comment is looked for so many bytes back.
const COMMENT_CAP: usize = 2048;

/// In longer lines nothing is known of a name.
const LINE_CAP: usize = 512;

/// Whether a name between two texts is no call whose result is assigned.
pub(super) fn is_mention(before: &str, behind: &str) -> bool {
    let bytes = before.as_bytes();
    let from = bytes.len().saturating_sub(LINE_CAP);
    let start = match memchr::memrchr(b'\n', &bytes[from..]) {
        Some(end) => from + end + 1,
        None if from == 0 => 0,
        None => return false,
    };
    let line = &before[start..];
    // What a macro says is code elsewhere.
    let is_directive = line.trim_ascii_start().starts_with('#') || is_continued(&before[..start]);
    (!is_directive && (is_followed_by_text(behind) || is_in_string(line)))
        || names_header(line, behind)
        || is_named_by_directive(line)
        || line.ends_with('*')
        || is_in_line_comment(line)
        || is_in_comment(before)
}

/// Whether a text ends with a line that goes on in the next one.
fn is_continued(before: &str) -> bool {
    before.trim_ascii_end().ends_with('\\')
}

/// Whether what stands behind a name in its line can't stand behind that of a function that is called.
fn is_followed_by_text(behind: &str) -> bool {
    let behind = behind.trim_start_matches([' ', '\t']);
    let begins_text = |byte: u8| continues_identifier(byte) || matches!(byte, b'.' | b'"');
    behind.bytes().next().is_some_and(begins_text)
}

fn names_header(line: &str, behind: &str) -> bool {
    behind.starts_with(".h") && line.trim_ascii_start().starts_with('#')
}

/// Whether a line is a directive that only names what follows: what a macro of that name does is another question.
fn is_named_by_directive(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let (first, second, third) = (words.next(), words.next(), words.next());
    let directive = match (first, second) {
        (Some("#"), Some(directive)) if third.is_none() => directive,
        (Some(directive), None) => directive.strip_prefix('#').unwrap_or_default(),
        _ => "",
    };
    matches!(directive, "define" | "undef" | "ifdef" | "ifndef") && !line.ends_with(directive)
}

/// Whether the end of a line is in a string that begins there.
fn is_in_string(line: &str) -> bool {
    let quotes = line.bytes().filter(|&byte| byte == b'"').count();
    let is_plain = !line.contains(['\'', '\\']);
    quotes % 2 == 1
        && is_plain
        && !["//", "/*", "*/", "R\""]
            .iter()
            .any(|sign| line.contains(sign))
}

/// Whether the end of a line is in a comment that begins there.
fn is_in_line_comment(line: &str) -> bool {
    let opened = line.find("//");
    opened.is_some_and(|at| !line[..at].contains(['"', '\'', '*']))
}

/// Whether the end of a text is in a comment of one line or several.
fn is_in_comment(before: &str) -> bool {
    let bytes = before.as_bytes();
    let from = bytes.len().saturating_sub(COMMENT_CAP);
    let near = &bytes[from..];
    let delimiter = memchr::memrchr_iter(b'*', near).find_map(|at| {
        let opens = at > 0 && near[at - 1] == b'/';
        let closes = near.get(at + 1) == Some(&b'/');
        (opens || closes).then_some((from + at, opens && !closes))
    });
    let Some((at, true)) = delimiter else {
        return false;
    };
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
    let line = &bytes[start..at];
    memchr::memchr2(b'"', b'\'', line).is_none() && memchr::memmem::find(line, b"//").is_none()
}

#[cfg(test)]
mod tests {
    use super::is_mention;

    fn check(before: &str, behind: &str, expected: bool) {
        assert_eq!(is_mention(before, behind), expected, "{before}{behind}");
    }

    #[test]
    fn comments_strings_headers_and_declarations() {
        check("/**\n * p = ", "(5);\n */", true);
        check("x(); /* as ", "(5) does */", true);
        check("x(); // p = ", "(5);", true);
        check("errx(1, \"", "() failed\");", true);
        check("puts(\"no ", " failed\");", true);
        check("#include <", ".h>", true);
        check("  # undef ", "\n", true);
        check("#ifdef ", "\n", true);
        check("#define ", "(n) mine(n)\n", true);
        check("#include \"lib/", ".h\"", true);
        check("void *", "(size_t);", true);
    }

    #[test]
    fn calls_and_what_may_be_one() {
        check("p = ", "(5);", false);
        check("/* a */ p = ", "(5);", false);
        check("/* a */\n * b; */\np = ", "(5);", false);
        check("s = \"/*\"; p = ", "(5);", false);
        check("s = \"a\"; p = ", "(5);", false);
        check("c = '\"'; p = ", "(5);", false);
        check("s = \"//\"; p = ", "(5);", false);
        check("#define MY ", " x", false);
        check("#define MY(x) ", "(x)", false);
        check("# if ", "\n", false);
        check("#define MY \\\n  ", " x", false);
        check("q = ", ";", false);
        check("p = ", "\n(5);", false);
        check("p = (", ")(5);", false);
    }
}
