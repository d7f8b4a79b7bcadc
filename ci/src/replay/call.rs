//! Jobs that call a workflow of this repository.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::{jobs::WorkflowRun, known::Known, session::Session};
use crate::{
    Error,
    context::{Entry, Evaluate, as_object},
    event::Event,
    expression::{NoHost, Object, Value, scope},
    occasion::inputs,
    verdict::{JobReport, Outcome, Report, Verdict},
    workflow::{Job, Trigger, Work, Workflow},
};

/// Calls may nest this deep on GitHub.
const DEEPEST: usize = 4;

impl<'s> WorkflowRun<'s, '_> {
    /// The report of the calling job, then those of the called ones.
    pub(crate) fn call(&self, job: &'s Job, entry: &Entry) -> Result<Vec<JobReport>, Error> {
        let Work::Call { uses, .. } = &job.work else {
            return Ok(Vec::new());
        };
        if !uses.value.starts_with("./") {
            let reason = format!(
                "the workflow '{}' belongs to another repository",
                uses.value
            );
            return self.not_run(
                job,
                entry,
                Verdict::NotReplayable,
                Outcome::Skipped,
                &reason,
            );
        }
        let workflow = self.load(job)?;
        let trigger = workflow
            .trigger("workflow_call")
            .cloned()
            .unwrap_or_default();
        let (inputs, secrets) = match passed(job, entry, &trigger) {
            Ok(passed) => passed,
            Err(message) => {
                return self.not_run(job, entry, Verdict::Skipped, Outcome::Failure, &message);
            }
        };
        let label = format!("{}{}", self.prefix, job.id);
        self.session.tell(Event::JobStarted {
            job: &label,
            name: &self.session.masks.apply(&entry.name),
        });
        let mut base = self.base.clone();
        base.set("inputs", Value::object(inputs));
        base.set("secrets", Value::object(secrets));
        let inner = WorkflowRun {
            session: self.session,
            workflow: &workflow,
            base,
            prefix: format!("{label}/"),
            refusal: None,
            depth: self.depth + 1,
        };
        let mut known = HashMap::new();
        let reports = inner.run_into(&mut known)?;
        let report = JobReport {
            job: label,
            name: entry.name.clone(),
            matrix: Value::object(entry.matrix.clone()).to_json(),
            result: Report::conclude(&reports),
            reason: None,
            outputs: call_outputs(self.session, &inner.base, &trigger, &workflow, &known),
            steps: Vec::new(),
            foreign: false,
        };
        self.session.tell(Event::JobEnded(&report));
        Ok(std::iter::once(report).chain(reports).collect())
    }

    /// The called jobs of a call that is not made.
    pub(crate) fn called_not_run(
        &self,
        job: &Job,
        _: &Entry,
        reason: &str,
    ) -> Result<Vec<JobReport>, Error> {
        let Work::Call { uses, .. } = &job.work else {
            return Ok(Vec::new());
        };
        if !uses.value.starts_with("./") {
            return Ok(Vec::new());
        }
        let workflow = self.load(job)?;
        let prefix = format!("{}{}/", self.prefix, job.id);
        let refusal = Some(format!("its caller does not run: {reason}"));
        let inner = WorkflowRun {
            session: self.session,
            workflow: &workflow,
            base: self.base.clone(),
            prefix,
            refusal,
            depth: self.depth + 1,
        };
        inner.run()
    }

    fn load(&self, job: &Job) -> Result<Workflow, Error> {
        let Work::Call { uses, .. } = &job.work else {
            return Err(Error::Usage(format!(
                "the job '{}' calls no workflow",
                job.id
            )));
        };
        if self.depth >= DEEPEST {
            return Err(Error::Usage(format!(
                "calls of workflows nest deeper than {DEEPEST} levels at '{}'",
                uses.value
            )));
        }
        let name = uses.value.trim_start_matches("./");
        let workflow = Workflow::load(&self.session.options.root.join(name), name)?;
        if workflow.trigger("workflow_call").is_none() {
            return Err(Error::Usage(format!(
                "'{name}' has no trigger 'workflow_call'"
            )));
        }
        Ok(workflow)
    }
}

/// The inputs and secrets that the called workflow gets.
fn passed(job: &Job, entry: &Entry, trigger: &Trigger) -> Result<(Object, Object), String> {
    let Work::Call {
        with,
        inherit_secrets,
        secrets,
        ..
    } = &job.work
    else {
        return Ok((Object::default(), Object::default()));
    };
    let evaluate = Evaluate {
        values: &entry.contexts,
        host: &NoHost,
    };
    let mut given = Vec::new();
    for (name, text) in with {
        given.push((
            name.clone(),
            evaluate
                .value(text, &scope::JOB)
                .map_err(|error| format!("with.{name}: {error}"))?,
        ));
    }
    let inputs = inputs(&trigger.inputs, &given, &mut |input| match &input.default {
        Some(text) => evaluate
            .value(text, &scope::WORKFLOW)
            .map_err(|error| error.message),
        None => Ok(Value::Null),
    })?;
    let own = as_object(entry.contexts.get("secrets").unwrap_or(&Value::Null));
    if *inherit_secrets {
        return Ok((inputs, own));
    }
    let mut passed = Object::default();
    passed.set(
        "GITHUB_TOKEN",
        own.get("GITHUB_TOKEN").cloned().unwrap_or(Value::Null),
    );
    for (name, value) in evaluate.pairs(secrets, &scope::JOB_ENV)? {
        passed.set(name, value.into());
    }
    let missing = trigger
        .secrets
        .iter()
        .find(|(name, required)| *required && passed.get(name).is_none());
    match missing {
        Some((name, _)) => Err(format!("the called workflow requires the secret '{name}'")),
        None => Ok((inputs, passed)),
    }
}

fn call_outputs(
    session: &Session<'_>,
    base: &Object,
    trigger: &Trigger,
    workflow: &Workflow,
    known: &HashMap<String, Known>,
) -> Map<String, Json> {
    let mut jobs = Object::default();
    for job in &workflow.jobs {
        let Some(known) = known.get(&job.id.to_lowercase()) else {
            continue;
        };
        let mut object = Object::default();
        object.set(
            "result",
            Value::from(&serde_json::to_value(known.result).unwrap_or_default()),
        );
        object.set("outputs", Value::from(&Json::Object(known.outputs.clone())));
        jobs.set(&job.id, Value::object(object));
    }
    let mut contexts = base.clone();
    contexts.set("jobs", Value::object(jobs));
    let evaluate = Evaluate {
        values: &contexts,
        host: &NoHost,
    };
    let mut outputs = Map::new();
    for (name, text) in &trigger.outputs {
        match evaluate.text(text, &scope::WORKFLOW_OUTPUT) {
            Ok(value) if session.masks.touches(&value) => {}
            Ok(value) => _ = outputs.insert(name.clone(), value.into()),
            Err(error) => session.tell(Event::Note(&format!("the output '{name}': {error}"))),
        }
    }
    outputs
}
