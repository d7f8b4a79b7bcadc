//! `tools ci plan`: what would run, and why the rest would not.

use std::{fmt::Write as _, process::ExitCode};

use lunet_ci::{
    expression::Object,
    os::Os,
    plan::{self, PlannedJob, Request},
};

use super::{
    target::{self, TargetArgs, job_output, pair},
    told,
};
use crate::{exit, programs::Format, render};

/// Show what would run at an event, job by job and step by step, with the reasons.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools ci plan --event tag:v1.0.0 --os all")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// The system to plan for; jobs of other systems are listed as not running there.
    #[arg(long, value_enum, default_value_t)]
    os: OsChoice,
    /// What stands in for the output of a job, where a matrix or a condition reads it.
    #[arg(long = "job-output", value_name = "JOB.NAME=VALUE", value_parser = job_output)]
    job_outputs: Vec<(String, String, String)>,
    /// A variable of the `vars` context.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    vars: Vec<(String, String)>,
    /// Who reads the result.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(clap::ValueEnum, Clone, Copy, Default)]
enum OsChoice {
    Linux,
    Macos,
    Windows,
    /// Every job on its own system.
    #[default]
    All,
}

pub(super) fn run(args: &PlanArgs) -> anyhow::Result<ExitCode> {
    let target = args.target.read()?;
    let request = Request {
        occasion: &target.occasion,
        os: match args.os {
            OsChoice::Linux => Some(Os::Linux),
            OsChoice::Macos => Some(Os::Macos),
            OsChoice::Windows => Some(Os::Windows),
            OsChoice::All => None,
        },
        vars: args
            .vars
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().into()))
            .collect::<Object>(),
        job_outputs: &args.job_outputs,
        workspace: &target.root.to_string_lossy(),
        load: &|uses| target::load(&target.root, uses),
    };
    let jobs = plan::plan(&target.workflow, &request).map_err(told)?;
    match args.format {
        Format::Json => render::json(&jobs)?,
        Format::Human => render::out(&human(&jobs)),
    }
    Ok(exit::well())
}

fn human(jobs: &[PlannedJob]) -> String {
    let mut text = String::new();
    for job in jobs {
        let verdict = if job.runs { "runs" } else { "does not run" };
        let reason = job
            .reason
            .as_ref()
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        let named = if job.name == job.job {
            String::new()
        } else {
            format!(" ({})", job.name)
        };
        _ = writeln!(text, "{}{named} on {}: {verdict}{reason}", job.job, job.os);
        for step in &job.steps {
            let mark = if step.runs { ' ' } else { '-' };
            let reason = step
                .reason
                .as_ref()
                .filter(|_| job.runs)
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            _ = writeln!(text, "  {mark} {:>2} {}{reason}", step.index, step.name);
        }
    }
    let steps = jobs.iter().flat_map(|job| &job.steps);
    let (running, all) = (
        steps.clone().filter(|step| step.runs).count(),
        steps.count(),
    );
    let jobs_running = jobs.iter().filter(|job| job.runs).count();
    _ = writeln!(
        text,
        "{jobs_running} of {} jobs and {running} of {all} steps would run",
        jobs.len()
    );
    text
}
