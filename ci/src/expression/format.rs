//! `format('…{0}…', value)`.

use super::value::Value;

/// Replaces `{N}` by the text of value N; `{{` and `}}` stand for single braces.
pub(super) fn format(template: &str, values: &[Value]) -> Result<String, String> {
    let invalid = || format!("The following format string is invalid: {template}");
    let mut result = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        result.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let tail = &rest[at + 1..];
        if let Some(after) = tail.strip_prefix(brace) {
            result.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err(invalid());
        }
        let (number, after) = placeholder(tail).ok_or_else(invalid)?;
        let value = number.and_then(|number| values.get(number)).ok_or_else(|| {
            format!("The following format string references more arguments than were supplied: {template}")
        })?;
        result.push_str(&value.text());
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

/// The number of a placeholder (none if it is beyond all counting) and what follows its `}`.
fn placeholder(tail: &str) -> Option<(Option<usize>, &str)> {
    let (number, after) = tail.split_once('}')?;
    let digits = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    (digits > 0 && digits == number.len()).then(|| (number.parse().ok(), after))
}
