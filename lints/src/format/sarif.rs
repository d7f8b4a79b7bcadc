//! SARIF 2.1.0 (OASIS): findings with related places, fixes, suppressions and the pages of the rules.
//! Columns count Unicode code points here, because SARIF has no kind for bytes.

mod columns;
mod result;

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
pub struct Judged {
    pub path: String,
    pub text: String,
    pub findings: List,
}

/// What could not be judged, and why.
#[derive(Debug)]
pub struct Failure {
    pub path: String,
    pub message: String,
}

/// Writes texts with their findings as one log. Each text is asked for when its findings are written, and the failures
/// behind the last one.
pub fn write(
    version: &str,
    judged: &mut dyn Iterator<Item = Judged>,
    failures: &dyn Fn() -> Vec<Failure>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
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
            results: Results(RefCell::new(judged)),
            invocations: [Invocation(failures)],
        }],
    };
    buffered(out, |out| {
        serde_json::to_writer_pretty(&mut *out, &log)?;
        out.write_all(b"\n")
    })
}

#[derive(serde::Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    column_kind: &'a str,
    results: Results<'a>,
    /// Behind the results: what could not be judged is known when all else is.
    invocations: [Invocation<'a>; 1],
}

/// All findings, each made when it is written.
struct Results<'a>(RefCell<&'a mut dyn Iterator<Item = Judged>>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut array = serializer.serialize_seq(None)?;
        for judged in &mut **self.0.borrow_mut() {
            let uri = uri(&judged.path);
            let columns = Columns::new(&judged.text);
            let file = result::File {
                uri: &uri,
                columns: &columns,
            };
            for finding in &judged.findings {
                array.serialize_element(&result::of(file, &finding))?;
            }
        }
        array.end()
    }
}

/// The run itself.
struct Invocation<'a>(&'a dyn Fn() -> Vec<Failure>);

impl Serialize for Invocation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let notifications: Vec<_> = (self.0)().iter().map(notification).collect();
        let invocation = json!({
            "executionSuccessful": notifications.is_empty(),
            "toolExecutionNotifications": notifications,
        });
        invocation.serialize(serializer)
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

fn notification(failure: &Failure) -> Value {
    json!({
        "level": "error",
        "message": {"text": failure.message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(&failure.path)}}}],
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
