//! The logs of a real run beside the last replay: the first step that came out differently.
//!
//! Reading order: `log` reads GitHub's log archives, this file compares. Not here: fetching them.

mod log;
mod versions;

use std::{fs, path::Path};

use serde::Serialize;

use crate::{
    Error,
    last::Last,
    verdict::{JobReport, Outcome, StepReport, Verdict},
};
pub use log::{RealJob, RealStep, read};

/// How one step came out in both runs.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// The job's name.
    pub job: String,
    /// The step's name.
    pub step: String,
    /// `same`, `exit`, `skipped`, `version`, `output`, or `unmatched` where only one run has it.
    pub difference: &'static str,
    /// What the replay has.
    pub here: String,
    /// What the real run has.
    pub there: String,
}

/// Compares the last replay with a real run, step by step in order.
pub fn compare(last: &Last, real: &[RealJob]) -> Result<Vec<Compared>, Error> {
    let mut compared = Vec::new();
    let replayed = |job: &&JobReport| {
        job.steps
            .iter()
            .any(|step| step.verdict != Verdict::NotReplayable)
    };
    for job in last.report.jobs.iter().filter(replayed) {
        let Some(there) = matching_job(job, real, last) else {
            continue;
        };
        let titles = last
            .titles
            .iter()
            .find(|(id, _)| *id == job.job)
            .map(|(_, titles)| titles.as_slice());
        let titles = titles.unwrap_or_default();
        let mut next = 0;
        for (index, step) in job.steps.iter().enumerate() {
            let names = [
                Some(step.name.as_str()),
                titles.get(index).map(String::as_str),
            ];
            let found = there.steps[next..].iter().position(|real| {
                names
                    .iter()
                    .flatten()
                    .any(|name| same_name(&real.name, name))
            });
            let real_step = found.map(|at| &there.steps[next + at]);
            if let Some(at) = found {
                next += at + 1;
            }
            let (difference, here, there) = compare_step(last, step, real_step)?;
            compared.push(Compared {
                job: job.name.clone(),
                step: step.name.clone(),
                difference,
                here,
                there,
            });
        }
    }
    if compared.is_empty() {
        let known: Vec<_> = real.iter().map(|job| job.name.as_str()).collect();
        return Err(Error::Usage(format!(
            "no job of the log was replayed here (jobs of the log: {})",
            known.join(", ")
        )));
    }
    Ok(compared)
}

/// By name; where there is only one on both sides, that one.
fn matching_job<'r>(job: &JobReport, real: &'r [RealJob], last: &Last) -> Option<&'r RealJob> {
    let by_name = real
        .iter()
        .find(|real| same_name(&real.name, &job.name) || same_name(&real.name, &job.job));
    let lone = real.len() == 1 && last.report.jobs.len() == 1;
    by_name.or_else(|| real.first().filter(|real| lone || real.name.is_empty()))
}

/// File names in log archives lack characters that files can't have.
fn same_name(left: &str, right: &str) -> bool {
    let plain = |name: &str| {
        name.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    plain(left) == plain(right)
}

fn compare_step(
    last: &Last,
    step: &StepReport,
    real: Option<&RealStep>,
) -> Result<(&'static str, String, String), Error> {
    let skipped = |skipped: bool| if skipped { "skipped" } else { "ran" }.to_owned();
    let here_skipped = step.verdict == Verdict::Skipped;
    let Some(real) = real else {
        let same = here_skipped;
        return Ok((
            if same { "same" } else { "skipped" },
            skipped(here_skipped),
            skipped(true),
        ));
    };
    if step.verdict == Verdict::NotReplayable {
        return Ok(("same", "not replayable".to_owned(), "ran".to_owned()));
    }
    if here_skipped {
        return Ok(("skipped", skipped(true), skipped(false)));
    }
    let code = |code: Option<i32>, failed: bool| match code {
        Some(code) => format!("exit code {code}"),
        None if failed => "failed".to_owned(),
        None => "exit code 0".to_owned(),
    };
    let here_failed = step.outcome != Outcome::Success;
    if here_failed != real.failed
        || (step.exit_code.is_some()
            && real.exit_code.is_some()
            && step.exit_code != real.exit_code)
    {
        return Ok((
            "exit",
            code(step.exit_code.filter(|_| here_failed), here_failed),
            code(real.exit_code, real.failed),
        ));
    }
    // What the tool performs itself prints other words than the action does.
    if step.verdict != Verdict::Ran {
        return Ok(("same", String::new(), String::new()));
    }
    let text = match &step.log {
        Some(name) => {
            let path = last.logs.join(name);
            fs::read_to_string(&path).map_err(Error::file(&path))?
        }
        None => String::new(),
    };
    let own: Vec<String> = text.lines().map(log::plain).collect();
    Ok(versions::first_difference(&own, &real.lines).unwrap_or((
        "same",
        String::new(),
        String::new(),
    )))
}

/// The first that is not the same.
pub fn first(compared: &[Compared]) -> Option<&Compared> {
    compared.iter().find(|step| step.difference != "same")
}

/// Reads a log and compares it with the last replay of a repository.
pub fn of_file(root: &Path, path: &Path) -> Result<Vec<Compared>, Error> {
    let real = read(path)?;
    compare(&Last::read(root)?, &real)
}

#[cfg(test)]
mod tests;
