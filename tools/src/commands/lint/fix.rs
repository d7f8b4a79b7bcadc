//! `--fix` and `--fix --diff`: safe fixes written to the files, or shown as a diff.

use std::borrow::Cow;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use similar::TextDiff;

use super::configuration::Configuration;
use super::judge::{self, Judged, Outcome};
use super::{LintArgs, finish};
use crate::{exit, render};

/// Rounds of fixing: a fix may bring out another finding, never more than a few.
const ROUNDS: usize = 4;

/// Shows what would change, or changes it and judges again.
pub(super) fn run(args: &LintArgs, configuration: &Configuration) -> anyhow::Result<ExitCode> {
    if args.diff {
        let outcome = judge::files(configuration, &args.paths);
        return diff(&outcome);
    }
    let mut applied = 0;
    let mut outcome = judge::files(configuration, &args.paths);
    for _ in 0..ROUNDS {
        let count = write(&outcome)?;
        if count == 0 {
            break;
        }
        applied += count;
        outcome = judge::files(configuration, &args.paths);
    }
    render::note(&format!("applied {applied} fixes"));
    finish(args, configuration, &outcome)
}

fn diff(outcome: &Outcome) -> anyhow::Result<ExitCode> {
    let mut changed = false;
    for judged in &outcome.judged {
        let text = unchanged(judged)?;
        let (fixed, count) = lunet_lints::fix::apply(&text, &judged.findings);
        if count > 0 {
            changed = true;
            let diff = TextDiff::from_lines(&*text, fixed.as_str());
            let mut unified = diff.unified_diff();
            let old = format!("a/{}", judged.path);
            let new = format!("b/{}", judged.path);
            render::out(&unified.context_radius(3).header(&old, &new).to_string());
        }
    }
    for failure in &outcome.failures {
        render::note(&format!("error: {failure}"));
    }
    Ok(if !outcome.failures.is_empty() {
        exit::could_not_run()
    } else if changed {
        exit::bad()
    } else {
        exit::well()
    })
}

/// The text that was judged; nobody may have changed it since.
fn unchanged(judged: &Judged) -> anyhow::Result<Cow<'_, str>> {
    judged.text().with_context(|| {
        format!(
            "{}: it has changed since it was judged",
            judged.file.display()
        )
    })
}

/// Writes the fixed texts; answers how many fixes they have.
fn write(outcome: &Outcome) -> anyhow::Result<usize> {
    let mut applied = 0;
    for judged in &outcome.judged {
        let text = unchanged(judged)?;
        let (fixed, count) = lunet_lints::fix::apply(&text, &judged.findings);
        if count > 0 {
            replace(&judged.file, &text, &fixed)?;
            applied += count;
        }
    }
    Ok(applied)
}

/// Replaces the content of a file, unless somebody else has changed it since it was judged.
fn replace(file: &Path, before: &str, after: &str) -> anyhow::Result<()> {
    let now = std::fs::read(file).with_context(|| file.display().to_string())?;
    anyhow::ensure!(
        now == before.as_bytes(),
        "{}: it has changed since it was judged",
        file.display()
    );
    std::fs::write(file, after).with_context(|| file.display().to_string())
}
