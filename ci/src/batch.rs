//! Questions and answers as JSON lines: evaluate, interpolate, condition, and the score against known answers.
//!
//! Not here: reading and writing the lines.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value as Json, json};

use crate::{
    expression::{
        Contexts, ErrorKind, Expression, ExpressionError, NoHost, Object, Scope, Value,
        condition::{self, ConditionScope, Status, StatusHost},
        template,
    },
    matrix,
};

/// A kind of question; each answers one line.
pub type Answer = fn(&str) -> Result<Json, serde_json::Error>;

/// `{"id","expr","contexts"}` → `{"id","kind","value"}`.
pub fn eval(line: &str) -> Result<Json, serde_json::Error> {
    #[derive(Deserialize)]
    struct Question {
        expr: String,
        #[serde(default)]
        contexts: Json,
    }
    answered(line, |Question { expr, contexts }, _| {
        let value = evaluated(&expr, &contexts)?;
        Ok(json!({"kind": value.kind(), "value": value.to_json()}))
    })
}

/// `{"id","template","contexts"}` → `{"id","value"}`.
pub fn interpolate(line: &str) -> Result<Json, serde_json::Error> {
    #[derive(Deserialize)]
    struct Question {
        template: String,
        #[serde(default)]
        contexts: Json,
    }
    answered(line, |Question { template, contexts }, _| {
        let values = object(&contexts)?;
        let names: Vec<_> = values.iter().map(|(name, _)| name).collect();
        let scope = Scope::of_names(&names);
        let text = template::interpolate(
            &template,
            &scope,
            &Contexts {
                values: &values,
                host: &NoHost,
            },
        )?;
        Ok(json!({"value": text}))
    })
}

/// `{"id","scope","if"}` → `{"id","condition"}`, with `result` when contexts or a status are given.
pub fn condition(line: &str) -> Result<Json, serde_json::Error> {
    #[derive(Deserialize)]
    struct Question {
        scope: ConditionScope,
        #[serde(rename = "if", default)]
        written: Json,
    }
    answered(line, |Question { scope, written }, question| {
        let condition = condition::effective(&Value::from(&written).text(), &scope.scope())?;
        let mut object = json!({"condition": condition});
        let keys = ["contexts", "job_status", "action_status"];
        if keys.iter().any(|key| question.get(key).is_some()) {
            object["result"] = condition_result(&condition, scope, question)?.into();
        }
        Ok(object)
    })
}

/// `{"id","job","matrix"}` → `{"id","combinations","names"}`.
pub fn matrix(line: &str) -> Result<Json, serde_json::Error> {
    #[derive(Deserialize)]
    struct Question {
        #[serde(default)]
        job: String,
        matrix: Json,
    }
    answered(line, |Question { job, matrix }, _| {
        let entries = matrix::expand(&Value::from(&matrix)).map_err(|message| ExpressionError {
            kind: ErrorKind::Evaluation,
            message,
        })?;
        let names: Vec<_> = entries
            .iter()
            .map(|entry| matrix::job_name(&job, entry))
            .collect();
        let combinations: Vec<_> = entries
            .into_iter()
            .map(|entry| Value::object(entry).to_json())
            .collect();
        Ok(json!({"combinations": combinations, "names": names}))
    })
}

/// The value of one expression over contexts given as JSON.
pub fn evaluated(expression: &str, contexts: &Json) -> Result<Value, ExpressionError> {
    let values = object(contexts)?;
    let names: Vec<_> = values.iter().map(|(name, _)| name).collect();
    let scope = Scope::of_names(&names);
    Expression::parse(expression, &scope)?.evaluate(&Contexts {
        values: &values,
        host: &NoHost,
    })
}

/// An error as the answers hold it.
pub fn error(error: &ExpressionError) -> Json {
    json!({"error": {"kind": error.kind, "message": error.message}})
}

/// How one row of known answers compares.
pub enum Row {
    /// The value or the kind of error is the expected one.
    Agrees,
    /// It is not; what was expected and what came.
    Differs {
        /// The row's id.
        id: String,
        /// As the row has it.
        expected: String,
        /// As evaluated here.
        found: String,
    },
}

/// Compares a row `{"id","expr","contexts"?,"expected" | "error"}` with what the expression gives here.
pub fn compare_row(line: &str) -> Result<Row, serde_json::Error> {
    let row: Json = serde_json::from_str(line)?;
    let found = match evaluated(row["expr"].as_str().unwrap_or_default(), &row["contexts"]) {
        Ok(value) => json!({
            "kind": value.kind(), "value": value.to_json(), "text": value.text(), "truthy": value.truthy(),
        }),
        Err(error) => json!({"error": error.kind, "message": error.message}),
    };
    let agrees = match row.get("error") {
        Some(error) => found["error"] == error["kind"],
        None => {
            found["kind"] == row["expected"]["kind"]
                && same(&found["value"], &row["expected"]["value"])
                && row
                    .get("expected_string")
                    .is_none_or(|text| *text == found["text"])
                && row
                    .get("truthy")
                    .is_none_or(|truthy| *truthy == found["truthy"])
        }
    };
    if agrees {
        return Ok(Row::Agrees);
    }
    let expected = row.get("error").unwrap_or(&row["expected"]).to_string();
    Ok(Row::Differs {
        id: row["id"].to_string(),
        expected,
        found: found.to_string(),
    })
}

/// Equal as values: 1 and 1.0 are.
fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

fn condition_result(
    condition: &str,
    scope: ConditionScope,
    question: &Json,
) -> Result<bool, ExpressionError> {
    let values = object(&question["contexts"])?;
    let status = |key: &str| {
        let found = Option::<Status>::deserialize(&question[key]);
        found.map_err(|problem| unfit(format!("{key}: {problem}")))
    };
    let host = StatusHost {
        scope,
        job_status: status("job_status")?,
        action_status: status("action_status")?,
        contexts: &values,
        rest: &NoHost,
    };
    condition::holds(
        condition,
        &scope.scope(),
        &Contexts {
            values: &values,
            host: &host,
        },
    )
}

fn object(contexts: &Json) -> Result<Object, ExpressionError> {
    match Value::from(contexts) {
        Value::Object(object) => Ok(object.as_ref().clone()),
        Value::Null => Ok(Object::default()),
        other => {
            let kind = other.kind();
            Err(unfit(format!("contexts: expected an object, found {kind}")))
        }
    }
}

/// What is said of a question that can't be meant.
fn unfit(message: String) -> ExpressionError {
    ExpressionError {
        kind: ErrorKind::Parsing,
        message,
    }
}

/// The answer to a line with the same id. Only a line that is not JSON has none;
/// a question that lacks something is answered with an error.
fn answered<Q: DeserializeOwned>(
    line: &str,
    respond: impl FnOnce(Q, &Json) -> Result<Json, ExpressionError>,
) -> Result<Json, serde_json::Error> {
    let question: Json = serde_json::from_str(line)?;
    let id = question.get("id").cloned().unwrap_or_default();
    let result = match Q::deserialize(&question) {
        Ok(asked) => respond(asked, &question),
        Err(problem) => Err(unfit(problem.to_string())),
    };
    let mut object = result.unwrap_or_else(|failure| error(&failure));
    if let Some(map) = object.as_object_mut() {
        map.shift_insert(0, "id".to_owned(), id);
    }
    Ok(object)
}
