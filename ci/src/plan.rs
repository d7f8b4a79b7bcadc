//! `workflow + event + host → plan`: what would run, and why the rest would not. Pure.
//!
//! What only a run can know (outputs of steps, hashes of files) is named as such.

mod decide;
mod order;
mod planner;

use serde::Serialize;
use serde_json::Value as Json;

use crate::{
    Error, context,
    context::Evaluate,
    expression::{Object, Value, scope},
    occasion::{Occasion, inputs},
    os::Os,
    workflow::{Step, StepWork, Workflow},
};
pub(crate) use order::{ancestors, in_order_of_needs};
use planner::Planner;

/// What is planned.
pub struct Request<'a> {
    /// The event.
    pub occasion: &'a Occasion,
    /// The machine's system; none plans every system as if a machine of it were here.
    pub os: Option<Os>,
    /// The `vars` context.
    pub vars: Object,
    /// What stands in for the outputs of jobs: job, name, value.
    pub job_outputs: &'a [(String, String, String)],
    /// The folder that the steps would run in.
    pub workspace: &'a str,
    /// Reads a called workflow by its `uses`.
    pub load: &'a dyn Fn(&str) -> Result<Workflow, Error>,
}

/// One entry of one job.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedJob {
    /// The id; `CALLER/JOB` in a called workflow.
    pub job: String,
    /// For people.
    pub name: String,
    /// The ids of the jobs it needs.
    pub needs: Vec<String>,
    /// The matrix entry.
    pub matrix: Json,
    /// The label or labels.
    pub runs_on: Json,
    /// The system the labels mean.
    pub os: Os,
    /// Whether it would run.
    pub runs: bool,
    /// Why not; or what else there is to say.
    pub reason: Option<String>,
    /// Its steps, in order.
    pub steps: Vec<PlannedStep>,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedStep {
    /// From 0.
    pub index: usize,
    /// For people.
    pub name: String,
    /// `id`.
    pub id: Option<String>,
    /// `run` or `uses`.
    pub kind: &'static str,
    /// The shell of a `run` step.
    pub shell: Option<String>,
    /// The condition as GitHub evaluates it.
    #[serde(rename = "if")]
    pub condition: String,
    /// Whether it would run, if all before it succeed.
    pub runs: bool,
    /// Why not; or what a run decides.
    pub reason: Option<String>,
}

/// Plans every job.
pub fn plan(workflow: &Workflow, request: &Request<'_>) -> Result<Vec<PlannedJob>, Error> {
    let declared = workflow
        .trigger(&request.occasion.name)
        .map(|trigger| trigger.inputs.as_slice())
        .unwrap_or_default();
    let given: Vec<_> = request
        .occasion
        .inputs
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let mut base = Object::default();
    base.set(
        "github",
        Value::object(context::github(
            workflow,
            request.occasion,
            request.workspace,
        )),
    );
    base.set("vars", Value::object(request.vars.clone()));
    let inputs = inputs(declared, &given, &mut |input| {
        Ok(input
            .default
            .as_ref()
            .map_or(Value::Null, |text| text.value.as_str().into()))
    });
    base.set("inputs", Value::object(inputs.map_err(Error::Usage)?));
    let refusal = request.occasion.refusal(workflow);
    Planner {
        request,
        workflow,
        base,
        prefix: String::new(),
        refusal,
        depth: 0,
    }
    .jobs()
}

/// What a step is called where it has no name: `Run` and the first line of what it does.
pub(crate) fn step_name(step: &Step, evaluate: &Evaluate<'_>) -> String {
    if let Some(name) = &step.name {
        return evaluate
            .text(name, &scope::STEP)
            .unwrap_or_else(|_| name.value.clone());
    }
    let what = match &step.work {
        StepWork::Run { script, .. } => evaluate
            .text(script, &scope::STEP)
            .unwrap_or_else(|_| script.value.clone()),
        StepWork::Uses { action, .. } => action.value.clone(),
    };
    format!(
        "Run {}",
        what.trim_start().lines().next().unwrap_or_default()
    )
}
