//! The ways to write findings: for people, for machines, for SARIF readers, for GitHub's log.

mod human;

use std::cell::RefCell;
use std::io;

use lunet_lints::format::{github, json, sarif};

use super::files::printable;
use super::judge::{Judged, Stream};

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

/// Writes the findings in a format as they come: there may be more than fit into memory.
pub(super) fn write(
    stream: &mut Stream<'_>,
    format: Format,
    out: &mut dyn io::Write,
) -> anyhow::Result<()> {
    match format {
        Format::Human => human::write(stream, out)?,
        Format::Json => json::write(&mut stream.flat_map(Judged::into_findings), out)?,
        Format::Sarif => write_sarif(stream, out)?,
        Format::Github => github::write(&mut stream.flat_map(Judged::into_findings), out)?,
    }
    Ok(())
}

fn write_sarif(stream: &mut Stream<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let stream = RefCell::new(stream);
    let mut judged = std::iter::from_fn(|| {
        let judged = stream.borrow_mut().next()?;
        Some(sarif::Judged {
            path: judged.path,
            text: judged.text,
            findings: judged.findings,
        })
    });
    let failures = || {
        let failures = &stream.borrow().outcome.failures;
        let failures = failures.iter().map(|failure| sarif::Failure {
            path: failure.path.clone(),
            message: failure.to_string(),
        });
        failures.collect()
    };
    sarif::write(env!("CARGO_PKG_VERSION"), &mut judged, &failures, out)
}
