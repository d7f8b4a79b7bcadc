//! The functions that every expression may call.

use super::{compare, format, json, value::Value, value::fold};

/// Calls a general function (lower case); none if there is no such function.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
    Some(match (name, arguments) {
        ("contains", [search, item]) => Ok(contains(search, item).into()),
        ("startswith", [text, start]) => {
            Ok(affix(text, start, |text, start| text.starts_with(start)).into())
        }
        ("endswith", [text, end]) => Ok(affix(text, end, |text, end| text.ends_with(end)).into()),
        ("format", [template, values @ ..]) => {
            format::format(&template.text(), values).map(Value::from)
        }
        ("join", [list, separator @ ..]) => Ok(join(list, separator.first()).into()),
        ("tojson", [value]) => Ok(json::to_json(value).into()),
        ("fromjson", [text]) => json::from_json(&text.text()),
        _ => return None,
    })
}

fn contains(search: &Value, item: &Value) -> bool {
    match search {
        Value::Array(array) => array
            .items
            .iter()
            .any(|member| compare::equal(member, item)),
        Value::Object(_) => false,
        _ => item.is_primitive() && fold(&search.text()).contains(&fold(&item.text())),
    }
}

fn affix(text: &Value, part: &Value, holds: fn(&str, &str) -> bool) -> bool {
    text.is_primitive() && part.is_primitive() && holds(&fold(&text.text()), &fold(&part.text()))
}

fn join(list: &Value, separator: Option<&Value>) -> String {
    let separator = separator
        .filter(|value| value.is_primitive())
        .map_or_else(|| ",".to_owned(), Value::text);
    match list {
        Value::Array(array) => array
            .items
            .iter()
            .map(Value::text)
            .collect::<Vec<_>>()
            .join(&separator),
        Value::Object(_) => String::new(),
        primitive => primitive.text(),
    }
}
