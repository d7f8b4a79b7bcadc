//! Which workflow at which event: the options that plan and run share.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use lunet_ci::{occasion::Occasion, repository, workflow::Workflow};

use super::told;

/// The workflow and what sets it off.
#[derive(clap::Args)]
pub(super) struct TargetArgs {
    /// The workflow file; .github/workflows/build.yml of the repository if not given.
    #[arg(long, value_name = "FILE")]
    workflow: Option<PathBuf>,
    /// The event: push (to the current branch), push:BRANCH, tag:NAME, `pull_request`, `workflow_dispatch` or any other.
    /// If not given, push to a branch that the workflow takes, else its first trigger.
    #[arg(long)]
    event: Option<String>,
    /// An input of the workflow.
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = pair)]
    inputs: Vec<(String, String)>,
    /// A JSON file whose members become those of `github.event`.
    #[arg(long, value_name = "FILE")]
    payload: Option<PathBuf>,
}

/// A workflow that was read, with its event.
pub(super) struct Target {
    /// The root of the repository, where steps run.
    pub(super) root: PathBuf,
    pub(super) workflow: Workflow,
    pub(super) occasion: Occasion,
}

impl TargetArgs {
    pub(super) fn read(&self) -> anyhow::Result<Target> {
        let root = repository::root(&env::current_dir()?);
        let (path, name) = match &self.workflow {
            Some(path) => (path.clone(), path.display().to_string()),
            None => (
                root.join(".github/workflows/build.yml"),
                ".github/workflows/build.yml".to_owned(),
            ),
        };
        let workflow = Workflow::load(&path, &name).map_err(told)?;
        let repository = repository::describe(&root);
        let inputs = self.inputs.clone();
        let mut occasion = match self.event.as_deref() {
            None => Occasion::usual(&workflow, &repository, inputs),
            Some(event) if is_event(event) => Occasion::new(event, &repository, inputs),
            Some(event) => bail!(
                "unknown event '{event}': expected push, pull_request, workflow_dispatch, tag:NAME or another event"
            ),
        };
        if let Some(path) = &self.payload {
            let text = fs::read_to_string(path)
                .with_context(|| format!("can't read {}", path.display()))?;
            let payload = serde_json::from_str(&text)
                .with_context(|| format!("{} is not JSON", path.display()))?;
            occasion.take_payload(&payload);
        }
        Ok(Target {
            root,
            workflow,
            occasion,
        })
    }
}

/// A called workflow by its `uses`, from the root of the repository.
pub(super) fn load(root: &Path, uses: &str) -> Result<Workflow, lunet_ci::Error> {
    let name = uses.trim_start_matches("./");
    Workflow::load(&root.join(name), name)
}

/// `NAME=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// `tag:NAME`, `push:BRANCH`, or the name of an event.
fn is_event(event: &str) -> bool {
    match event.split_once(':') {
        Some((kind, name)) => matches!(kind, "tag" | "push") && !name.is_empty(),
        None => {
            !event.is_empty()
                && event
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        }
    }
}

/// `JOB.NAME=VALUE`.
pub(super) fn job_output(text: &str) -> Result<(String, String, String), String> {
    let parsed = text.split_once('=').and_then(|(path, value)| {
        let (job, name) = path.rsplit_once('.')?;
        (!job.is_empty() && !name.is_empty())
            .then(|| (job.to_owned(), name.to_owned(), value.to_owned()))
    });
    parsed.ok_or_else(|| "expected JOB.NAME=VALUE".to_owned())
}
