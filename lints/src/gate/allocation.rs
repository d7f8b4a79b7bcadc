//! Whether anybody asks for memory right behind its allocation: then no rule has anything to say about it.
//!
//! Most code does, in one of a few ways; whatever looks different is left to the rule.

use std::ops::Range;

use crate::lexer::continues_identifier;

/// Longer arguments of an allocation are not read here.
const ARGUMENTS_CAP: usize = 512;

/// Whether the call of an allocator, whose name is at some bytes, may give a pointer that nobody asks for at once.
pub(super) fn may_stay_unasked(text: &str, name: Range<usize>) -> bool {
    let behind = &text[name.end..];
    if behind.bytes().next().is_some_and(continues_identifier) {
        return false;
    }
    let before = &text[..name.start];
    // The header of that name.
    if before.ends_with('<') && behind.starts_with(".h>") {
        return false;
    }
    !is_asked(before, behind, &text[name]) && !is_in_comment(before)
}

/// Whether a call is a statement of its own, and the next one asks for the pointer first of all, or it stands in the
/// condition that does.
fn is_asked(before: &str, behind: &str, name: &str) -> bool {
    let Some((arguments, rest)) = arguments(behind) else {
        return false;
    };
    let before = without_cast(before.trim_ascii_end());
    if before.ends_with("return") {
        return rest.trim_ascii_start().starts_with(';');
    }
    let Some((around, place)) = target(before) else {
        return false;
    };
    if name == "realloc" && first(arguments) == place {
        return false;
    }
    let rest = rest.trim_ascii_start();
    if let Some(next) = rest.strip_prefix(';') {
        return asks_for(next.trim_ascii_start(), place);
    }
    let next = rest.strip_prefix(')').map(str::trim_ascii_start);
    let compares = next.is_some_and(|next| next.starts_with([')', '=', '!', '|', '&']));
    compares && opens_condition(around)
}

/// The arguments in the parentheses that a text begins with, and the text behind them.
fn arguments(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_ascii_start();
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate().take(ARGUMENTS_CAP) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some((&text[1..at], &text[at + 1..])),
            b')' => depth -= 1,
            // What these hide is not looked for.
            b'"' | b'\'' | b'/' | b'#' | b'\\' => return None,
            _ => {}
        }
        if depth == 0 {
            return None;
        }
    }
    None
}

fn first(arguments: &str) -> &str {
    arguments.split(',').next().unwrap_or_default().trim_ascii()
}

/// A text without the cast at its end.
fn without_cast(text: &str) -> &str {
    let is_type = |byte: u8| continues_identifier(byte) || matches!(byte, b' ' | b'*');
    let cast = text
        .strip_suffix(')')
        .and_then(|inner| inner.rsplit_once('('));
    match cast {
        Some((before, cast)) if cast.bytes().all(is_type) => before.trim_ascii_end(),
        _ => text,
    }
}

/// The place that the assignment at the end of a text assigns to, and the text before it.
fn target(text: &str) -> Option<(&str, &str)> {
    let left = text.strip_suffix('=')?.trim_ascii_end();
    let is_of_place = |byte: &u8| continues_identifier(*byte) || matches!(byte, b'.' | b'-' | b'>');
    let length = left.bytes().rev().take_while(is_of_place).count();
    let (around, place) = left.split_at(left.len() - length);
    let begins_name = |byte: u8| continues_identifier(byte) && !byte.is_ascii_digit();
    place.bytes().next().filter(|&byte| begins_name(byte))?;
    let around = around.trim_ascii_end();
    // `*p = …` assigns to what `p` points to, `char *p = …` to `p`.
    let pointed = around.trim_end_matches(['*', ' ', '\t']);
    let declares = pointed.bytes().last().is_some_and(continues_identifier);
    (pointed.len() == around.len() || declares).then_some((around, place))
}

