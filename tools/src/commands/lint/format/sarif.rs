//! SARIF 2.1.0 (OASIS): findings with related places, fixes, suppressions and the pages of the rules.
//! Columns count Unicode code points here, because SARIF has no kind for bytes.

use std::cell::Cell;
use std::io;
use std::ops::Range;

use lunet_lints::finding::{Fix, Related};
use lunet_lints::rule::Rule;
use lunet_lints::source::Position;
use lunet_lints::{Finding, rules};
use serde::ser::{Serialize, SerializeSeq as _, Serializer};
use serde_json::{Value, json};

use super::Outcome;

/// Writes the outcome as one SARIF log.
pub(super) fn write(outcome: &Outcome, out: &mut dyn io::Write) -> anyhow::Result<()> {
    let notifications: Vec<_> = outcome
        .failures
        .iter()
        .map(|failure| {
            json!({
                "level": "error",
                "message": {"text": failure.to_string()},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(&failure.path)}}}],
            })
        })
        .collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": {
                "name": "lunet-lints",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules::ALL.map(rule),
            }}),
            column_kind: "unicodeCodePoints",
            invocations: json!([{
                "executionSuccessful": outcome.failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }]),
            results: Results(outcome),
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")?;
    Ok(())
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
    invocations: Value,
    results: Results<'a>,
}

/// All findings, each made when it is written.
struct Results<'a>(&'a Outcome);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut array = serializer.serialize_seq(None)?;
        for judged in &self.0.judged {
            let text = judged.text().unwrap_or_default();
            let file = File {
                uri: uri(&judged.path),
                columns: Columns::new(&text),
            };
            for finding in &judged.findings {
                array.serialize_element(&result(&file, finding))?;
            }
        }
        array.end()
    }
}

/// The file in which findings are.
struct File<'a> {
    uri: String,
    columns: Columns<'a>,
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

fn result(file: &File<'_>, finding: &Finding) -> Value {
    let message = match &*finding.help {
        "" => finding.message.to_string(),
        help => format!("{}\nhelp: {help}", finding.message),
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules::ALL.iter().position(|rule| rule.name == finding.rule),
        "level": finding.level.name(),
        "message": {"text": message},
        "locations": [{"physicalLocation": location(file, &finding.range, finding.start, finding.end)}],
    });
    if !finding.related.is_empty() {
        let places = finding.related.iter().enumerate();
        result["relatedLocations"] = places.map(|(id, place)| related(file, id, place)).collect();
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([change(file, fix)]);
    }
    if let Some(reason) = &finding.suppressed {
        result["suppressions"] = json!([{"kind": "inSource", "justification": &**reason}]);
    }
    result
}

fn related(file: &File<'_>, id: usize, related: &Related) -> Value {
    json!({
        "id": id,
        "message": {"text": &*related.message},
        "physicalLocation": location(file, &related.range, related.start, related.end),
    })
}

fn change(file: &File<'_>, fix: &Fix) -> Value {
    let replacements: Vec<_> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "deletedRegion": region(file, &edit.range, edit.start, edit.end),
                "insertedContent": {"text": &*edit.replacement},
            })
        })
        .collect();
    json!({
        "description": {"text": &*fix.description},
        "artifactChanges": [{
            "artifactLocation": {"uri": file.uri},
            "replacements": replacements,
        }],
    })
}

fn location(file: &File<'_>, range: &Range<usize>, start: Position, end: Position) -> Value {
    json!({
        "artifactLocation": {"uri": file.uri},
        "region": region(file, range, start, end),
    })
}

fn region(file: &File<'_>, range: &Range<usize>, start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": file.columns.column(range.start, start),
        "endLine": end.line,
        "endColumn": file.columns.column(range.end, end),
    })
}

/// Columns in code points. On a long line it counts on from where it was asked before.
struct Columns<'a> {
    text: &'a str,
    /// The begin of a line, an offset in it, and the column there.
    last: Cell<(usize, usize, usize)>,
}

impl<'a> Columns<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            last: Cell::new((0, 0, 1)),
        }
    }

    /// The column of a position in code points, from one.
    fn column(&self, offset: usize, position: Position) -> usize {
        let line_start = offset.saturating_sub(position.column as usize - 1);
        let (line, last, column) = self.last.get();
        let (from, before) = if line == line_start && last <= offset {
            (last, column)
        } else {
            (line_start, 1)
        };
        let between = self.text.get(from..offset).unwrap_or_default();
        let column = before + between.chars().count();
        self.last.set((line_start, offset, column));
        column
    }
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
