//! Workflow commands that GitHub shows as annotations.
//! Syntax: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::io;

use lunet_lints::Finding;

use super::Outcome;

/// Writes one `::error` or `::warning` a finding.
pub(super) fn write(outcome: &Outcome, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in outcome.findings() {
        out.write_all(line(finding).as_bytes())?;
    }
    Ok(())
}

fn line(finding: &Finding) -> String {
    let message = match &*finding.help {
        "" => finding.message.to_string(),
        help => format!("{}\nhelp: {help}", finding.message),
    };
    format!(
        "::{level} file={file},line={line},col={column},endLine={end_line},endColumn={end_column},title={title}::{message}\n",
        level = finding.level.name(),
        file = property(&finding.path),
        line = finding.start.line,
        column = finding.start.column,
        end_line = finding.end.line,
        end_column = finding.end.column,
        title = property(finding.rule),
        message = data(&message),
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
