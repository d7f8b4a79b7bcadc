//! One step: whether it runs, how long it may, what its failure means.

use std::time::{Duration, Instant};

use serde_json::Map;

use super::{
    console::Console,
    host::StepHost,
    job::{Frame, JobRun},
    session::Session,
};
use crate::{
    Error,
    context::Evaluate,
    event::Event,
    expression::{Contexts, Object, Value, condition, scope},
    plan::step_name,
    verdict::{Outcome, StepReport, Trap, Verdict},
    workflow::{Step, StepWork},
};

/// What a step did.
pub(crate) struct Performed {
    pub(crate) outcome: Outcome,
    pub(crate) verdict: Verdict,
    pub(crate) reason: Option<String>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) outputs: Vec<(String, String)>,
}

impl Performed {
    pub(crate) fn new(outcome: Outcome, verdict: Verdict) -> Self {
        Self {
            outcome,
            verdict,
            reason: None,
            exit_code: None,
            outputs: Vec::new(),
        }
    }

    pub(crate) fn not_replayable(reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::new(Outcome::Skipped, Verdict::NotReplayable)
        }
    }
}

/// A step that is about to run.
pub(crate) struct Ready {
    pub(crate) contexts: Object,
    /// Its own variables.
    pub(crate) env: Vec<(String, String)>,
    pub(crate) name: String,
}

impl JobRun<'_, '_> {
    /// A step of the job itself.
    pub(crate) fn top_step(
        &mut self,
        frame: &mut Frame,
        index: usize,
        step: &Step,
    ) -> Result<StepReport, Error> {
        self.session.notice_interrupt();
        if Instant::now() >= self.deadline && !self.timed_out {
            self.time_out();
        }
        let prepared = self.prepare(frame, step);
        let name = match &prepared {
            Ok((ready, _)) => ready.name.clone(),
            Err(_) => step_name(
                step,
                &Evaluate {
                    values: &self.base,
                    host: &crate::expression::NoHost,
                },
            ),
        };
        let left_out = self.session.options.selection.leaves_out(self.job, index);
        let left_out = left_out.filter(|_| !sets_the_scene(step));
        let report = match prepared {
            _ if left_out.is_some() => StepReport::not_run(
                step.id.clone(),
                name,
                Verdict::Skipped,
                left_out.unwrap_or_default(),
            ),
            Ok((ready, Some(reason))) => {
                StepReport::not_run(step.id.clone(), ready.name, Verdict::Skipped, reason)
            }
            prepared => {
                self.session.tell(Event::StepStarted {
                    name: &self.session.masks.apply(&name),
                });
                self.console_step(frame, index, step, prepared.map(|(ready, _)| ready), name)?
            }
        };
        enter_result(frame, step, &report);
        self.session.tell(Event::StepEnded(&self.masked(&report)));
        Ok(report)
    }

    /// A step of a composite action; it prints to the console of the action.
    pub(crate) fn inner_step(
        &mut self,
        frame: &mut Frame,
        step: &Step,
        console: &mut Console<'_, '_>,
    ) -> Result<Performed, Error> {
        let mut performed = match self.prepare(frame, step) {
            Ok((_, Some(reason))) => Performed {
                reason: Some(reason),
                ..Performed::new(Outcome::Skipped, Verdict::Skipped)
            },
            Ok((ready, None)) => self.perform(frame, step, &ready, console)?,
            Err(message) => {
                console.error(&message);
                Performed::new(Outcome::Failure, Verdict::Ran)
            }
        };
        let conclusion = self.conclusion(frame, step, &mut performed, console);
        frame.failed |= conclusion == Outcome::Failure;
        if let Some(id) = &step.id {
            let mut outputs = Object::default();
            for (name, value) in &performed.outputs {
                outputs.set(name, value.as_str().into());
            }
            enter_step(&mut frame.steps, id, outputs, performed.outcome, conclusion);
        }
        Ok(performed)
    }

    /// Contexts, variables and name; and why it does not run, if it does not.
    fn prepare(&self, frame: &Frame, step: &Step) -> Result<(Ready, Option<String>), String> {
        let mut contexts = self.contexts(frame);
        let host = StepHost::new(&self.workspace, self.progress(frame));
        let env = Evaluate {
            values: &contexts,
            host: &host,
        }
        .pairs(&step.env, &scope::STEP)
        .map_err(|message| format!("env: {message}"))?;
        for (name, value) in &env {
            crate::context::set_member(&mut contexts, "env", name, value.as_str().into());
        }
        let condition = step
            .condition
            .as_ref()
            .map_or("success()", |condition| &condition.effective);
        let holds = condition::holds(
            condition,
            &scope::STEP_IF,
            &Contexts {
                values: &contexts,
                host: &host,
            },
        );
        let holds = holds.map_err(|error| format!("if: {error}"))?;
        let name = step_name(
            step,
            &Evaluate {
                values: &contexts,
                host: &host,
            },
        );
        self.tell_nothing_hashed(step, &name, &host);
        let reason = (!holds).then(|| match condition {
            "success()" if self.progress(frame).cancelled => "the run was cancelled".to_owned(),
            "success()" => "a step before it failed".to_owned(),
            condition => format!("its condition is false: {condition}"),
        });
        Ok((
            Ready {
                contexts,
                env,
                name,
            },
            reason,
        ))
    }

