//! The last replay, kept for what looks back at it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    verdict::Report,
    workflow::{StepWork, Work, Workflow},
};

/// The last replay of a repository.
#[derive(Debug, Serialize, Deserialize)]
pub struct Last {
    /// The folder of its logs.
    pub logs: PathBuf,
    /// What became of it.
    pub report: Report,
    /// How GitHub's log begins each step: job, then `Run …` for each of its steps.
    pub titles: Vec<(String, Vec<String>)>,
}

impl Last {
    /// The last replay as it is kept; the report is masked already.
    pub fn new(logs: &Path, report: &Report, workflow: &Workflow) -> Self {
        let titles = workflow.jobs.iter().map(|job| {
            let steps = match &job.work {
                Work::Steps { steps, .. } => steps.as_slice(),
                Work::Call { .. } => &[],
            };
            let titles = steps.iter().map(|step| match &step.work {
                StepWork::Run { script, .. } => {
                    format!(
                        "Run {}",
                        script.value.trim_start().lines().next().unwrap_or_default()
                    )
                }
                StepWork::Uses { action, .. } => format!("Run {}", action.value),
            });
            (job.id.clone(), titles.collect())
        });
        Self {
            logs: logs.to_owned(),
            report: report.clone(),
            titles: titles.collect(),
        }
    }

    /// Keeps it below `root`/.tmp/ci.
    pub fn write(&self, root: &Path) -> Result<(), Error> {
        let path = path(root);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let text = serde_json::to_string(self)
            .map_err(std::io::Error::other)
            .map_err(Error::file(&path))?;
        fs::write(&path, text).map_err(Error::file(&path))
    }

    /// The one that is kept.
    pub fn read(root: &Path) -> Result<Self, Error> {
        let path = path(root);
        let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
        serde_json::from_str(&text)
            .map_err(std::io::Error::other)
            .map_err(Error::file(&path))
    }
}

fn path(root: &Path) -> PathBuf {
    root.join(".tmp/ci/last.json")
}
