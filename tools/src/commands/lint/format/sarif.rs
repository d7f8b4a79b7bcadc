//! SARIF 2.1.0 (OASIS): findings with related places, fixes, suppressions and the pages of the rules.
//! Columns count Unicode code points here, because SARIF has no kind for bytes.

use std::ops::Range;

use lunet_lints::finding::{Fix, Related};
use lunet_lints::rule::Rule;
use lunet_lints::source::Position;
use lunet_lints::{Finding, rules};
use serde_json::{Value, json};

use super::Outcome;
use crate::commands::lint::judge::Judged;

/// The outcome as one SARIF log.
pub(super) fn text(outcome: &Outcome) -> anyhow::Result<String> {
    let results: Vec<_> = outcome
        .judged
        .iter()
        .flat_map(|judged| {
            judged
                .findings
                .iter()
                .map(|finding| result(judged, finding))
        })
        .collect();
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
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "lunet-lints",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules::ALL.map(rule),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": outcome.failures.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&log)?))
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

fn result(judged: &Judged, finding: &Finding) -> Value {
    let message = match finding.help.as_str() {
        "" => finding.message.clone(),
        help => format!("{}\nhelp: {help}", finding.message),
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules::ALL.iter().position(|rule| rule.name == finding.rule),
        "level": finding.level.name(),
        "message": {"text": message},
        "locations": [{"physicalLocation": location(judged, &finding.range, finding.start, finding.end)}],
    });
    if !finding.related.is_empty() {
        let places = finding.related.iter().enumerate();
        result["relatedLocations"] = places
            .map(|(id, place)| related(judged, id, place))
            .collect();
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([change(judged, fix)]);
    }
    if let Some(reason) = &finding.suppressed {
        result["suppressions"] = json!([{"kind": "inSource", "justification": reason}]);
    }
    result
}

fn related(judged: &Judged, id: usize, related: &Related) -> Value {
    json!({
        "id": id,
        "message": {"text": related.message},
        "physicalLocation": location(judged, &related.range, related.start, related.end),
    })
}

fn change(judged: &Judged, fix: &Fix) -> Value {
    let replacements: Vec<_> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "deletedRegion": region(&judged.text, &edit.range, edit.start, edit.end),
                "insertedContent": {"text": edit.replacement},
            })
        })
        .collect();
    json!({
        "description": {"text": fix.description},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri(&judged.path)},
            "replacements": replacements,
        }],
    })
}

fn location(judged: &Judged, range: &Range<usize>, start: Position, end: Position) -> Value {
    json!({
        "artifactLocation": {"uri": uri(&judged.path)},
        "region": region(&judged.text, range, start, end),
    })
}

fn region(text: &str, range: &Range<usize>, start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": column(text, range.start, start),
        "endLine": end.line,
        "endColumn": column(text, range.end, end),
    })
}

/// The column of a position in code points, from one.
fn column(text: &str, offset: usize, position: Position) -> usize {
    let line_start = offset.saturating_sub(position.column as usize - 1);
    text[line_start..offset].chars().count() + 1
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
