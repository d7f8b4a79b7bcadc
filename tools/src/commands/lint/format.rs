//! The ways to write findings: for people, for machines, for SARIF readers, for GitHub's log.

mod github;
mod human;
mod json;
mod sarif;

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

/// The findings in a format.
pub(super) fn findings(outcome: &Outcome, format: Format) -> anyhow::Result<String> {
    match format {
        Format::Human => Ok(human::text(outcome)),
        Format::Json => json::text(outcome),
        Format::Sarif => sarif::text(outcome),
        Format::Github => Ok(github::text(outcome)),
    }
}
