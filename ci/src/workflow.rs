//! The model of a workflow file, every part with its place in the file.
//!
//! Reading order: this file has the types, `read` makes them from YAML and tells what is wrong,
//! `check` holds what concerns several parts (needs, ids). Not here: what the parts evaluate to.

mod actions;
mod check;
mod job;
mod reader;
mod shared;
mod step;
mod triggers;

use std::{path::Path, sync::Arc};

pub use actions::{Action, ActionInput, Runs};

use crate::{
    Error,
    diagnostic::{Invalid, Span},
    yaml,
};

/// Text that may have expressions in it.
#[derive(Debug, Clone)]
pub struct Text {
    /// As written; a plain number or boolean in its GitHub spelling.
    pub value: String,
    /// Where it stands.
    pub span: Span,
}

/// Names and values, in order.
pub type Pairs = Vec<(String, Text)>;

/// A workflow.
#[derive(Debug)]
pub struct Workflow {
    /// The file as it was named.
    pub file: String,
    /// The whole text.
    pub source: Arc<str>,
    /// `name`.
    pub name: Option<String>,
    /// `on`.
    pub triggers: Vec<Trigger>,
    /// `env`.
    pub env: Pairs,
    /// `defaults.run`.
    pub defaults: Defaults,
    /// `concurrency`.
    pub concurrency: Option<Concurrency>,
    /// `jobs`, in order.
    pub jobs: Vec<Job>,
}

/// One event under `on`.
#[derive(Debug, Clone, Default)]
pub struct Trigger {
    /// The name of the event.
    pub event: String,
    /// `branches`, `tags`, `paths` with and without `-ignore`, `types`.
    pub filters: Vec<(String, Vec<String>)>,
    /// `inputs` of `workflow_dispatch` and `workflow_call`.
    pub inputs: Vec<Input>,
    /// `outputs` of `workflow_call`.
    pub outputs: Pairs,
    /// `secrets` of `workflow_call`: name and whether it is required.
    pub secrets: Vec<(String, bool)>,
}

/// An input of a workflow.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// `string`, `boolean`, `number`, `choice` or `environment`.
    pub kind: String,
    /// Whether it must be given.
    pub required: bool,
    /// Its value when it is not given.
    pub default: Option<Text>,
    /// The choices of kind `choice`.
    pub options: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

/// `defaults.run`.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// `shell`.
    pub shell: Option<Text>,
    /// `working-directory`.
    pub working_directory: Option<Text>,
}

/// `concurrency`.
#[derive(Debug, Clone)]
pub struct Concurrency {
    /// `group`.
    pub group: Text,
    /// `cancel-in-progress`.
    pub cancel_in_progress: Option<Text>,
}

/// A job.
#[derive(Debug)]
pub struct Job {
    /// Its key.
    pub id: String,
    /// Where the key stands.
    pub span: Span,
    /// `name`.
    pub name: Option<Text>,
    /// `needs`.
    pub needs: Vec<Text>,
    /// `if`, as GitHub understands it; none if it has none.
    pub condition: Option<Condition>,
    /// `strategy`.
    pub strategy: Strategy,
    /// `env`.
    pub env: Pairs,
    /// `defaults.run`.
    pub defaults: Defaults,
    /// `concurrency`.
    pub concurrency: Option<Concurrency>,
    /// `outputs`.
    pub outputs: Pairs,
    /// `timeout-minutes`.
    pub timeout_minutes: Option<Text>,
    /// `continue-on-error`.
    pub continue_on_error: Option<Text>,
    /// What it does.
    pub work: Work,
}

/// What a job does.
#[derive(Debug)]
pub enum Work {
    /// Runs steps on a machine.
    Steps {
        /// Labels (or the one expression that gives them), and a runner group's labels.
        runs_on: Vec<Text>,
        /// `container`, as text for people.
        container: Option<Text>,
        /// The names of `services`.
        services: Vec<String>,
        /// `environment`.
        environment: Option<Text>,
        /// `steps`.
        steps: Vec<Step>,
    },
    /// Calls another workflow.
    Call {
        /// `uses`.
        uses: Text,
        /// `with`.
        with: Pairs,
        /// `secrets: inherit`.
        inherit_secrets: bool,
        /// `secrets`.
        secrets: Pairs,
    },
}

/// `if:`.
#[derive(Debug, Clone)]
pub struct Condition {
    /// As written.
    pub written: Text,
    /// As evaluated.
    pub effective: String,
}

/// `strategy`.
#[derive(Debug, Clone, Default)]
pub struct Strategy {
    /// `matrix`: a mapping, or a scalar that is one expression.
    pub matrix: Option<Arc<yaml::Node>>,
    /// `fail-fast`.
    pub fail_fast: Option<Text>,
    /// `max-parallel`.
    pub max_parallel: Option<Text>,
}

/// A step of a job or a composite action.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it stands.
    pub span: Span,
    /// `id`.
    pub id: Option<String>,
    /// `name`.
    pub name: Option<Text>,
    /// `if`; none if it has none.
    pub condition: Option<Condition>,
    /// `env`.
    pub env: Pairs,
    /// `timeout-minutes`.
    pub timeout_minutes: Option<Text>,
    /// `continue-on-error`.
    pub continue_on_error: Option<Text>,
    /// What it does.
    pub work: StepWork,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum StepWork {
    /// Runs a script.
    Run {
        /// `run`.
        script: Text,
        /// `shell`.
        shell: Option<Text>,
        /// `working-directory`.
        working_directory: Option<Text>,
    },
    /// Uses an action.
    Uses {
        /// `uses`.
        action: Text,
        /// `with`.
        with: Pairs,
    },
}

impl Workflow {
    /// Reads and checks a file, which messages call `name`.
    pub fn load(path: &Path, name: &str) -> Result<Self, Error> {
        Self::parse(&reader::text_of(path, name)?, name)
    }

    /// Checks a text that messages call `name`.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let mut reader = reader::Reader::new(text, name);
        let workflow = yaml::parse(text)
            .map_err(|problem| reader.problems.push(problem))
            .ok();
        let workflow = workflow.map(|root| reader.workflow(&root));
        match workflow {
            Some(workflow) if reader.problems.is_empty() => Ok(workflow),
            _ => Err(reader.invalid().into()),
        }
    }

    /// The configuration of an event, if the workflow listens to it.
    pub fn trigger(&self, event: &str) -> Option<&Trigger> {
        self.triggers.iter().find(|trigger| trigger.event == event)
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(Box::new(invalid))
    }
}
