//! Whether anybody asks for memory right behind its allocation: then no rule has anything to say about it.
//!
//! Most code does, in one of a few ways; whatever looks different is left to the rule.

mod macros;
mod mention;

use std::ops::Range;

pub(super) use macros::Macros;
use mention::is_mention;

use crate::lexer::continues_identifier;

/// Longer arguments of an allocation are not read here.
const ARGUMENTS_CAP: usize = 512;

/// So many bytes around a call are looked at.
const AROUND_CAP: usize = 2048;

/// Whether the call of an allocator, whose name is at some bytes, may give a pointer that nobody asks for at once.
pub(super) fn may_stay_unasked(text: &str, name: Range<usize>, macros: &Macros<'_>) -> bool {
    let start = text.ceil_char_boundary(name.start.saturating_sub(AROUND_CAP));
    let end = text.floor_char_boundary(name.end.saturating_add(AROUND_CAP));
    let behind = &text[name.end..end];
    if behind.bytes().next().is_some_and(continues_identifier) {
        return false;
    }
    let before = &text[start..name.start];
    !is_mention(before, behind) && !is_asked(before, behind, &text[name], macros)
}

/// Whether a call is a statement of its own, and the next one asks for the pointer first of all, or it stands in the
/// condition that does.
fn is_asked(before: &str, behind: &str, name: &str, macros: &Macros<'_>) -> bool {
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
        return asks_for(without_comments(next), place, macros);
    }
    let Some(next) = rest.strip_prefix(')').map(str::trim_ascii_start) else {
        return false;
    };
    let compares = ["==", "!="].iter().any(|sign| next.starts_with(sign));
    let is_operand = next.starts_with([')', '|', '&', ';']);
    (compares && around.ends_with('(') && around.len() > 1)
        || (is_operand && (opens_condition(around) || around.ends_with("!(")))
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
    if pointed.len() == around.len() || pointed.bytes().last().is_some_and(continues_identifier) {
        return Some((around, place));
    }
    let starts_statement = pointed.trim_ascii_end().ends_with([';', '{', '}']);
    let is_one = around[pointed.len()..].trim_ascii() == "*";
    let place = &left[left.len() - length - 1..];
    (starts_statement && is_one && place.starts_with('*')).then_some((pointed, place))
}

/// Whether a statement first of all asks whether a place is NULL, or gives it to somebody who may.
fn asks_for(text: &str, place: &str, macros: &Macros<'_>) -> bool {
    match text.strip_prefix("if").map(str::trim_ascii_start) {
        Some(condition) if condition.starts_with('(') => {
            let condition = condition.trim_start_matches(['(', '!', ' ']);
            compares(condition, place)
                || call_of_checker(condition, macros).is_some_and(|inner| gives(inner, place))
        }
        _ => call_of_checker(text, macros).is_some_and(|inner| gives(inner, place)),
    }
}

/// Whether a text begins with a place that is compared with NULL.
fn compares(text: &str, place: &str) -> bool {
    let value = ["NULL ==", "NULL !=", "0 =="]
        .iter()
        .find_map(|null| text.strip_prefix(null))
        .map_or(text, str::trim_ascii_start);
    let behind = value.strip_prefix(place).map(str::trim_ascii_start);
    behind.is_some_and(|behind| {
        // `(*p)->x` is a use.
        let closed = behind.trim_start_matches([')', ' ']);
        let is_used = closed.len() < behind.len() && closed.starts_with(['-', '.', '[']);
        ["==", "!=", ")", "||", "&&"]
            .iter()
            .any(|operator| behind.starts_with(operator))
            && !is_used
    })
}

/// The arguments of the call that a text begins with, if the rule does not look into it: the name is one of a macro
/// of another file, or of an assertion.
fn call_of_checker<'a>(text: &'a str, macros: &Macros<'_>) -> Option<&'a str> {
    let is_word = |byte: &u8| continues_identifier(*byte);
    let (name, behind) = text.split_at(text.bytes().take_while(is_word).count());
    let is_loud = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = name.starts_with(|letter: char| letter.is_ascii_uppercase());
    let is_checker = (begins && name.bytes().all(is_loud))
        || matches!(name, "assert" | "likely" | "unlikely" | "fail_if");
    if !is_checker || macros.has(name) {
        return None;
    }
    arguments(behind).map(|(arguments, _)| arguments)
}

/// Whether one of some arguments is a place, compared or not, and the others are names and numbers.
fn gives(arguments: &str, place: &str) -> bool {
    let is_place = |argument: &str| {
        let argument = argument.trim_start_matches(['!', ' ']);
        let compared = ["==", "!="].iter().find_map(|sign| {
            let (place, null) = argument.split_once(sign)?;
            matches!(null.trim_ascii(), "NULL" | "0").then_some(place)
        });
        compared.unwrap_or(argument).trim_ascii() == place
    };
    let is_plain = |argument: &str| argument.trim_ascii().bytes().all(continues_identifier);
    let mut all = arguments.split(',');
    all.clone().any(is_place) && all.all(|argument| is_plain(argument) || is_place(argument))
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

/// A text behind the blanks and comments that it begins with.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim_ascii_start();
    loop {
        let end = match text.as_bytes() {
            [b'/', b'*', ..] => text.find("*/").map(|at| at + 2),
            [b'/', b'/', ..] => text.find('\n'),
            _ => return text,
        };
        text = text[end.unwrap_or(text.len())..].trim_ascii_start();
    }
}

#[cfg(test)]
mod tests {
    use super::{Macros, may_stay_unasked};

    fn check(text: &str, expected: bool) {
        let at = text.find("alloc").expect("the text allocates");
        let start = text[..at].rfind(|letter: char| !letter.is_ascii_alphabetic());
        let name = start.map_or(0, |start| start + 1)..at + "alloc".len();
        let macros = Macros::of(text);
        assert_eq!(may_stay_unasked(text, name, &macros), expected, "{text}");
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
    fn pointers_that_a_condition_or_an_assertion_asks_for() {
        check("f(a);\n*p = malloc(n); if (*p == NULL)", false);
        check("p = malloc(n); /* all */ // of it\nif (!p)", false);
        check("if (a || (p = malloc(n)) == NULL)", false);
        check("x = a && !(p = malloc(n));", false);
        check("p = malloc(n); assert(p);", false);
        check("s->p = malloc(n); SAFE(s->p != NULL, NULL);", false);
        check("p = malloc(n); if (MY_UNLIKELY(!p)) return;", false);
    }

    #[test]
    fn pointers_that_look_as_if_they_were_asked_for() {
        check("f(a);\n*p = malloc(n); if ((*p)->x)", true);
        check("f(a);\n\t**p = malloc(n); if (!**p)", true);
        check("p = malloc(n); if ((p)->x)", true);
        check("x = a * (p = malloc(n))->x;", true);
        check("(p = malloc(n)) = q;", true);
        check("p = malloc(n); /* no end", true);
        check("p = malloc(n); SAFE(q);", true);
        check("p = malloc(n); SAFE(p->x, p);", true);
        check("p = malloc(n); if (sizeof(p))", true);
        check("#define SET(x) x->y = 1\np = malloc(n); SET(p);", true);
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
