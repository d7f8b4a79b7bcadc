//! Findings as JSON: one array of flat objects, written one after the other.

use std::io::{self, Write as _};

use serde::ser::{SerializeSeq as _, Serializer as _};

use super::buffered;
use crate::finding::{Finding, Fix};

#[derive(serde::Serialize)]
struct Item<'a> {
    rule: &'a str,
    level: &'a str,
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    message: &'a str,
    help: &'a str,
    fix: Option<FixLine<'a>>,
}

#[derive(serde::Serialize)]
struct FixLine<'a> {
    description: &'a str,
    safe: bool,
    edits: Vec<EditLine<'a>>,
}

#[derive(serde::Serialize)]
struct EditLine<'a> {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    replacement: &'a str,
}

/// Writes an array of findings and a line end.
pub fn write(
    findings: &mut dyn Iterator<Item = Finding>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    buffered(out, |out| {
        let mut serializer = serde_json::Serializer::pretty(&mut *out);
        let mut array = serializer.serialize_seq(None)?;
        for finding in findings {
            array.serialize_element(&item(&finding))?;
        }
        array.end()?;
        out.write_all(b"\n")
    })
}

fn item(finding: &Finding) -> Item<'_> {
    Item {
        rule: finding.rule,
        level: finding.level.name(),
        path: &finding.path,
        line: finding.start.line,
        column: finding.start.column,
        end_line: finding.end.line,
        end_column: finding.end.column,
        message: &finding.message,
        help: &finding.help,
        fix: finding.fix.as_deref().map(fix),
    }
}

fn fix(fix: &Fix) -> FixLine<'_> {
    FixLine {
        description: &fix.description,
        safe: fix.safe,
        edits: fix
            .edits
            .iter()
            .map(|edit| EditLine {
                line: edit.start.line,
                column: edit.start.column,
                end_line: edit.end.line,
                end_column: edit.end.column,
                replacement: &edit.replacement,
            })
            .collect(),
    }
}
