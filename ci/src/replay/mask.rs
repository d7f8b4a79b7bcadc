//! Secrets in what is shown: every text that leaves the replay goes through here.
//!
//! A value is also known by the forms it takes in JSON, URLs, XML, quoted strings and Base64, as on GitHub.

use std::{cell::RefCell, rc::Rc};

/// The values that are replaced by `***`. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masks {
    values: Rc<RefCell<Vec<String>>>,
}

impl Masks {
    /// Hides a value from now on, and each of its lines.
    pub(crate) fn add(&self, value: &str) {
        let lines = value.lines().map(str::trim).filter(|line| !line.is_empty());
        for part in std::iter::once(value).chain(lines) {
            for form in forms(part) {
                self.add_form(form);
            }
        }
    }

    /// Whether a text holds a value that is to be hidden.
    pub(crate) fn touches(&self, text: &str) -> bool {
        self.values
            .borrow()
            .iter()
            .any(|value| text.contains(value.as_str()))
    }

    /// The text with every such value replaced.
    pub(crate) fn apply(&self, text: &str) -> String {
        let values = self.values.borrow();
        let mut ranges: Vec<(usize, usize)> = values
            .iter()
            .flat_map(|value| occurrences(text, value))
            .collect();
        if ranges.is_empty() {
            return text.to_owned();
        }
        ranges.sort_unstable();
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        for (start, end) in ranges {
            if start >= at {
                masked.push_str(&text[at..start]);
                masked.push_str("***");
            }
            at = at.max(end);
        }
        masked.push_str(&text[at..]);
        masked
    }

    /// All strings in a JSON value, masked.
    pub(crate) fn apply_json(&self, json: &mut serde_json::Value) {
        match json {
            serde_json::Value::String(text) if self.touches(text) => *text = self.apply(text),
            serde_json::Value::Array(items) => {
                for item in items {
                    self.apply_json(item);
                }
            }
            serde_json::Value::Object(map) => {
                if map.keys().any(|key| self.touches(key)) {
                    *map = std::mem::take(map)
                        .into_iter()
                        .map(|(key, value)| (self.apply(&key), value))
                        .collect();
                }
                map.values_mut().for_each(|value| self.apply_json(value));
            }
            _ => {}
        }
    }

    fn add_form(&self, form: String) {
        let mut values = self.values.borrow_mut();
        if !form.trim().is_empty() && !values.contains(&form) {
            values.push(form);
        }
    }
}

/// Every place of `value` in `text`, overlapping ones too.
fn occurrences<'a>(text: &'a str, value: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(value)?;
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
        Some((start, start + value.len()))
    })
}

fn forms(value: &str) -> Vec<String> {
    let json = serde_json::Value::from(value).to_string();
    let mut forms = vec![
        value.to_owned(),
        json[1..json.len() - 1].to_owned(),
        value.replace('\'', "''"),
        value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
        percent(value),
    ];
    if value.len() >= 4 {
        forms.extend((0..3).map(|shift| base64_inner(value.as_bytes(), shift)));
    }
    let quoted = value.len() > 2 && value.starts_with('"') && value.ends_with('"');
    forms.extend(quoted.then(|| value[1..value.len() - 1].to_owned()));
    forms
}

fn percent(value: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(escape).collect()
}

/// The characters of Base64 that this value alone decides when `shift` bytes stand before it.
fn base64_inner(value: &[u8], shift: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = [&vec![0; shift], value].concat();
    let first = (shift * 8).div_ceil(6);
    let count = bytes.len() * 8 / 6;
    let sextet = |index: usize| {
        let bit = |bit: usize| bytes[bit / 8] >> (7 - bit % 8) & 1;
        (0..6).fold(0, |sextet, offset| {
            sextet << 1 | usize::from(bit(index * 6 + offset))
        })
    };
    (first..count)
        .map(|index| char::from(ALPHABET[sextet(index)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Masks;

    fn check(secrets: &[&str], text: &str, expected: &str) {
        let masks = Masks::default();
        for secret in secrets {
            masks.add(secret);
        }
        assert_eq!(masks.apply(text), expected);
    }

    #[test]
    fn values_are_hidden_in_every_form() {
        check(&["abc"], "xabcx abc", "x***x ***");
        check(&["abcd", "cdef"], "abcdef", "***");
        check(&["one\ntwo"], "one and two", "*** and ***");
        check(&["a\"b"], r#"{"x":"a\"b"}"#, r#"{"x":"***"}"#);
        check(&["p@ss word"], "?q=p%40ss%20word", "?q=***");
        check(&["secret"], "c2VjcmV0", "***");
        check(&["secret"], "eHNlY3JldA==", "eH***A==");
        check(&[""], "nothing", "nothing");
        check(&["ü"], "güt", "g***t");
    }
}
