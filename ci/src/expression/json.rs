//! `toJSON` and `fromJSON`.

use super::value::Value;

/// JSON with two blanks of indentation. Numbers are written as in texts.
pub(super) fn to_json(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

/// The value that a JSON text stands for.
pub(super) fn from_json(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Err("Error parsing JSON when evaluating fromJson: empty input".to_owned());
    }
    let json: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| format!("Error parsing JSON when evaluating fromJson: {error}"))?;
    Ok(Value::from(&json))
}

fn write(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Boolean(_) | Value::Number(_) => text.push_str(&value.text()),
        Value::String(string) => quote(string, text),
        Value::Array(array) => {
            block(['[', ']'], array.items.iter(), depth, text, |item, text| {
                write(item, depth + 1, text);
            });
        }
        Value::Object(object) => block(
            ['{', '}'],
            object.iter(),
            depth,
            text,
            |(key, member), text| {
                quote(key, text);
                text.push_str(": ");
                write(member, depth + 1, text);
            },
        ),
    }
}

fn block<T>(
    [open, close]: [char; 2],
    items: impl Iterator<Item = T>,
    depth: usize,
    text: &mut String,
    mut write_item: impl FnMut(T, &mut String),
) {
    text.push(open);
    let mut empty = true;
    for item in items {
        text.push_str(if empty { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        write_item(item, text);
        empty = false;
    }
    if !empty {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    }
    text.push(close);
}

fn quote(string: &str, text: &mut String) {
    text.push_str(&serde_json::Value::from(string).to_string());
}
