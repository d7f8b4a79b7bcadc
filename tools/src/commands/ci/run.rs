//! `tools ci run`: the replay.

mod progress;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use lunet_ci::{
    expression::Object,
    junit,
    last::Last,
    logs::LogFolder,
    plan::{self, Request},
    process::Interrupt,
    receipt::Receipt,
    replay::{self, Options, Selection, Substitute},
    tree,
    verdict::{Outcome, Report},
};

use super::{
    target::{self, Target, TargetArgs, job_output, pair},
    told,
};
use crate::{exit, render};
use progress::Progress;

/// Replay the jobs of a workflow that belong to this system, on this machine and without a container.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools ci run --job build --until Lint --format json")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(super) struct RunArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Only this job, and those that it needs.
    #[arg(long)]
    job: Option<String>,
    /// Only the entries of a matrix that have this value.
    #[arg(long = "matrix", value_name = "KEY=VALUE", value_parser = pair)]
    matrix: Vec<(String, String)>,
    /// Begin with this step (an id, a name, or an index from 0); checkouts and caches before it are done anyway.
    #[arg(long, value_name = "STEP")]
    from: Option<String>,
    /// Run this step only; checkouts and caches before it are done anyway.
    #[arg(long, value_name = "STEP", conflicts_with_all = ["from", "until"])]
    only: Option<String>,
    /// End with this step.
    #[arg(long, value_name = "STEP")]
    until: Option<String>,
    /// Don't run steps again that nothing has changed for since the last replay.
    #[arg(long)]
    resume: bool,
    /// Open a shell in the workspace when a step fails.
    #[arg(long)]
    shell_on_failure: bool,
    /// Check out the files as they are, changes that are not committed included.
    #[arg(long)]
    dirty: bool,
    /// Let steps install packages of the system.
    #[arg(long)]
    install: bool,
    /// A variable on top of the workflow's own.
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = pair)]
    env: Vec<(String, String)>,
    /// A secret; NAME alone takes the value from this program's environment.
    #[arg(long = "secret", value_name = "NAME[=VALUE]")]
    secrets: Vec<String>,
    /// A variable of the `vars` context.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    vars: Vec<(String, String)>,
    /// What stands in for the output of a job that can't be replayed here.
    #[arg(long = "job-output", value_name = "JOB.NAME=VALUE", value_parser = job_output)]
    job_outputs: Vec<(String, String, String)>,
    /// End a job that takes longer than this, with all that it started; its own limit holds, too.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
    /// Keep logs in this folder instead of a new one below .tmp/logs.
    #[arg(long, value_name = "DIR")]
    log_dir: Option<PathBuf>,
    /// Who reads the result.
    #[arg(long, value_enum, default_value_t)]
    format: RunFormat,
}

#[derive(clap::ValueEnum, Clone, Copy, Default, PartialEq, Eq)]
enum RunFormat {
    /// People.
    #[default]
    Human,
    /// Programs.
    Json,
    /// Programs that read test reports.
    Junit,
}

/// `ci.toml` at the root of the repository.
#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Configuration {
    /// Commands in place of actions.
    #[serde(default)]
    substitute: BTreeMap<String, Substitute>,
}

pub(super) fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    let target = args.target.read()?;
    let options = options(args, &target)?;
    check_beforehand(&target, &options)?;
    let tree = tree::hash(&target.root, options.dirty).map_err(told)?;
    let logs = LogFolder::open(&target.root, args.log_dir.as_deref()).map_err(told)?;
    let folder = logs.path().to_owned();
    let mut progress = Progress::new(args.format == RunFormat::Human);
    let report = replay::replay(&target.workflow, &options, logs, &mut |event| {
        progress.tell(&event);
    })
    .map_err(told)?;
    Last::new(&folder, &report, &target.workflow)
        .write(&target.root)
        .map_err(told)?;
    let receipt = keep_receipt(&target, &options, &report, &tree)?;
    match args.format {
        RunFormat::Json => render::json(&report)?,
        RunFormat::Junit => render::out(&junit::xml(&report)),
        RunFormat::Human => {}
    }
    let shown = folder
        .strip_prefix(&target.root)
        .unwrap_or(&folder)
        .display()
        .to_string();
    progress.end(&report, receipt.as_deref(), &shown);
    Ok(match report.conclusion {
        Outcome::Success | Outcome::Skipped => exit::well(),
        Outcome::Failure | Outcome::Cancelled => exit::bad(),
    })
}

/// The plan reads every called workflow and every input, so that what is wrong is told before anything runs.
fn check_beforehand(target: &Target, options: &Options) -> anyhow::Result<()> {
    let request = Request {
        occasion: &target.occasion,
        os: None,
        vars: options.vars.clone(),
        job_outputs: &options.job_outputs,
        workspace: &target.root.to_string_lossy(),
        load: &|uses| target::load(&target.root, uses),
    };
    plan::plan(&target.workflow, &request).map_err(told)?;
    Ok(())
}

fn options(args: &RunArgs, target: &Target) -> anyhow::Result<Options> {
    Ok(Options {
        root: target.root.clone(),
        occasion: target.occasion.clone(),
        vars: args
            .vars
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().into()))
            .collect::<Object>(),
        secrets: args
            .secrets
            .iter()
            .map(|secret| named_secret(secret))
            .collect::<anyhow::Result<_>>()?,
        env: args.env.clone(),
        selection: Selection {
            job: args.job.clone(),
            matrix: args.matrix.clone(),
            from: args.from.clone(),
            only: args.only.clone(),
            until: args.until.clone(),
        },
        resume: args.resume,
        shell_on_failure: args.shell_on_failure,
        dirty: args.dirty,
        install: args.install,
        substitutes: substitutes(&target.root)?,
        job_outputs: args.job_outputs.clone(),
        limit: args.timeout.map(Duration::from_secs),
        interrupt: Interrupt::on_ctrl_c().map_err(told)?,
    })
}

fn named_secret(text: &str) -> anyhow::Result<(String, String)> {
    if let Some((name, value)) = text.split_once('=') {
        return Ok((name.to_owned(), value.to_owned()));
    }
    let value = env::var(text)
        .with_context(|| format!("the secret {text} has no value, and no variable has its name"))?;
    Ok((text.to_owned(), value))
}

fn substitutes(root: &Path) -> anyhow::Result<BTreeMap<String, Substitute>> {
    let path = root.join("ci.toml");
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let text =
        fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
    let configuration: Configuration =
        toml::from_str(&text).with_context(|| format!("{} is not as expected", path.display()))?;
    Ok(configuration
        .substitute
        .into_iter()
        .map(|(name, substitute)| (name.to_lowercase(), substitute))
        .collect())
}

/// A green replay of everything leaves a receipt for the tree that it began with.
fn keep_receipt(
    target: &Target,
    options: &Options,
    report: &Report,
    tree: &str,
) -> anyhow::Result<Option<String>> {
    if report.conclusion != Outcome::Success || options.selection.is_partial() {
        return Ok(None);
    }
    let now = tree::hash(&target.root, true).map_err(told)?;
    if options.dirty && now != tree {
        render::note("no receipt: files have changed while they were replayed");
        return Ok(None);
    }
    let receipt = Receipt::new(
        tree.to_owned(),
        &target.workflow,
        &target.occasion.name,
        report,
    );
    let path = receipt.write(&target.root).map_err(told)?;
    let shown = path
        .strip_prefix(&target.root)
        .unwrap_or(&path)
        .display()
        .to_string();
    let differs = now != tree;
    Ok(Some(if differs {
        format!("{shown} (for the committed tree: what is not committed was not replayed)")
    } else {
        shown
    }))
}
