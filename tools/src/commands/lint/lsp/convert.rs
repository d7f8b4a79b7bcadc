//! Findings as the protocol wants them: positions in the client's encoding, diagnostics, edits.

use std::ops::Range;
use std::path::PathBuf;

use lunet_lints::{Finding, Level};
use serde_json::{Value, json};

/// How the client counts the characters of a line.
#[derive(Clone, Copy)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// The file that a URI names. Other schemes than `file` are documents without a place.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = match rest.find('/') {
        Some(start) => &rest[start..],
        None => return None,
    };
    let mut bytes = Vec::new();
    let mut at = 0;
    let raw = rest.as_bytes();
    while at < raw.len() {
        let hex = raw.get(at + 1..at + 3).filter(|_| raw[at] == b'%');
        let decoded = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(decoded.unwrap_or(raw[at]));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    let text = String::from_utf8(bytes).ok()?;
    let is_drive = text.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if cfg!(windows) && is_drive {
        &text[1..]
    } else {
        text.as_str()
    }))
}

fn position(text: &str, offset: usize, encoding: Encoding) -> Value {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    json!({
        "line": before[..line_start].matches('\n').count(),
        "character": encoding.length(&before[line_start..]),
    })
}

fn range(text: &str, range: &Range<usize>, encoding: Encoding) -> Value {
    json!({
        "start": position(text, range.start, encoding),
        "end": position(text, range.end, encoding),
    })
}

/// The byte offset of a position; the end of its line if the line is shorter.
pub(super) fn offset(text: &str, position: &Value, encoding: Encoding) -> usize {
    let number = |key: &str| {
        position[key]
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(0)
    };
    let mut start = 0;
    for _ in 0..number("line") {
        match text[start..].find('\n') {
            Some(length) => start += length + 1,
            None => return text.len(),
        }
    }
    let line = text[start..].split('\n').next().unwrap_or_default();
    let wanted = number("character");
    let inside = line
        .char_indices()
        .map(|(at, _)| at)
        .find(|&at| encoding.length(&line[..at]) >= wanted);
    start + inside.unwrap_or(line.len())
}

/// A finding as a diagnostic.
pub(super) fn diagnostic(uri: &str, text: &str, finding: &Finding, encoding: Encoding) -> Value {
    let severity = match finding.level {
        Level::Error => 1,
        Level::Warning => 2,
    };
    let message = match &*finding.help {
        "" => finding.message.to_string(),
        help => format!("{}\nhelp: {help}", finding.message),
    };
    let related: Vec<_> = finding
        .related
        .iter()
        .map(|place| {
            json!({
                "location": {"uri": uri, "range": range(text, &place.range, encoding)},
                "message": &*place.message,
            })
        })
        .collect();
    json!({
        "range": range(text, &finding.range, encoding),
        "severity": severity,
        "code": finding.rule,
        "source": "lunet-lints",
        "message": message,
        "relatedInformation": related,
    })
}

/// The fix of a finding as a quick fix.
pub(super) fn action(
    uri: &str,
    text: &str,
    finding: &Finding,
    encoding: Encoding,
) -> Option<Value> {
    let fix = finding.fix.as_ref()?;
    let edits: Vec<_> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "range": range(text, &edit.range, encoding),
                "newText": &*edit.replacement,
            })
        })
        .collect();
    Some(json!({
        "title": &*fix.description,
        "kind": "quickfix",
        "diagnostics": [diagnostic(uri, text, finding, encoding)],
        "isPreferred": fix.safe,
        "edit": {"changes": {uri: edits}},
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Encoding, offset, path, position};

    #[test]
    fn positions_count_as_the_client_does() {
        let text = "a\n\u{1f600}x\n";
        let place = |encoding| position(text, 6, encoding);
        assert_eq!(place(Encoding::Utf8), json!({"line": 1, "character": 4}));
        assert_eq!(place(Encoding::Utf16), json!({"line": 1, "character": 2}));
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            assert_eq!(offset(text, &place(encoding), encoding), 6);
        }
        assert_eq!(
            offset(text, &json!({"line": 9, "character": 9}), Encoding::Utf8),
            text.len()
        );
    }

    #[test]
    fn uris_are_decoded() {
        assert_eq!(path("file:///a%20b/c.c"), Some("/a b/c.c".into()));
        assert_eq!(path("file://host/c.c"), Some("/c.c".into()));
        assert_eq!(path("untitled:1"), None);
    }
}
