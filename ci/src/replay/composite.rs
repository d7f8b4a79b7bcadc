//! Composite actions: steps within a step.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::{
    console::Console,
    host::StepHost,
    job::{Frame, JobRun},
    step::{Performed, Ready},
};
use crate::{
    Error,
    context::Evaluate,
    expression::{Object, Value, scope},
    verdict::{Outcome, Verdict},
    workflow::{ActionInput, Pairs, Step},
};

/// GitHub's limit on actions within actions.
const DEEPEST: usize = 10;

impl JobRun<'_, '_> {
    /// Runs the steps of an action and evaluates its outputs.
    #[expect(clippy::too_many_arguments, reason = "an action is all of this")]
    pub(crate) fn composite(
        &mut self,
        outer: &mut Frame,
        folder: &Path,
        steps: &[Step],
        declared: &[ActionInput],
        outputs: &Pairs,
        given: Vec<(String, String)>,
        ready: &Ready,
        limit: Option<Duration>,
        console: &mut Console<'_, '_>,
    ) -> Result<Performed, Error> {
        if outer.depth >= DEEPEST {
            console.error(&format!("actions nest deeper than {DEEPEST} levels"));
            return Ok(Performed::new(Outcome::Failure, Verdict::Ran));
        }
        let inputs = match self.action_inputs(outer, declared, given, ready) {
            Ok(inputs) => inputs,
            Err(message) => {
                console.error(&message);
                return Ok(Performed::new(Outcome::Failure, Verdict::Ran));
            }
        };
        let mut env = outer.env.clone();
        env.extend(ready.env.iter().cloned());
        let mut frame = Frame {
            composite: true,
            inputs: Some(Value::object(inputs)),
            env,
            action_path: Some(folder.to_owned()),
            depth: outer.depth + 1,
            deadline: outer
                .deadline
                .or_else(|| limit.map(|limit| (Instant::now() + limit, limit))),
            ..Frame::default()
        };
        let mut last_code = None;
        let mut cancelled = false;
        for step in steps {
            let performed = self.inner_step(&mut frame, step, console)?;
            let mut inner = std::mem::take(&mut console.outputs);
            if let Some(id) = step.id.as_deref().filter(|_| !inner.is_empty()) {
                add_outputs(&mut frame.steps, id, &mut inner);
            }
            last_code = performed.exit_code.or(last_code);
            cancelled |= performed.outcome == Outcome::Cancelled;
            if performed.verdict == Verdict::NotReplayable {
                frame
                    .not_replayable
                    .get_or_insert(performed.reason.unwrap_or_default());
            }
        }
        let outcome = match (cancelled, frame.failed) {
            (true, _) => Outcome::Cancelled,
            (_, true) => Outcome::Failure,
            _ => Outcome::Success,
        };
        let outputs = self.action_outputs(&frame, outputs, console);
        let verdict = if frame.not_replayable.is_some() {
            Verdict::NotReplayable
        } else {
            Verdict::Ran
        };
        let reason = frame
            .not_replayable
            .map(|reason| format!("a step of it: {reason}"));
        Ok(Performed {
            outcome,
            verdict,
            reason,
            exit_code: last_code,
            outputs,
        })
    }

    /// What was given, and the defaults of the rest.
    fn action_inputs(
        &self,
        outer: &Frame,
        declared: &[ActionInput],
        given: Vec<(String, String)>,
        ready: &Ready,
    ) -> Result<Object, String> {
        let host = StepHost::new(&self.workspace, self.progress(outer));
        let evaluate = Evaluate {
            values: &ready.contexts,
            host: &host,
        };
        let mut inputs = Object::default();
        for input in declared {
            let default = input
                .default
                .as_ref()
                .map(|text| evaluate.text(text, &scope::COMPOSITE))
                .transpose();
            let default = default
                .map_err(|error| format!("the default of the input '{}': {error}", input.name))?;
            inputs.set(&input.name, default.unwrap_or_default().into());
        }
        for (name, value) in given {
            if inputs.get(&name).is_some() {
                inputs.set(name, value.into());
            }
        }
        Ok(inputs)
    }

    fn action_outputs(
        &self,
        frame: &Frame,
        outputs: &Pairs,
        console: &mut Console<'_, '_>,
    ) -> Vec<(String, String)> {
        let contexts = self.contexts(frame);
        let host = StepHost::new(&self.workspace, self.progress(frame));
        let evaluate = Evaluate {
            values: &contexts,
            host: &host,
        };
        let mut values = Vec::new();
        for (name, text) in outputs {
            match evaluate.text(text, &scope::COMPOSITE_OUTPUT) {
                Ok(value) => values.push((name.clone(), value)),
                Err(error) => console.error(&format!("the output '{name}': {error}")),
            }
        }
        values
    }
}

/// Adds what an inner step said by `set-output` to what later steps see of it.
fn add_outputs(steps: &mut Object, id: &str, outputs: &mut Vec<(String, String)>) {
    let Some(Value::Object(step)) = steps.get(id) else {
        return;
    };
    let mut step = step.as_ref().clone();
    let mut known = crate::context::as_object(&step.get("outputs").cloned().unwrap_or(Value::Null));
    for (name, value) in outputs.drain(..) {
        known.set(name, value.into());
    }
    step.set("outputs", Value::object(known));
    steps.set(id, Value::object(step));
}
