//! The ways to write findings: for people, for machines, for SARIF readers, for GitHub's log.

mod human;

use std::io;

use lunet_lints::format::{github, json, sarif};

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
        Format::Json => json::write(&mut outcome.findings(), out)?,
        Format::Sarif => write_sarif(outcome, out)?,
        Format::Github => github::write(&mut outcome.findings(), out)?,
    }
    Ok(())
}

fn write_sarif(outcome: &Outcome, out: &mut dyn io::Write) -> io::Result<()> {
    let mut judged = outcome.judged.iter().map(|judged| sarif::Judged {
        path: &judged.path,
        text: judged.text().unwrap_or_default(),
        findings: &judged.findings,
    });
    let failures: Vec<_> = outcome
        .failures
        .iter()
        .map(|failure| sarif::Failure {
            path: &failure.path,
            message: failure.to_string(),
        })
        .collect();
    sarif::write(env!("CARGO_PKG_VERSION"), &mut judged, &failures, out)
}
