//! Plans the jobs of one workflow and of those it calls.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use super::{
    PlannedJob, PlannedStep, Request, ancestors,
    decide::{self, Decision, Status},
    in_order_of_needs, step_name,
};
use crate::{
    Error,
    context::{self, Entry, Evaluate},
    diagnostic::{Invalid, Problem},
    expression::{NoHost, Object, Value, scope},
    occasion::inputs,
    os::Os,
    workflow::{Job, Step, StepWork, Work, Workflow},
};

/// Calls may nest this deep on GitHub.
const DEEPEST_CALL: usize = 4;

/// Plans the jobs of one workflow.
pub(super) struct Planner<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) workflow: &'a Workflow,
    pub(super) base: Object,
    pub(super) prefix: String,
    /// Why none of them runs.
    pub(super) refusal: Option<String>,
    pub(super) depth: usize,
}

/// What later jobs see of a job.
struct Assumed {
    result: &'static str,
    outputs: Object,
}

impl Planner<'_> {
    pub(super) fn jobs(&self) -> Result<Vec<PlannedJob>, Error> {
        let mut assumed: HashMap<String, Assumed> = HashMap::new();
        let mut planned: HashMap<&str, Vec<PlannedJob>> = HashMap::new();
        for job in in_order_of_needs(&self.workflow.jobs) {
            let items = self.job(job, &assumed)?;
            let runs = items.iter().any(|item| item.runs);
            let outputs = self.outputs(job);
            assumed.insert(
                job.id.to_lowercase(),
                Assumed {
                    result: if runs { "success" } else { "skipped" },
                    outputs,
                },
            );
            planned.insert(&job.id, items);
        }
        Ok(self
            .workflow
            .jobs
            .iter()
            .filter_map(|job| planned.remove(job.id.as_str()))
            .flatten()
            .collect())
    }

    /// What stands in for the outputs of a job.
    fn outputs(&self, job: &Job) -> Object {
        let id = format!("{}{}", self.prefix, job.id);
        let own = self
            .request
            .job_outputs
            .iter()
            .filter(|(job, ..)| job.eq_ignore_ascii_case(&id));
        own.map(|(_, name, value)| (name.as_str(), Value::from(value.as_str())))
            .collect()
    }

    fn job(&self, job: &Job, assumed: &HashMap<String, Assumed>) -> Result<Vec<PlannedJob>, Error> {
        let mut contexts = self.base.clone();
        contexts.set("needs", needs(job, assumed));
        let decision = match &self.refusal {
            Some(reason) => Decision::no(reason.clone()),
            None => self.decide_job(job, &contexts, assumed),
        };
        let entries = match context::entries(job, &contexts, &NoHost) {
            Ok(entries) => entries.list,
            Err(message) if message.contains("more than the") => {
                return Err(self.invalid_matrix(job, message));
            }
            Err(message) => return Ok(vec![self.without_entries(job, &decision, &message)]),
        };
        let mut items = Vec::new();
        for entry in entries {
            let mut decision = decision.clone();
            if let Some(os) = self
                .request
                .os
                .filter(|os| decision.runs && *os != entry.os && !is_call(job))
            {
                decision = Decision::no(format!("it runs on {}, this plan is for {os}", entry.os));
            }
            let called = self.called(job, &entry, &decision)?;
            items.push(self.item(job, &entry, decision));
            items.extend(called);
        }
        Ok(items)
    }

    fn decide_job(
        &self,
        job: &Job,
        contexts: &Object,
        assumed: &HashMap<String, Assumed>,
    ) -> Decision {
        let ancestors = ancestors(job, &self.workflow.jobs);
        let skipped = ancestors
            .iter()
            .find(|id| assumed.get(*id).is_some_and(|job| job.result != "success"));
        let status = Status {
            success: skipped.is_none(),
            failure: false,
        };
        let condition = job
            .condition
            .as_ref()
            .map_or("success()", |condition| &condition.effective);
        let mut decision = decide::decide(condition, &scope::JOB_IF, contexts, status);
        if let Some(skipped) = skipped.filter(|_| !decision.runs && !condition.contains("always")) {
            decision.reason = Some(format!("it needs '{skipped}', which does not run"));
        }
        decision
    }

    fn item(&self, job: &Job, entry: &Entry, mut decision: Decision) -> PlannedJob {
        let mut steps = Vec::new();
        if let Work::Steps {
            steps: own,
            container,
            services,
            ..
        } = &job.work
        {
            if decision.runs && decision.reason.is_none() {
                decision.reason = local_limits(container.is_some(), services);
            }
            steps = own
                .iter()
                .enumerate()
                .map(|(index, step)| self.step(job, entry, index, step, &decision))
                .collect();
        }
        PlannedJob {
            job: format!("{}{}", self.prefix, job.id),
            name: entry.name.clone(),
            needs: job.needs.iter().map(|need| need.value.clone()).collect(),
            matrix: Value::object(entry.matrix.clone()).to_json(),
            runs_on: entry.runs_on.clone(),
            os: entry.os,
            runs: decision.runs,
            reason: decision.reason,
            steps,
        }
    }

    fn without_entries(&self, job: &Job, decision: &Decision, message: &str) -> PlannedJob {
        let mut reason = format!("its strategy can't be evaluated: {message}");
        if !decision.runs {
            reason = decision.reason.clone().unwrap_or(reason);
        } else if !job.needs.is_empty() {
            reason.push_str(
                " (where it reads the output of a job, give that with --job-output JOB.NAME=VALUE)",
            );
        }
        PlannedJob {
            job: format!("{}{}", self.prefix, job.id),
            name: job
                .name
                .as_ref()
                .map_or(&job.id, |name| &name.value)
                .clone(),
            needs: job.needs.iter().map(|need| need.value.clone()).collect(),
            matrix: json!({}),
            runs_on: Json::Null,
            os: Os::Linux,
            runs: false,
            reason: Some(reason),
            steps: Vec::new(),
        }
    }

    fn step(
        &self,
        job: &Job,
        entry: &Entry,
        index: usize,
        step: &Step,
        job_decision: &Decision,
    ) -> PlannedStep {
        let mut contexts = entry.contexts.clone();
        decide::add_step_contexts(&mut contexts, self.workflow, job, step, entry.os);
        let condition = step
            .condition
            .as_ref()
            .map_or("success()", |condition| &condition.effective);
        let decision = if job_decision.runs {
            decide::decide(
                condition,
                &scope::STEP_IF,
                &contexts,
                Status {
                    success: true,
                    failure: false,
                },
            )
        } else {
            Decision::no(format!(
                "its job does not run: {}",
                job_decision.reason.as_deref().unwrap_or("skipped")
            ))
        };
        let evaluate = Evaluate {
            values: &contexts,
            host: &NoHost,
        };
        let shell = match &step.work {
            StepWork::Run { shell, .. } => {
                let written = shell.as_ref().or(job.defaults.shell.as_ref()).or(self
                    .workflow
                    .defaults
                    .shell
                    .as_ref());
                let shell = written.and_then(|text| evaluate.text(text, &scope::STEP).ok());
                Some(shell.unwrap_or_else(|| entry.os.default_shell().to_owned()))
            }
            StepWork::Uses { .. } => None,
        };
        PlannedStep {
            index,
            name: step_name(step, &evaluate),
            id: step.id.clone(),
            kind: if shell.is_some() { "run" } else { "uses" },
            shell,
            condition: condition.to_owned(),
            runs: decision.runs,
            reason: decision.reason,
        }
    }

    /// The jobs of the workflow that a job calls.
    fn called(
        &self,
        job: &Job,
        entry: &Entry,
        decision: &Decision,
    ) -> Result<Vec<PlannedJob>, Error> {
        let Work::Call { uses, with, .. } = &job.work else {
            return Ok(Vec::new());
        };
        if !uses.value.starts_with("./") {
            return Ok(Vec::new());
        }
        if self.depth >= DEEPEST_CALL {
            return Err(self.invalid(
                uses.span,
                format!("calls of workflows nest deeper than {DEEPEST_CALL} levels"),
            ));
        }
        let workflow = (self.request.load)(&uses.value).map_err(|error| match error {
            Error::File { cause, .. } => self.invalid(
                uses.span,
                format!("the workflow '{}' can't be read: {cause}", uses.value),
            ),
            error => error,
        })?;
        let Some(trigger) = workflow.trigger("workflow_call") else {
            return Err(self.invalid(
                uses.span,
                format!("'{}' has no trigger 'workflow_call'", uses.value),
            ));
        };
        let evaluate = Evaluate {
            values: &entry.contexts,
            host: &NoHost,
        };
        let mut given = Vec::new();
        for (name, text) in with {
            let value = evaluate
                .value(text, &scope::JOB)
                .map_err(|error| self.invalid(text.span, error.message))?;
            given.push((name.clone(), value));
        }
        let inputs = inputs(&trigger.inputs, &given, &mut |input| match &input.default {
            Some(text) => evaluate
                .value(text, &scope::WORKFLOW)
                .map_err(|error| error.message),
            None => Ok(Value::Null),
        });
        let mut base = self.base.clone();
        base.set(
            "inputs",
            Value::object(inputs.map_err(|message| self.invalid(uses.span, message))?),
        );
        let refusal = (!decision.runs).then(|| {
            decision
                .reason
                .clone()
                .unwrap_or_else(|| "its caller does not run".to_owned())
        });
        let prefix = format!("{}{}/", self.prefix, job.id);
        let depth = self.depth + 1;
        Planner {
            request: self.request,
            workflow: &workflow,
            base,
            prefix,
            refusal,
            depth,
        }
        .jobs()
    }

    fn invalid(&self, span: crate::diagnostic::Span, message: String) -> Error {
        let problems = vec![Problem::new(span, message)];
        Invalid {
            file: self.workflow.file.clone(),
            text: self.workflow.source.to_string(),
            problems,
        }
        .into()
    }

    fn invalid_matrix(&self, job: &Job, message: String) -> Error {
        self.invalid(
            job.strategy
                .matrix
                .as_ref()
                .map_or(job.span, |matrix| matrix.span),
            message,
        )
    }
}

fn needs(job: &Job, assumed: &HashMap<String, Assumed>) -> Value {
    let needs = job.needs.iter().filter_map(|need| {
        let known = assumed.get(&need.value.to_lowercase())?;
        let mut object = Object::default();
        object.set("result", known.result.into());
        object.set("outputs", Value::object(known.outputs.clone()));
        Some((need.value.as_str(), Value::object(object)))
    });
    Value::object(needs.collect())
}

fn is_call(job: &Job) -> bool {
    matches!(job.work, Work::Call { .. })
}

fn local_limits(container: bool, services: &[String]) -> Option<String> {
    if container {
        return Some("it runs in a container, which is not replayed here".to_owned());
    }
    (!services.is_empty()).then(|| {
        format!(
            "it uses the services {}, which are not replayed here",
            services.join(", ")
        )
    })
}
