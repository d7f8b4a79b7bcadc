//! `--resume`: steps that succeeded last time are not run again as long as nothing has changed before or in them.
//!
//! A step is known by its script, variables and inputs, by the committed tree, and by the steps before it.
//! Steps whose effects hold a secret are never remembered.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    console::Console,
    environment::Environment,
    job::{Frame, JobRun},
    session::Session,
    step::{Performed, Ready},
};
use crate::{
    Error,
    context::Evaluate,
    expression::scope,
    hash_files::sha256,
    replay::host::StepHost,
    tree,
    verdict::{Outcome, Verdict},
    workflow::{Step, StepWork},
};

/// What is remembered of a job.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    workspace: Option<PathBuf>,
    steps: Vec<Remembered>,
}

/// A step that succeeded, with all it did to later steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Remembered {
    key: String,
    verdict: Verdict,
    exit_code: Option<i32>,
    outputs: Vec<(String, String)>,
    env: Vec<(String, String)>,
    path: Vec<String>,
}

/// The memory of one job's entry.
#[derive(Debug)]
pub(crate) struct Resume {
    file: PathBuf,
    /// Of the last run, as long as each step is the same.
    old: Option<Memory>,
    new: Memory,
    /// The key of the step before.
    chain: String,
}

impl Resume {
    pub(crate) fn open(session: &Session<'_>, workflow: &str, entry: &str) -> Result<Self, Error> {
        let options = session.options;
        let name = sha256(format!("{workflow}\n{entry}").as_bytes());
        let file = options
            .root
            .join(".tmp/ci/resume")
            .join(format!("{}.json", &name[..16]));
        let memory = fs::read_to_string(&file)
            .ok()
            .and_then(|text| serde_json::from_str::<Memory>(&text).ok());
        let old = memory.filter(|memory| {
            options.resume && memory.workspace.as_deref().is_some_and(Path::is_dir)
        });
        let tree = tree::of_repository(&options.root, options.dirty)?.unwrap_or_default();
        let chain = sha256(
            format!(
                "{}\n{tree}\n{}",
                options.occasion.name, options.occasion.reference
            )
            .as_bytes(),
        );
        Ok(Self {
            file,
            old,
            new: Memory::default(),
            chain,
        })
    }

    /// The workspace of the last run, where that is gone on with.
    pub(crate) fn workspace(&self) -> Option<PathBuf> {
        self.old
            .as_ref()
            .and_then(|memory| memory.workspace.clone())
    }

    /// The remembered step, if it is the same.
    fn recall(&mut self, key: &str) -> Option<Remembered> {
        let index = self.new.steps.len();
        let same = self
            .old
            .as_ref()?
            .steps
            .get(index)
            .filter(|step| step.key == key)
            .cloned();
        if same.is_none() {
            self.old = None;
        }
        same
    }

    fn remember(&mut self, step: Remembered, workspace: &Path) -> Result<(), Error> {
        self.new.workspace = Some(workspace.to_owned());
        self.new.steps.push(step);
        let folder = self.file.parent().unwrap_or(&self.file);
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let text = serde_json::to_string(&self.new)
            .map_err(std::io::Error::other)
            .map_err(Error::file(&self.file))?;
        fs::write(&self.file, text).map_err(Error::file(&self.file))
    }
}

impl JobRun<'_, '_> {
    /// Performs a step, or takes over what it did last time.
    pub(crate) fn perform_or_resume(
        &mut self,
        frame: &mut Frame,
        step: &Step,
        ready: &Ready,
        console: &mut Console<'_, '_>,
    ) -> Result<Performed, Error> {
        let key = self.key(frame, step, ready);
        self.resume.chain.clone_from(&key);
        if let Some(remembered) = self.resume.recall(&key) {
            console.print("unchanged since the last replay: not run again");
            self.env.extend(&remembered.env);
            self.path.clone_from(&remembered.path);
            let performed = Performed {
                outcome: Outcome::Success,
                verdict: remembered.verdict,
                reason: Some("unchanged since the last replay: not run again".to_owned()),
                exit_code: remembered.exit_code,
                outputs: remembered.outputs.clone(),
            };
            self.resume.remember(remembered, &self.workspace)?;
            return Ok(performed);
        }
        let before = self.env.clone();
        let performed = self.perform(frame, step, ready, console)?;
        if performed.outcome == Outcome::Success {
            self.remember(key, &before, &performed, console)?;
        }
        Ok(performed)
    }

    fn remember(
        &mut self,
        key: String,
        before: &Environment,
        performed: &Performed,
        console: &Console<'_, '_>,
    ) -> Result<(), Error> {
        let changed = self
            .env
            .iter()
            .filter(|(name, value)| before.get(name) != Some(value));
        let env: Vec<_> = changed
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut outputs = performed.outputs.clone();
        outputs.extend(console.outputs.iter().cloned());
        let masks = &self.session.masks;
        let secret = env
            .iter()
            .chain(&outputs)
            .any(|(_, value)| masks.touches(value));
        if secret {
            return Ok(());
        }
        let step = Remembered {
            key,
            verdict: performed.verdict,
            exit_code: performed.exit_code,
            outputs,
            env,
            path: self.path.clone(),
        };
        self.resume.remember(step, &self.workspace)
    }

    /// What makes a step the same as last time.
    fn key(&self, frame: &Frame, step: &Step, ready: &Ready) -> String {
        let host = StepHost::new(&self.workspace, self.progress(frame));
        let evaluate = Evaluate {
            values: &ready.contexts,
            host: &host,
        };
        let mut parts = vec![self.resume.chain.clone(), ready.name.clone()];
        let text = |text: &crate::workflow::Text| {
            evaluate
                .text(text, &scope::STEP)
                .unwrap_or_else(|error| error.message)
        };
        match &step.work {
            StepWork::Run {
                script,
                shell,
                working_directory,
            } => {
                parts.extend(
                    [Some(script), shell.as_ref(), working_directory.as_ref()]
                        .map(|part| part.map_or_else(String::new, text)),
                );
            }
            StepWork::Uses { action, with } => {
                parts.push(action.value.clone());
                parts.extend(
                    with.iter()
                        .map(|(name, value)| format!("{name}={}", text(value))),
                );
            }
        }
        let env = self
            .env
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        parts.extend(
            env.chain(
                ready
                    .env
                    .iter()
                    .map(|(name, value)| format!("{name}={value}")),
            ),
        );
        sha256(parts.join("\0").as_bytes())
    }
}
