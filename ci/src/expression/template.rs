//! Text with `${{ expression }}` in it.

use std::fmt::Write as _;

use super::{Contexts, ErrorKind, Expression, ExpressionError, Node, Scope, Value};

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// Plain text.
    Text(&'a str),
    /// What stands between `${{` and `}}`, without surrounding blanks, and its byte offset.
    Expression(&'a str, usize),
}

/// Splits a template. `${{` without its `}}` is an error; `}}` inside a string of the expression doesn't count.
pub fn split(template: &str) -> Result<Vec<Part<'_>>, ExpressionError> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(start) = template[at..].find("${{").map(|start| at + start) {
        if start > at {
            parts.push(Part::Text(&template[at..start]));
        }
        let inner = start + 3;
        let Some(end) = closing(&template[inner..]).map(|end| inner + end) else {
            let message = "The expression is not closed. \
                An unescaped ${{ sequence was found, but the closing }} sequence was not found.";
            return Err(ExpressionError::new(ErrorKind::Parsing, message));
        };
        let raw = &template[inner..end];
        let text = raw.trim();
        if text.is_empty() {
            return Err(ExpressionError::new(
                ErrorKind::Parsing,
                "An expression was expected",
            ));
        }
        parts.push(Part::Expression(
            text,
            inner + (raw.len() - raw.trim_start().len()),
        ));
        at = end + 2;
    }
    if at < template.len() {
        parts.push(Part::Text(&template[at..]));
    }
    Ok(parts)
}

/// Whether the text has an expression in it at all.
pub fn has_expression(text: &str) -> bool {
    text.contains("${{")
}

/// Checks every expression of a template; the error comes with the byte offset of its expression.
pub fn check(
    template: &str,
    scope: &Scope<'_>,
) -> Result<Vec<Expression>, (usize, ExpressionError)> {
    if !has_expression(template) {
        return Ok(Vec::new());
    }
    let parts = split(template).map_err(|error| (template.find("${{").unwrap_or(0), error))?;
    let expressions = parts.into_iter().filter_map(|part| match part {
        Part::Expression(text, at) => Some((text, at)),
        Part::Text(_) => None,
    });
    expressions
        .map(|(text, at)| Expression::parse(text, scope).map_err(|error| (at, error)))
        .collect()
}

/// The value of a template: of its own kind where it is one expression and nothing else, else text.
pub fn evaluate(
    template: &str,
    scope: &Scope<'_>,
    contexts: &Contexts<'_>,
) -> Result<Value, ExpressionError> {
    if !has_expression(template) {
        return Ok(template.into());
    }
    let parts = split(template)?;
    if let [Part::Expression(text, _)] = parts[..] {
        return Expression::parse(text, scope)?.evaluate(contexts);
    }
    let mut result = String::new();
    for part in parts {
        match part {
            Part::Text(text) => result.push_str(text),
            Part::Expression(text, _) => {
                result.push_str(&Expression::parse(text, scope)?.evaluate(contexts)?.text());
            }
        }
    }
    Ok(result.into())
}

/// The text of a template.
pub fn interpolate(
    template: &str,
    scope: &Scope<'_>,
    contexts: &Contexts<'_>,
) -> Result<String, ExpressionError> {
    evaluate(template, scope, contexts).map(|value| value.text())
}

/// A template as one expression text: several parts become `format('…', …)`;
/// none if it is plain text (also when its one expression is a string and nothing else).
pub(super) fn as_expression(
    template: &str,
    scope: &Scope<'_>,
) -> Result<Option<String>, ExpressionError> {
    let parts = split(template)?;
    for part in &parts {
        if let Part::Expression(text, _) = part {
            Expression::parse(text, scope)?;
        }
    }
    if let [Part::Expression(text, _)] = parts[..] {
        return Ok(Some(text.to_owned()));
    }
    if !parts
        .iter()
        .any(|part| matches!(part, Part::Expression(..)))
    {
        return Ok(None);
    }
    let mut format = String::new();
    let mut arguments = String::new();
    let mut count = 0;
    for part in parts {
        match part {
            Part::Text(text) => {
                format.push_str(
                    &text
                        .replace('\'', "''")
                        .replace('{', "{{")
                        .replace('}', "}}"),
                );
            }
            Part::Expression(text, _) => {
                _ = write!(format, "{{{count}}}");
                _ = write!(arguments, ", {text}");
                count += 1;
            }
        }
    }
    Ok(Some(format!("format('{format}'{arguments})")))
}

/// The text of a template that is one string literal and nothing else.
pub(super) fn as_string_literal(template: &str) -> Option<String> {
    let parts = split(template).ok()?;
    let [Part::Expression(text, _)] = parts[..] else {
        return None;
    };
    match Expression::parse(text, &Scope::of_names(&[])).ok()?.root() {
        Some(Node::Literal(Value::String(text))) => Some(text.to_string()),
        _ => None,
    }
}

/// Where `}}` ends the expression that begins here.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut in_string = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' => in_string = !in_string,
            b'}' if !in_string && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
    }
    None
}
