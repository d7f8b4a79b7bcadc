//! Workflow commands that GitHub shows as annotations.
//! Syntax: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::borrow::Cow;
use std::io::{self, Write as _};

use super::buffered;
use crate::finding::Finding;

/// Writes one `::error` or `::warning` a finding.
pub fn write(
    findings: &mut dyn Iterator<Item = Finding>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    buffered(out, |out| {
        for finding in findings {
            write!(
                out,
                "::{level} file={file},line={line},col={column},endLine={end_line},endColumn={end_column},title={title}::{message}",
                level = finding.level.name(),
                file = property(&finding.path),
                line = finding.start.line,
                column = finding.start.column,
                end_line = finding.end.line,
                end_column = finding.end.column,
                title = property(finding.rule),
                message = data(&finding.message),
            )?;
            if !finding.help.is_empty() {
                write!(out, "%0Ahelp: {}", data(&finding.help))?;
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    })
}

fn data(text: &str) -> Cow<'_, str> {
    escaped(text, &['%', '\r', '\n'])
}

fn property(text: &str) -> Cow<'_, str> {
    escaped(text, &['%', '\r', '\n', ':', ','])
}

fn escaped<'t>(text: &'t str, special: &[char]) -> Cow<'t, str> {
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if special.contains(&letter) {
            _ = std::fmt::Write::write_fmt(&mut result, format_args!("%{:02X}", u32::from(letter)));
        } else {
            result.push(letter);
        }
    }
    Cow::Owned(result)
}
