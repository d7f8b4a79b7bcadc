//! Which jobs, matrix entries and steps are asked for.

use crate::{
    Error,
    expression::Object,
    workflow::{Job, Step, StepWork, Work, Workflow},
};

/// What is asked for; nothing given means everything.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// One job, with those that it needs.
    pub job: Option<String>,
    /// Values of the matrix.
    pub matrix: Vec<(String, String)>,
    /// The first step.
    pub from: Option<String>,
    /// The one step.
    pub only: Option<String>,
    /// The last step.
    pub until: Option<String>,
}

impl Selection {
    /// Whether anything is left out.
    pub fn is_partial(&self) -> bool {
        self.job.is_some() || !self.matrix.is_empty() || self.names_steps()
    }

    /// Every name that is asked for must be there.
    pub(crate) fn check(&self, workflow: &Workflow) -> Result<(), Error> {
        if let Some(id) = &self.job
            && !workflow
                .jobs
                .iter()
                .any(|job| job.id.eq_ignore_ascii_case(id))
        {
            let known: Vec<_> = workflow.jobs.iter().map(|job| job.id.as_str()).collect();
            return Err(Error::Usage(format!(
                "there is no job '{id}' (jobs: {})",
                known.join(", ")
            )));
        }
        for name in [&self.from, &self.only, &self.until].into_iter().flatten() {
            if !workflow
                .jobs
                .iter()
                .any(|job| position(job, name).is_some())
            {
                return Err(Error::Usage(format!(
                    "there is no step '{name}': expected an id, a name or an index from 0"
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn takes_entry(&self, entry: &Object) -> bool {
        let fits = |(key, wanted): &(String, String)| {
            entry.get(key).is_some_and(|value| value.text() == *wanted)
        };
        self.matrix.iter().all(fits)
    }

    /// Why a step of a job is left out; none if it is not.
    pub(crate) fn leaves_out(&self, job: &Job, index: usize) -> Option<String> {
        let at = |name: &Option<String>| {
            name.as_deref()
                .map(|name| (name.to_owned(), position(job, name)))
        };
        if let Some((name, position)) = at(&self.only)
            && position != Some(index)
        {
            return Some(format!("only '{name}' was asked for"));
        }
        if let Some((name, position)) = at(&self.from)
            && position.is_none_or(|first| index < first)
        {
            return Some(format!(
                "it comes before '{name}', which was asked for as the first"
            ));
        }
        if let Some((name, position)) = at(&self.until)
            && position.is_some_and(|last| index > last)
        {
            return Some(format!(
                "it comes after '{name}', which was asked for as the last"
            ));
        }
        None
    }

    fn names_steps(&self) -> bool {
        self.from.is_some() || self.only.is_some() || self.until.is_some()
    }
}

/// The index of the step with this id, name, first line or index.
fn position(job: &Job, wanted: &str) -> Option<usize> {
    let Work::Steps { steps, .. } = &job.work else {
        return None;
    };
    let is_id = |step: &Step| {
        step.id
            .as_deref()
            .is_some_and(|id| id.eq_ignore_ascii_case(wanted))
    };
    let is_name = |step: &Step| match (&step.name, &step.work) {
        (Some(name), _) => name.value == wanted,
        (None, StepWork::Run { script, .. }) => {
            let line = script.value.trim_start().lines().next().unwrap_or_default();
            line == wanted || wanted.strip_prefix("Run ") == Some(line)
        }
        (None, StepWork::Uses { action, .. }) => {
            let name = action.value.split('@').next().unwrap_or_default();
            action.value == wanted
                || name == wanted
                || wanted.strip_prefix("Run ") == Some(&action.value)
        }
    };
    let by_index = || wanted.parse().ok().filter(|index| *index < steps.len());
    steps
        .iter()
        .position(is_id)
        .or_else(|| steps.iter().position(is_name))
        .or_else(by_index)
}
