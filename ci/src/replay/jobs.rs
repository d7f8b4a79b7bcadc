//! The jobs of a workflow in the order of their needs, entry by entry.
//!
//! Entries run one after another, so every `max-parallel` holds and the order is always the same.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::{
    host::Progress,
    job::JobRun,
    known::{Known, known_of, lone, needs},
    session::Session,
};
use crate::{
    Error,
    context::{self, Entries, Entry, Evaluate},
    event::Event,
    expression::{Contexts, NoHost, Object, Value, condition, scope},
    occasion::inputs,
    os::Os,
    plan::{ancestors, in_order_of_needs, step_name},
    verdict::{JobReport, Outcome, StepReport, Verdict},
    workflow::{Job, Work, Workflow},
};

/// Runs all jobs of the workflow that was asked for.
pub(crate) fn run(session: &Session<'_>, workflow: &Workflow) -> Result<Vec<JobReport>, Error> {
    session.options.selection.check(workflow)?;
    let occasion = &session.options.occasion;
    let trigger = workflow.trigger(&occasion.name);
    let given: Vec<_> = occasion
        .inputs
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let declared = trigger
        .map(|trigger| trigger.inputs.as_slice())
        .unwrap_or_default();
    let inputs = inputs(declared, &given, &mut |input| {
        Ok(input
            .default
            .as_ref()
            .map_or(Value::Null, |text| text.value.as_str().into()))
    });
    let mut secrets: Object = session
        .options
        .secrets
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().into()))
        .collect();
    if secrets.get("GITHUB_TOKEN").is_none() {
        secrets.set("GITHUB_TOKEN", "".into());
    }
    let mut github = context::github(workflow, occasion, &session.options.root.to_string_lossy());
    github.set(
        "token",
        secrets.get("GITHUB_TOKEN").cloned().unwrap_or(Value::Null),
    );
    let mut base = Object::default();
    base.set("github", Value::object(github));
    base.set("vars", Value::object(session.options.vars.clone()));
    base.set("secrets", Value::object(secrets));
    base.set("inputs", Value::object(inputs.map_err(Error::Usage)?));
    if let Some(concurrency) = &workflow.concurrency {
        let evaluate = Evaluate {
            values: &base,
            host: &NoHost,
        };
        let group = evaluate.text(&concurrency.group, &scope::WORKFLOW);
        session.tell_concurrency("the run", &group.unwrap_or_default());
    }
    let refusal = occasion.refusal(workflow);
    WorkflowRun {
        session,
        workflow,
        base,
        prefix: String::new(),
        refusal,
        depth: 0,
    }
    .run()
}

/// A workflow that runs: the one that was asked for, or one that a job calls.
pub(crate) struct WorkflowRun<'s, 'a> {
    pub(crate) session: &'s Session<'a>,
    pub(crate) workflow: &'s Workflow,
    /// `github`, `inputs`, `vars`, `secrets`.
    pub(crate) base: Object,
    pub(crate) prefix: String,
    /// Why none of its jobs runs.
    pub(crate) refusal: Option<String>,
    pub(crate) depth: usize,
}