    fn console_step(
        &mut self,
        frame: &mut Frame,
        index: usize,
        step: &Step,
        ready: Result<Ready, String>,
        name: String,
    ) -> Result<StepReport, Error> {
        let started = Instant::now();
        let session = self.session;
        let mut console = Console::new(session, &format!("{}-{index:02}-{name}", self.label))?;
        let mut performed = match ready {
            Ok(ready) => self.perform_or_resume(frame, step, &ready, &mut console)?,
            Err(message) => {
                console.error(&message);
                Performed::new(Outcome::Failure, Verdict::Ran)
            }
        };
        performed
            .outputs
            .extend(std::mem::take(&mut console.outputs));
        let conclusion = self.conclusion(frame, step, &mut performed, &mut console);
        console.finish()?;
        let outputs: Map<_, _> = performed
            .outputs
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        Ok(StepReport {
            id: step.id.clone(),
            name,
            outcome: performed.outcome,
            conclusion,
            verdict: performed.verdict,
            reason: performed.reason,
            exit_code: performed.exit_code,
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            outputs,
            annotations: std::mem::take(&mut console.annotations),
            log: Session::log_name(console.path()),
        })
    }

    /// Does what the step says, within its limit.
    pub(crate) fn perform(
        &mut self,
        frame: &mut Frame,
        step: &Step,
        ready: &Ready,
        console: &mut Console<'_, '_>,
    ) -> Result<Performed, Error> {
        let limit = match self.step_limit(frame, step, ready) {
            Ok(limit) => limit,
            Err(message) => {
                console.error(&message);
                return Ok(Performed::new(Outcome::Failure, Verdict::Ran));
            }
        };
        let mut performed = match &step.work {
            StepWork::Run { .. } => self.run_step(frame, step, ready, limit, console)?,
            StepWork::Uses { action, with } => {
                self.use_action(frame, step, &action.value, with, ready, limit, console)?
            }
        };
        if let Some(message) = console.refused.take()
            && performed.outcome == Outcome::Success
        {
            performed.outcome = Outcome::Failure;
            performed.reason = Some(message);
        }
        Ok(performed)
    }

    fn step_limit(
        &self,
        frame: &Frame,
        step: &Step,
        ready: &Ready,
    ) -> Result<Option<Duration>, String> {
        let Some(text) = &step.timeout_minutes else {
            return Ok(None);
        };
        let host = StepHost::new(&self.workspace, self.progress(frame));
        let minutes = Evaluate {
            values: &ready.contexts,
            host: &host,
        }
        .number(text, &scope::STEP);
        let minutes = minutes.map_err(|message| format!("timeout-minutes: {message}"))?;
        // GitHub takes 0 for "no limit".
        Ok((minutes > 0.0).then(|| Duration::from_secs_f64(minutes.min(1e6) * 60.0)))
    }

    /// The outcome after `continue-on-error`.
    fn conclusion(
        &self,
        frame: &Frame,
        step: &Step,
        performed: &mut Performed,
        console: &mut Console<'_, '_>,
    ) -> Outcome {
        let Some(text) = step
            .continue_on_error
            .as_ref()
            .filter(|_| performed.outcome == Outcome::Failure)
        else {
            return performed.outcome;
        };
        let contexts = self.contexts(frame);
        let host = StepHost::new(&self.workspace, self.progress(frame));
        match (Evaluate {
            values: &contexts,
            host: &host,
        })
        .boolean(text, &scope::STEP)
        {
            Ok(true) => Outcome::Success,
            Ok(false) => Outcome::Failure,
            Err(message) => {
                console.error(&format!("continue-on-error: {message}"));
                Outcome::Failure
            }
        }
    }

    fn tell_nothing_hashed(&self, step: &Step, name: &str, host: &StepHost<'_>) {
        for patterns in host.nothing_hashed.take() {
            self.session.trap(Trap {
                trap: "hash-of-nothing".to_owned(),
                file: self.workflow.file.clone(),
                line: step.span.line,
                column: step.span.column,
                job: self.label.clone(),
                step: Some(name.to_owned()),
                message: format!(
                    "hashFiles('{patterns}') matches no file: its value is the empty string"
                ),
            });
        }
    }

    fn masked(&self, report: &StepReport) -> StepReport {
        let mut masked = report.clone();
        let masks = &self.session.masks;
        masked.name = masks.apply(&masked.name);
        masked.reason = masked.reason.map(|reason| masks.apply(&reason));
        masked
            .outputs
            .values_mut()
            .for_each(|value| masks.apply_json(value));
        masked
            .annotations
            .iter_mut()
            .for_each(|annotation| annotation.message = masks.apply(&annotation.message));
        masked
    }
}

/// Sets what later steps see of a step.
fn enter_step(
    steps: &mut Object,
    id: &str,
    outputs: Object,
    outcome: Outcome,
    conclusion: Outcome,
) {
    let word = |outcome: Outcome| match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Cancelled => "cancelled",
        Outcome::Skipped => "skipped",
    };
    let mut step = Object::default();
    step.set("outputs", Value::object(outputs));
    step.set("outcome", word(outcome).into());
    step.set("conclusion", word(conclusion).into());
    steps.set(id, Value::object(step));
}

/// `--from` and `--only` need the files that steps before them bring.
fn sets_the_scene(step: &Step) -> bool {
    matches!(&step.work, StepWork::Uses { action, .. } if super::emulated::sets_the_scene(&action.value))
}

fn enter_result(frame: &mut Frame, step: &Step, report: &StepReport) {
    frame.failed |= report.conclusion == Outcome::Failure;
    if let Some(id) = &step.id {
        let outputs = report
            .outputs
            .iter()
            .map(|(name, value)| (name.as_str(), Value::from(value)));
        enter_step(
            &mut frame.steps,
            id,
            outputs.collect(),
            report.outcome,
            report.conclusion,
        );
    }
}
