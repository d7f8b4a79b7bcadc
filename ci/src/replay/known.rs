//! What later jobs know of a job: result and outputs of all its entries together.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::{
    context::Entry,
    expression::{Object, Value},
    os::Os,
    verdict::{JobReport, Outcome, Verdict},
    workflow::Job,
};

/// What later jobs see of a job.
pub(crate) struct Known {
    pub(crate) result: Outcome,
    pub(crate) outputs: Map<String, Json>,
    /// It could not be replayed, so those that need it can't either.
    pub(crate) not_replayable: Option<String>,
}

impl Known {
    /// A job that could not be replayed counts as done where its outputs were given by hand.
    pub(crate) fn stand_in(&mut self, given: &[(String, String, String)], label: &str) {
        if self.result == Outcome::Success {
            return;
        }
        for (_, name, value) in given
            .iter()
            .filter(|(job, ..)| job.eq_ignore_ascii_case(label))
        {
            self.outputs.insert(name.clone(), value.as_str().into());
        }
        if !self.outputs.is_empty() && self.not_replayable.take().is_some() {
            self.result = Outcome::Success;
        }
    }
}

/// The `needs` context of a job.
pub(crate) fn needs(job: &Job, known: &HashMap<String, Known>) -> Value {
    let needs = job.needs.iter().filter_map(|need| {
        let known = known.get(&need.value.to_lowercase())?;
        let mut object = Object::default();
        let result = serde_json::to_value(known.result).unwrap_or_default();
        object.set("result", Value::from(&result));
        object.set("outputs", Value::from(&Json::Object(known.outputs.clone())));
        Some((need.value.as_str(), Value::object(object)))
    });
    Value::object(needs.collect())
}

/// What later jobs see of all entries of a job together.
pub(crate) fn known_of(
    job: &Job,
    reports: &[JobReport],
    own: &[(Outcome, Map<String, Json>)],
    prefix: &str,
) -> Known {
    let any = |outcome: Outcome| own.iter().any(|(result, _)| *result == outcome);
    let result = [Outcome::Failure, Outcome::Cancelled, Outcome::Success]
        .into_iter()
        .find(|outcome| any(*outcome));
    let mut outputs = Map::new();
    for (name, value) in own.iter().flat_map(|(_, outputs)| outputs) {
        if !value.as_str().unwrap_or_default().is_empty() || !outputs.contains_key(name) {
            outputs.insert(name.clone(), value.clone());
        }
    }
    let label = format!("{prefix}{}", job.id);
    let mine = reports
        .iter()
        .filter(|report| report.job == label || report.job.starts_with(&format!("{label}/")));
    let lost = mine
        .clone()
        .flat_map(|report| &report.steps)
        .find(|step| step.verdict == Verdict::NotReplayable);
    let result = result.unwrap_or(Outcome::Skipped);
    let not_replayable = lost
        .filter(|_| result == Outcome::Skipped)
        .and_then(|step| step.reason.clone());
    Known {
        result,
        outputs,
        not_replayable,
    }
}

/// A job with one entry that has no matrix.
pub(crate) fn lone(job: &Job, contexts: Object) -> Entry {
    let name = job
        .name
        .as_ref()
        .map_or(&job.id, |name| &name.value)
        .clone();
    Entry {
        matrix: Object::default(),
        name,
        runs_on: Json::Null,
        os: Os::here(),
        contexts,
    }
}