impl<'s> WorkflowRun<'s, '_> {
    pub(crate) fn run(&self) -> Result<Vec<JobReport>, Error> {
        let mut known = HashMap::new();
        self.run_into(&mut known)
    }

    /// Runs the jobs; what is known of each afterwards is in `known` by its id in lower case.
    pub(crate) fn run_into(
        &self,
        known: &mut HashMap<String, Known>,
    ) -> Result<Vec<JobReport>, Error> {
        let mut reports: HashMap<&str, Vec<JobReport>> = HashMap::new();
        let wanted = self.wanted();
        for job in in_order_of_needs(&self.workflow.jobs) {
            if wanted
                .as_ref()
                .is_some_and(|wanted| !wanted.contains(&job.id.to_lowercase()))
            {
                continue;
            }
            let (of_job, result) = self.job(job, known)?;
            known.insert(job.id.to_lowercase(), result);
            reports.insert(&job.id, of_job);
        }
        Ok(self
            .workflow
            .jobs
            .iter()
            .filter_map(|job| reports.remove(job.id.as_str()))
            .flatten()
            .collect())
    }

    /// The ids of the jobs that were asked for; none if all were.
    fn wanted(&self) -> Option<Vec<String>> {
        let id = self
            .session
            .options
            .selection
            .job
            .as_ref()
            .filter(|_| self.prefix.is_empty())?;
        let job = self
            .workflow
            .jobs
            .iter()
            .find(|job| job.id.eq_ignore_ascii_case(id))?;
        let mut wanted = ancestors(job, &self.workflow.jobs);
        wanted.push(job.id.to_lowercase());
        Some(wanted)
    }

    fn job(
        &self,
        job: &'s Job,
        known: &HashMap<String, Known>,
    ) -> Result<(Vec<JobReport>, Known), Error> {
        self.session.notice_interrupt();
        let mut contexts = self.base.clone();
        contexts.set("needs", needs(job, known));
        let skipped = self.skipped(job, &contexts, known);
        let mut entries = match context::entries(job, &contexts, &NoHost) {
            Ok(entries) => entries,
            Err(message) if skipped.is_none() => return self.without_entries(job, &message),
            Err(_) => Entries {
                list: vec![lone(job, contexts)],
                fail_fast: false,
            },
        };
        let selection = &self.session.options.selection;
        if self.prefix.is_empty()
            && entries
                .list
                .iter()
                .any(|entry| selection.takes_entry(&entry.matrix))
        {
            entries
                .list
                .retain(|entry| selection.takes_entry(&entry.matrix));
        }
        let mut reports: Vec<JobReport> = Vec::new();
        let mut own: Vec<(Outcome, Map<String, Json>)> = Vec::new();
        for entry in &entries.list {
            let failed = own
                .iter()
                .any(|(result, _)| matches!(result, Outcome::Failure | Outcome::Cancelled));
            let of_entry = match &skipped {
                Some((verdict, reason)) => {
                    self.not_run(job, entry, *verdict, Outcome::Skipped, reason)?
                }
                None if failed && entries.fail_fast => {
                    let reason = "another entry of the matrix failed (fail-fast)";
                    self.not_run(job, entry, Verdict::Skipped, Outcome::Cancelled, reason)?
                }
                None => self.entry(job, entry)?,
            };
            own.extend(
                of_entry
                    .first()
                    .map(|report| (report.result, report.outputs.clone())),
            );
            reports.extend(of_entry);
        }
        let mut known = known_of(job, &reports, &own, &self.prefix);
        known.stand_in(
            &self.session.options.job_outputs,
            &format!("{}{}", self.prefix, job.id),
        );
        Ok((reports, known))
    }

    /// One entry, as it deserves: run, called, or listed with the reason why not.
    fn entry(&self, job: &'s Job, entry: &Entry) -> Result<Vec<JobReport>, Error> {
        let reason = match &job.work {
            Work::Call { .. } => return self.call(job, entry),
            Work::Steps { .. } if entry.os != Os::here() => {
                format!("it runs on {}, this machine on {}", entry.os, Os::here())
            }
            Work::Steps {
                container: Some(image),
                ..
            } => {
                format!("its job runs in the container '{}'", image.value)
            }
            Work::Steps { services, .. } if !services.is_empty() => {
                format!("its job uses the services {}", services.join(", "))
            }
            Work::Steps { .. } => {
                self.tell_concurrency(job, entry);
                self.started(job, entry);
                let report = JobRun::new(self.session, self.workflow, job, entry, &self.prefix)?
                    .run(entry)?;
                self.session.tell(Event::JobEnded(&report));
                return Ok(vec![report]);
            }
        };
        self.not_run(
            job,
            entry,
            Verdict::NotReplayable,
            Outcome::Skipped,
            &reason,
        )
    }

    fn started(&self, job: &Job, entry: &Entry) {
        let label = format!("{}{}", self.prefix, job.id);
        self.session.tell(Event::JobStarted {
            job: &label,
            name: &self.session.masks.apply(&entry.name),
        });
    }

    fn tell_concurrency(&self, job: &Job, entry: &Entry) {
        let Some(concurrency) = &job.concurrency else {
            return;
        };
        let evaluate = Evaluate {
            values: &entry.contexts,
            host: &NoHost,
        };
        let group = evaluate.text(&concurrency.group, &scope::JOB);
        self.session
            .tell_concurrency(&entry.name, &group.unwrap_or_default());
    }

    /// A report of an entry that does not run.
    pub(crate) fn not_run(
        &self,
        job: &Job,
        entry: &Entry,
        verdict: Verdict,
        result: Outcome,
        reason: &str,
    ) -> Result<Vec<JobReport>, Error> {
        let evaluate = Evaluate {
            values: &entry.contexts,
            host: &NoHost,
        };
        let steps = match &job.work {
            Work::Steps { steps, .. } => steps
                .iter()
                .map(|step| {
                    StepReport::not_run(
                        step.id.clone(),
                        step_name(step, &evaluate),
                        verdict,
                        reason,
                    )
                })
                .collect(),
            Work::Call { .. } => Vec::new(),
        };
        let foreign = verdict == Verdict::NotReplayable
            && entry.os != Os::here()
            && matches!(job.work, Work::Steps { .. });
        let report = JobReport {
            job: format!("{}{}", self.prefix, job.id),
            name: entry.name.clone(),
            matrix: Value::object(entry.matrix.clone()).to_json(),
            result,
            reason: Some(reason.to_owned()),
            outputs: Map::new(),
            steps,
            foreign,
        };
        self.session.tell(Event::JobEnded(&report));
        let mut reports = vec![report];
        if let Work::Call { .. } = &job.work {
            reports.extend(self.called_not_run(job, entry, reason)?);
        }
        Ok(reports)
    }

    /// Why a job does not run at all, and how that counts.
    fn skipped(
        &self,
        job: &Job,
        contexts: &Object,
        known: &HashMap<String, Known>,
    ) -> Option<(Verdict, String)> {
        if let Some(reason) = &self.refusal {
            return Some((Verdict::Skipped, reason.clone()));
        }
        let ancestors = ancestors(job, &self.workflow.jobs);
        let result = |id: &String| known.get(id).map(|job| job.result);
        let cancelled = self.session.is_cancelled();
        let progress = Progress {
            success: !cancelled
                && ancestors
                    .iter()
                    .all(|id| result(id) == Some(Outcome::Success)),
            failure: ancestors
                .iter()
                .any(|id| result(id) == Some(Outcome::Failure)),
            cancelled,
        };
        let condition = job
            .condition
            .as_ref()
            .map_or("success()", |condition| &condition.effective);
        match condition::holds(
            condition,
            &scope::JOB_IF,
            &Contexts {
                values: contexts,
                host: &progress,
            },
        ) {
            Ok(true) => return None,
            Err(error) => {
                return Some((
                    Verdict::Skipped,
                    format!("its condition can't be evaluated: {error}"),
                ));
            }
            Ok(false) => {}
        }
        let lost = ancestors
            .iter()
            .find_map(|id| Some((id, known.get(id)?.not_replayable.as_ref()?)));
        if let Some((id, reason)) = lost {
            return Some((
                Verdict::NotReplayable,
                format!("it needs the job '{id}': {reason}"),
            ));
        }
        if cancelled {
            return Some((Verdict::Skipped, "the run was cancelled".to_owned()));
        }
        let failed = ancestors
            .iter()
            .find(|id| result(id) != Some(Outcome::Success));
        Some((
            Verdict::Skipped,
            match failed.filter(|_| job.condition.is_none()) {
                Some(id) => format!("it needs the job '{id}', which did not succeed"),
                None => format!("its condition is false: {condition}"),
            },
        ))
    }

    /// A job whose strategy can't be evaluated fails, as on GitHub.
    fn without_entries(&self, job: &Job, message: &str) -> Result<(Vec<JobReport>, Known), Error> {
        let reason = format!("its strategy can't be evaluated: {message}");
        let entry = lone(job, self.base.clone());
        self.session.tell(Event::Note(
            &self.session.masks.apply(&format!("{}: {reason}", job.id)),
        ));
        let reports = self.not_run(job, &entry, Verdict::Skipped, Outcome::Failure, &reason)?;
        let known = Known {
            result: Outcome::Failure,
            outputs: Map::new(),
            not_replayable: None,
        };
        Ok((reports, known))
    }
}
