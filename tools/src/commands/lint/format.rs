//! The ways to write findings: for people, for machines, for SARIF readers, for GitHub's log.

mod github;
mod human;
mod sarif;

use std::io;

use lunet_lints::finding::write_json;

use super::judge::Outcome;

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// Annotated source.
    Human,
    /// An array of findings.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
}

/// Writes the findings in a format, one after the other: there may be more than fit into memory twice.
pub(super) fn write(
    outcome: &Outcome,
    format: Format,
    out: &mut dyn io::Write,
) -> anyhow::Result<()> {
    match format {
        Format::Human => human::write(outcome, out)?,
        Format::Json => write_json(&mut outcome.findings(), out)?,
        Format::Sarif => sarif::write(outcome, out)?,
        Format::Github => github::write(outcome, out)?,
    }
    Ok(())
}
