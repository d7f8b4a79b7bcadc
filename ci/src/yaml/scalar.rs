//! Plain scalars to values: YAML's core schema.

use crate::expression::Value;

/// The value of a scalar without quotes.
pub(super) fn value(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Boolean(true),
        "false" | "False" | "FALSE" => Value::Boolean(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Number(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Number(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Value::Number(f64::NAN),
        _ => number(text).map_or_else(|| text.into(), Value::Number),
    }
}

fn number(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let starts = digits
        .strip_prefix('.')
        .unwrap_or(digits)
        .starts_with(|c: char| c.is_ascii_digit());
    let plain = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if starts && plain {
        text.parse().ok()
    } else {
        None
    }
}

fn radix(digits: &str, radix: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0.0, |number, digit| {
        Some(number * f64::from(radix) + f64::from(digit.to_digit(radix)?))
    })
}

#[cfg(test)]
mod tests {
    use super::value;

    fn check(text: &str, kind: &str, expected: &str) {
        let value = value(text);
        assert_eq!(
            (value.kind(), value.text().as_str()),
            (kind, expected),
            "{text}"
        );
    }

    #[test]
    fn plain_scalars_have_a_type() {
        check("", "Null", "");
        check("~", "Null", "");
        check("True", "Boolean", "true");
        check("yes", "String", "yes");
        check("3.10", "Number", "3.1");
        check("1e3", "Number", "1000");
        check("010", "Number", "10");
        check("0x1F", "Number", "31");
        check("0o17", "Number", "15");
        check("-.inf", "Number", "-Infinity");
        check("1.2.3", "String", "1.2.3");
        check("2026-01-01", "String", "2026-01-01");
        check("e5", "String", "e5");
        check("-", "String", "-");
    }
}
