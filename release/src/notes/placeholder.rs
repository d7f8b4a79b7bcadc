//! What a template left behind: placeholders and words of work undone.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::contract;

/// What takes the place of code: neither blank nor letter, so that nothing grows together over it.
const CODE: char = '\u{fffc}';

/// Everything in the notes that must not stand there, as messages.
pub(crate) fn placeholders(text: &str, rules: &contract::Notes) -> Vec<String> {
    let prose = outside_code(text);
    let mut found: Vec<String> = names_in_capitals(text)
        .into_iter()
        .map(|name| format!("the placeholder `{name}` was never replaced"))
        .collect();
    let held = |text: &str, forbidden: &[String]| -> Vec<String> {
        let held = forbidden.iter().filter(|part| text.contains(part.as_str()));
        held.map(|part| format!("`{part}` stands in the notes"))
            .collect()
    };
    found.extend(held(text, &rules.forbidden_anywhere));
    found.extend(held(&prose, &rules.forbidden_outside_code));
    let words = rules
        .forbidden_words
        .iter()
        .filter(|word| has_word(&prose, word));
    found.extend(words.map(|word| format!("the word `{word}` stands in the notes")));
    if has_empty_braces(&prose) {
        found.push("braces with nothing between stand in the notes".to_owned());
    }
    found
}

/// The text with each code span and code block replaced by one mark.
fn outside_code(text: &str) -> String {
    let mut prose = String::with_capacity(text.len());
    let mut end = 0;
    let mut block = None;
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        let code = match event {
            Event::Start(Tag::CodeBlock(_)) => {
                block = Some(range);
                continue;
            }
            Event::End(TagEnd::CodeBlock) => block.take().unwrap_or(range),
            Event::Code(_) => range,
            _ => continue,
        };
        if code.start >= end {
            prose.push_str(&text[end..code.start]);
            prose.push(CODE);
            end = code.end;
        }
    }
    prose.push_str(&text[end..]);
    prose
}

/// Each `@NAME@` in capitals.
fn names_in_capitals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices('@') {
        let rest = &text[start + 1..];
        let shaped = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let length = rest.bytes().take_while(|byte| shaped(*byte)).count();
        let name = &rest[..length];
        if rest[length..].starts_with('@') && name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            found.push(&text[start..start + length + 2]);
        }
    }
    found
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(start, word)| {
        let before = text[..start].chars().next_back();
        let after = text[start + word.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

fn has_empty_braces(text: &str) -> bool {
    text.match_indices('{')
        .any(|(start, _)| text[start + 1..].trim_start().starts_with('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = placeholders(text, &contract::contract().notes);
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        for (message, part) in found.iter().zip(expected) {
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn placeholders_are_refused_anywhere() {
        check("# @RELEASE_TAG@\n", &["@RELEASE_TAG@"]);
        check("```\n@TAG2@\n```\n", &["@TAG2@"]);
        check("<!-- ${{ x }} -->\n`${{`\n", &["${{", "{{"]);
        check("`@A@`", &["@A@"]);
        check(
            "me@HOST.org and you@THERE.org, @Tag@, @ A @, @1@, @@\n",
            &[],
        );
    }

    #[test]
    fn work_undone_is_refused_outside_code() {
        check("TODO: more\n", &["TODO"]);
        check("a FIXME, a (TBD)\n", &["FIXME", "TBD"]);
        check("<!-- TODO -->\n", &["TODO"]);
        check("{{ name }}\n", &["{{"]);
        check("{}\n", &["braces"]);
        check("{ \t}\n", &["braces"]);
        check("TODOs todo TODO_X ATODO {a} { a }\n", &[]);
        check(
            "`TODO {}` and `{{x}}`\n\n    FIXME {{}}\n\n```TBD\nTBD {}\n```\n",
            &[],
        );
        check("> ```\n> TODO\n> ```\n\n- `{}`\n\n      TBD\n", &[]);
        check("{`x`}\n", &[]);
        check("`x`TODO\n", &["TODO"]);
        check("\\`TODO\\`\n", &["TODO"]);
    }
}
