//! `--fix` and `--fix --diff`: safe fixes written to the files, or shown as a diff.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use similar::TextDiff;

use super::configuration::Configuration;
use super::files::printable;
use super::judge::{self, Judged, Stream};
use super::{LintArgs, finish, show};
use crate::{exit, render};

/// Rounds of fixing: a fix may bring out another finding, never more than a few.
const ROUNDS: usize = 4;

/// Shows what would change, or changes it and judges again.
pub(super) fn run(args: &LintArgs, configuration: &Configuration) -> anyhow::Result<ExitCode> {
    if args.diff {
        return diff(args, configuration);
    }
    let mut applied = 0;
    let mut refused = BTreeMap::new();
    for _ in 0..ROUNDS {
        let before = applied;
        judge::files(configuration, &args.paths, |stream: &mut Stream<'_>| {
            for judged in stream {
                match write(&judged) {
                    Ok(count) => applied += count,
                    // The others are fixed all the same.
                    Err(error) => _ = refused.insert(judged.path, error),
                }
            }
            Ok(())
        })?;
        if applied == before {
            break;
        }
    }
    for (path, error) in &refused {
        render::note(&format!("error: {}: {error}", printable(path)));
    }
    render::note(&format!("applied {}", judge::counted(applied, "fix")));
    let outcome = judge::files(configuration, &args.paths, |stream: &mut Stream<'_>| {
        show(args, stream)
    })?;
    let code = finish(args, configuration, &outcome)?;
    Ok(if refused.is_empty() {
        code
    } else {
        exit::could_not_run()
    })
}

fn diff(args: &LintArgs, configuration: &Configuration) -> anyhow::Result<ExitCode> {
    let mut changed = false;
    let outcome = judge::files(configuration, &args.paths, |stream: &mut Stream<'_>| {
        for judged in stream {
            changed |= show_diff(&judged);
        }
        Ok(())
    })?;
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

/// Shows what fixes would change; answers whether there are any.
fn show_diff(judged: &Judged) -> bool {
    let (fixed, count) = lunet_lints::fix::apply(&judged.text, &judged.findings);
    if count > 0 {
        let diff = TextDiff::from_lines(&*judged.text, fixed.as_str());
        let mut unified = diff.unified_diff();
        let old = format!("a/{}", judged.path);
        let new = format!("b/{}", judged.path);
        render::out(&unified.context_radius(3).header(&old, &new).to_string());
    }
    count > 0
}

/// Writes a fixed text; answers how many fixes it has.
fn write(judged: &Judged) -> anyhow::Result<usize> {
    let (fixed, count) = lunet_lints::fix::apply(&judged.text, &judged.findings);
    let is_written = count > 0 && replace(&judged.file, &judged.text, &fixed)?;
    Ok(if is_written { count } else { 0 })
}

/// Replaces the content of a file, unless somebody else has changed it since it was judged. False if it was fixed
/// already, by another name that it has.
fn replace(file: &Path, before: &str, after: &str) -> anyhow::Result<bool> {
    let now = std::fs::read(file)?;
    if now == after.as_bytes() {
        return Ok(false);
    }
    anyhow::ensure!(
        now == before.as_bytes(),
        "it has changed since it was judged"
    );
    std::fs::write(file, after)?;
    Ok(true)
}
