//! SARIF 2.1.0 (OASIS): findings with related places, fixes, suppressions and the pages of the rules.
//! Columns count Unicode code points here, because SARIF has no kind for bytes.

mod columns;
mod result;

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, Write as _};

use serde::ser::{Serialize, SerializeSeq as _, Serializer};
use serde_json::{Value, json};

use super::buffered;
use crate::finding::List;
use crate::rule::Rule;
use crate::rules;
use columns::Columns;

/// A text with its findings.
#[derive(Debug)]
pub struct Judged<'a> {
    pub path: &'a str,
    pub text: Cow<'a, str>,
    pub findings: &'a List,
}

/// What could not be judged, and why.
#[derive(Debug)]
pub struct Failure<'a> {
    pub path: &'a str,
    pub message: String,
}

/// Writes texts with their findings as one log. Each text is asked for when its findings are written.
pub fn write(
    version: &str,
    judged: &mut dyn Iterator<Item = Judged<'_>>,
    failures: &[Failure<'_>],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let notifications: Vec<_> = failures.iter().map(notification).collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": {
                "name": "lunet-lints",
                "semanticVersion": version,
                "rules": rules::ALL.map(rule),
            }}),
            column_kind: "unicodeCodePoints",
            invocations: json!([{
                "executionSuccessful": failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }]),
            results: Results(RefCell::new(judged)),
        }],
    };
    buffered(out, |out| {
        serde_json::to_writer_pretty(&mut *out, &log)?;
        out.write_all(b"\n")
    })
}

#[derive(serde::Serialize)]
struct Log<'a, 'j> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a, 'j>; 1],
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a, 'j> {
    tool: Value,
    column_kind: &'a str,
    invocations: Value,
    results: Results<'a, 'j>,
}

/// All findings, each made when it is written.
struct Results<'a, 'j>(RefCell<&'a mut dyn Iterator<Item = Judged<'j>>>);

impl Serialize for Results<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut array = serializer.serialize_seq(None)?;
        for judged in &mut **self.0.borrow_mut() {
            let uri = uri(judged.path);
            let columns = Columns::new(&judged.text);
            let file = result::File {
                uri: &uri,
                columns: &columns,
            };
            for finding in judged.findings {
                array.serialize_element(&result::of(file, &finding))?;
            }
        }
        array.end()
    }
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.name,
        "shortDescription": {"text": rule.summary()},
        "fullDescription": {"text": rule.page.what},
        "help": {"text": rule.page.fix, "markdown": rule.markdown()},
        "defaultConfiguration": {"level": rule.level.name()},
    })
}

fn notification(failure: &Failure<'_>) -> Value {
    json!({
        "level": "error",
        "message": {"text": failure.message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(failure.path)}}}],
    })
}

const HEX: [&str; 16] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A", "B", "C", "D", "E", "F",
];

/// A path as a URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.extend([
                "%",
                HEX[usize::from(byte >> 4)],
                HEX[usize::from(byte & 15)],
            ]),
        }
    }
    if uri.starts_with('/') {
        format!("file://{uri}")
    } else {
        uri
    }
}