/// Whether a text is a condition that first of all asks whether a place is NULL.
fn asks_for(text: &str, place: &str) -> bool {
    let Some(condition) = text.strip_prefix("if").map(str::trim_ascii_start) else {
        return false;
    };
    let value = condition.trim_start_matches(['(', '!', ' ']);
    let value = ["NULL ==", "NULL !=", "0 =="]
        .iter()
        .find_map(|null| value.strip_prefix(null))
        .map_or(value, str::trim_ascii_start);
    let behind = value.strip_prefix(place).map(str::trim_ascii_start);
    condition.starts_with('(')
        && behind.is_some_and(|behind| {
            ["==", "!=", ")", "||", "&&"]
                .iter()
                .any(|operator| behind.starts_with(operator))
        })
}

/// Whether a text ends where the condition of an `if` or `while` has just begun.
fn opens_condition(text: &str) -> bool {
    let opened = text.trim_end_matches(['(', '!', ' ']);
    let parentheses = text[opened.len()..].matches('(').count();
    let is_word = |word: &str| {
        let before = opened.strip_suffix(word);
        before.is_some_and(|before| !before.bytes().last().is_some_and(continues_identifier))
    };
    parentheses >= 2 && (is_word("if") || is_word("while"))
}

/// Whether the end of a text is in a comment that begins in the same line.
fn is_in_comment(before: &str) -> bool {
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = &before[start..];
    let opened = ["//", "/*"].iter().filter_map(|open| line.find(open)).min();
    let opens = opened.is_some_and(|at| !line[at..].contains("*/") && !line.contains('"'));
    // A line within a comment of several.
    let starred = line.trim_ascii_start().strip_prefix("* ");
    opens || starred.is_some_and(|text| !text.contains(['=', ';', '"']))
}

#[cfg(test)]
mod tests {
    use super::may_stay_unasked;

    fn check(text: &str, expected: bool) {
        let at = text.find("alloc").expect("the text allocates");
        let start = text[..at].rfind(|letter: char| !letter.is_ascii_alphabetic());
        let name = start.map_or(0, |start| start + 1)..at + "alloc".len();
        assert_eq!(may_stay_unasked(text, name), expected, "{text}");
    }

    #[test]
    fn pointers_that_are_asked_for_at_once() {
        check("p = malloc(n); if (!p) return;", false);
        check(
            "char *p = (char *) malloc(f(n) * 2);\n\tif (p == NULL)\n",
            false,
        );
        check("s->p = calloc(1, n);\n  if (s->p != 0)", false);
        check("p = malloc(n); if (NULL == p || x)", false);
        check("if (!(p = malloc(n)))", false);
        check("if ((p = malloc(n)) == NULL)", false);
        check("q = realloc(p, n); if (!q)", false);
        check("return malloc(n);", false);
        check("#include <malloc.h>", false);
        check("malloc_trim(0);", false);
        check("x(); // from malloc()", false);
        check(" /* what malloc gives */", false);
        check("/*\n * Of malloc, see above.\n */", false);
    }

    #[test]
    fn pointers_that_are_left_to_the_rule() {
        check("p = malloc(n); p->x = 1;", true);
        check("p = malloc(n); if (q) p->x = 1;", true);
        check("p = malloc(n); if (p->x)", true);
        check("p = malloc(n); if (p[0])", true);
        check("*p = malloc(n); if (!p)", true);
        check("char **p; *p = malloc(n); if (!p)", true);
        check("p = realloc(p, n); if (!p)", true);
        check("p = malloc(n);\n#if A\nif (!p)", true);
        check("if (x && (p = malloc(n)))", true);
        check("if (f(p = malloc(n)))", true);
        check("if ((p = malloc(n)), p->x)", true);
        check("x = y + malloc(n);", true);
        check("#define ALLOCATE malloc\n", true);
        check("a[i] = malloc(n); if (!a[i])", true);
        check("/* a */ p = malloc(n);", true);
        check("f(\"//\"); p = malloc(n);", true);
        check("* p = malloc(n); p->x = 1;", true);
    }
}
