//! `==`, `<`, `>`: loose, and without regard to case.

use std::{cmp::Ordering, sync::Arc};

use super::value::{Value, fold};

/// Whether `left == right`.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => Arc::ptr_eq(left, right),
        (Value::Object(left), Value::Object(right)) => Arc::ptr_eq(left, right),
        (Value::Null, Value::Null) => true,
        _ => order(left, right) == Some(Ordering::Equal),
    }
}

/// How primitive values compare; none where neither is greater and they are not equal (NaN, arrays, objects, nulls).
pub(crate) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(text_order(left, right)),
        (Value::Null, Value::Null) => None,
        _ if left.is_primitive() && right.is_primitive() => {
            left.number().partial_cmp(&right.number())
        }
        _ => None,
    }
}

/// By UTF-16 code units of the folded text.
fn text_order(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        let upper = |text: &str| {
            text.bytes()
                .map(|byte| byte.to_ascii_uppercase())
                .collect::<Vec<_>>()
        };
        return upper(left).cmp(&upper(right));
    }
    fold(left).encode_utf16().cmp(fold(right).encode_utf16())
}
