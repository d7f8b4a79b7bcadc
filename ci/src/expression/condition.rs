//! `if:`: the condition that GitHub makes of what was written.

use super::{
    Contexts, Expression, ExpressionError, Host, Object, Scope, Value, scope,
    template::{as_expression, as_string_literal, has_expression},
};

/// Whose `if:` it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionScope {
    /// A job's.
    Job,
    /// A step's in a job.
    Step,
    /// A step's in a composite action.
    CompositeStep,
}

/// How things have gone so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing has failed.
    #[default]
    Success,
    /// A step or a needed job has failed.
    Failure,
    /// The run was cancelled.
    Cancelled,
}

impl ConditionScope {
    /// What its conditions may name.
    pub fn scope(self) -> Scope<'static> {
        match self {
            Self::Job => scope::JOB_IF,
            Self::Step | Self::CompositeStep => scope::STEP_IF,
        }
    }
}

/// The functions that say how things have gone.
const STATUS_FUNCTIONS: [&str; 4] = ["always", "cancelled", "failure", "success"];

/// GitHub's own text of a condition: without `${{ }}`, and with `success() && (…)` where no status function is called.
pub fn effective(written: &str, scope: &Scope<'_>) -> Result<String, ExpressionError> {
    let condition = if has_expression(written) {
        match as_string_literal(written) {
            Some(text) => text.trim().to_owned(),
            None => as_expression(written, scope)?.unwrap_or_default(),
        }
    } else {
        written.trim().to_owned()
    };
    if condition.is_empty() {
        return Ok("success()".to_owned());
    }
    let expression = Expression::parse(&condition, scope)?;
    if STATUS_FUNCTIONS.iter().any(|name| expression.calls(name)) {
        return Ok(condition);
    }
    let guarded = format!("success() && ({condition})");
    Expression::parse(&guarded, scope)?;
    Ok(guarded)
}

/// The host of conditions: the status functions over what is known so far.
pub struct StatusHost<'a> {
    /// Whose condition it is.
    pub scope: ConditionScope,
    /// Of the job so far; for the condition of a job, of the whole run.
    pub job_status: Option<Status>,
    /// Of the composite action so far.
    pub action_status: Option<Status>,
    /// The contexts, whose `needs` a job's status functions read.
    pub contexts: &'a Object,
    /// Answers what is no status function.
    pub rest: &'a dyn Host,
}

impl Host for StatusHost<'_> {
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let job = self.job_status.unwrap_or_default();
        let own = match self.scope {
            ConditionScope::CompositeStep => self.action_status.unwrap_or_default(),
            ConditionScope::Step | ConditionScope::Job => job,
        };
        let by_needs = self.scope == ConditionScope::Job
            && (self.job_status.is_none() || !arguments.is_empty());
        Ok(Value::Boolean(match name {
            "always" => true,
            "cancelled" => job == Status::Cancelled,
            "success" if by_needs => self
                .needs(arguments)
                .iter()
                .all(|result| result == "success"),
            "failure" if by_needs => self
                .needs(arguments)
                .iter()
                .any(|result| result == "failure"),
            "success" => own == Status::Success,
            "failure" => own == Status::Failure,
            _ => return self.rest.call(name, arguments),
        }))
    }
}

impl StatusHost<'_> {
    /// The results of the needed jobs, or of those named.
    fn needs(&self, named: &[Value]) -> Vec<String> {
        let Some(Value::Object(needs)) = self.contexts.get("needs") else {
            return Vec::new();
        };
        let wanted = |id: &str| {
            named.is_empty()
                || named
                    .iter()
                    .any(|name| name.text().eq_ignore_ascii_case(id))
        };
        needs
            .iter()
            .filter(|(id, _)| wanted(id))
            .map(|(_, job)| job.get("result").text())
            .collect()
    }
}

/// Whether a condition (as [`effective`] gives it) holds.
pub fn holds(
    condition: &str,
    scope: &Scope<'_>,
    contexts: &Contexts<'_>,
) -> Result<bool, ExpressionError> {
    Expression::parse(condition, scope)?
        .evaluate(contexts)
        .map(|value| value.truthy())
}
