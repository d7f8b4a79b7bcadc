//! Contexts: what `github`, `runner`, `strategy` … hold, and the evaluation of a model's texts in them.
//!
//! Not here: contexts that only grow while steps run (`steps`, `env`, `job`).

use std::sync::Arc;

use serde_json::json;

use crate::{
    expression::{Contexts, ExpressionError, Host, Object, Scope, Value, scope, template},
    matrix,
    occasion::Occasion,
    os::Os,
    workflow::{Job, Pairs, Text, Work, Workflow},
    yaml::{Content, Node},
};

/// Evaluates texts of the model in some contexts.
#[derive(Clone, Copy)]
pub(crate) struct Evaluate<'a> {
    pub(crate) values: &'a Object,
    pub(crate) host: &'a dyn Host,
}

impl Evaluate<'_> {
    pub(crate) fn contexts(&self) -> Contexts<'_> {
        Contexts {
            values: self.values,
            host: self.host,
        }
    }

    pub(crate) fn value(&self, text: &Text, scope: &Scope<'_>) -> Result<Value, ExpressionError> {
        template::evaluate(&text.value, scope, &self.contexts())
    }

    pub(crate) fn text(&self, text: &Text, scope: &Scope<'_>) -> Result<String, ExpressionError> {
        self.value(text, scope).map(|value| value.text())
    }

    pub(crate) fn boolean(&self, text: &Text, scope: &Scope<'_>) -> Result<bool, String> {
        let value = self.value(text, scope).map_err(|error| error.message)?;
        match value.text().as_str() {
            "true" => Ok(true),
            "false" | "" => Ok(false),
            other => Err(format!("'{other}' is no boolean")),
        }
    }

    pub(crate) fn number(&self, text: &Text, scope: &Scope<'_>) -> Result<f64, String> {
        let value = self.value(text, scope).map_err(|error| error.message)?;
        let number = value.number();
        if number.is_finite() {
            Ok(number)
        } else {
            Err(format!("'{}' is no number", value.text()))
        }
    }

    pub(crate) fn pairs(
        &self,
        pairs: &Pairs,
        scope: &Scope<'_>,
    ) -> Result<Vec<(String, String)>, String> {
        let evaluated = pairs.iter().map(|(name, text)| {
            self.text(text, scope)
                .map(|text| (name.clone(), text))
                .map_err(|error| format!("{name}: {error}"))
        });
        evaluated.collect()
    }

    /// A YAML tree as a value, its expressions evaluated.
    pub(crate) fn tree(&self, node: &Node, scope: &Scope<'_>) -> Result<Value, ExpressionError> {
        Ok(match &node.content {
            Content::Scalar {
                value: Value::String(text),
                ..
            } if template::has_expression(text) => {
                template::evaluate(text, scope, &self.contexts())?
            }
            Content::Scalar { value, .. } => value.clone(),
            Content::Sequence(items) => Value::array(
                items
                    .iter()
                    .map(|item| self.tree(item, scope))
                    .collect::<Result<_, _>>()?,
            ),
            Content::Mapping(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| {
                    Ok((key.text().unwrap_or_default(), self.tree(value, scope)?))
                });
                Value::object(pairs.collect::<Result<Object, ExpressionError>>()?)
            }
        })
    }
}

/// One entry of a job's matrix; a job without a matrix has one.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) matrix: Object,
    pub(crate) name: String,
    /// Of `runs-on`, in the shape it was written in.
    pub(crate) runs_on: serde_json::Value,
    pub(crate) os: Os,
    /// The contexts it was evaluated in, with `strategy` and `matrix`.
    pub(crate) contexts: Object,
}

/// All entries of a job.
#[derive(Debug)]
pub(crate) struct Entries {
    pub(crate) list: Vec<Entry>,
    pub(crate) fail_fast: bool,
}

/// The entries of a job; `contexts` has `github`, `inputs`, `vars`, `needs`.
pub(crate) fn entries(job: &Job, contexts: &Object, host: &dyn Host) -> Result<Entries, String> {
    let evaluate = Evaluate {
        values: contexts,
        host,
    };
    let fail_fast = match &job.strategy.fail_fast {
        Some(text) => evaluate.boolean(text, &scope::STRATEGY)?,
        None => true,
    };
    let max_parallel = match &job.strategy.max_parallel {
        Some(text) => {
            Some(evaluate.number(text, &scope::STRATEGY)?).filter(|number| *number >= 1.0)
        }
        None => None,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at least 1, and capped"
    )]
    let max_parallel = max_parallel.map(|number| number.min(256.0) as usize);
    let combinations = match &job.strategy.matrix {
        Some(node) => {
            let value = evaluate
                .tree(node, &scope::STRATEGY)
                .map_err(|error| error.message)?;
            matrix::expand(&value)?
        }
        None => Vec::new(),
    };
    let total = combinations.len().max(1);
    let combinations = if combinations.is_empty() {
        vec![Object::default()]
    } else {
        combinations
    };
    let mut entries = Vec::new();
    for (index, matrix) in combinations.into_iter().enumerate() {
        let strategy = json!({
            "fail-fast": fail_fast, "job-index": index, "job-total": total, "max-parallel": max_parallel.unwrap_or(total),
        });
        let mut contexts = contexts.clone();
        contexts.set("strategy", Value::from(&strategy));
        let context = if matrix.is_empty() {
            Value::Null
        } else {
            Value::object(matrix.clone())
        };
        contexts.set("matrix", context);
        entries.push(entry(job, matrix, contexts, host)?);
    }
    Ok(Entries {
        list: entries,
        fail_fast,
    })
}

fn entry(job: &Job, matrix: Object, contexts: Object, host: &dyn Host) -> Result<Entry, String> {
    let evaluate = Evaluate {
        values: &contexts,
        host,
    };
    let name = match &job.name {
        Some(text) if template::has_expression(&text.value) => evaluate
            .text(text, &scope::JOB)
            .map_err(|error| error.message)?,
        Some(text) if !text.value.is_empty() => matrix::job_name(&text.value, &matrix),
        _ => matrix::job_name(&job.id, &matrix),
    };
    let labels = match &job.work {
        Work::Steps { runs_on, .. } => labels(runs_on, &evaluate)?,
        Work::Call { .. } => Value::Null,
    };
    let list: Vec<String> = match &labels {
        Value::Array(array) => array.items.iter().map(Value::text).collect(),
        single => vec![single.text()],
    };
    Ok(Entry {
        matrix,
        name,
        runs_on: labels.to_json(),
        os: Os::of_labels(&list),
        contexts,
    })
}

fn labels(runs_on: &[Text], evaluate: &Evaluate<'_>) -> Result<Value, String> {
    let values: Result<Vec<_>, _> = runs_on
        .iter()
        .map(|text| evaluate.value(text, &scope::JOB))
        .collect();
    let mut values = values.map_err(|error| error.message)?;
    Ok(if values.len() == 1 {
        values.remove(0)
    } else {
        Value::array(values)
    })
}

/// The `github` context of a whole run.
pub(crate) fn github(workflow: &Workflow, occasion: &Occasion, workspace: &str) -> Object {
    let owner = occasion.repository.split('/').next().unwrap_or_default();
    let file = workflow.file.replace('\\', "/");
    let tag = occasion.reference.starts_with("refs/tags/");
    let json = json!({
        "action": "", "action_path": "", "action_ref": "", "action_repository": "", "action_status": "",
        "actor": occasion.actor, "actor_id": "1", "triggering_actor": occasion.actor,
        "api_url": "https://api.github.com", "graphql_url": "https://api.github.com/graphql",
        "server_url": "https://github.com",
        "base_ref": occasion.base, "head_ref": occasion.head,
        "event_name": occasion.name, "event_path": "",
        "job": "", "path": "", "env": "",
        "ref": occasion.reference, "ref_name": occasion.short_reference(), "ref_protected": false,
        "ref_type": if tag { "tag" } else { "branch" },
        "repository": occasion.repository, "repository_id": "1", "repository_owner": owner,
        "repository_owner_id": "1", "repositoryUrl": format!("git://github.com/{}.git", occasion.repository),
        "retention_days": "90", "run_id": "1", "run_number": "1", "run_attempt": "1",
        "secret_source": "Actions", "sha": occasion.sha, "token": "",
        "workflow": workflow.name.as_deref().unwrap_or(&file),
        "workflow_ref": format!("{}/{file}@{}", occasion.repository, occasion.reference),
        "workflow_sha": occasion.sha,
        "workspace": workspace,
    });
    let mut github = as_object(&Value::from(&json));
    github.set("event", occasion.payload.clone());
    github
}

/// The members of an object; none for other values.
pub(crate) fn as_object(value: &Value) -> Object {
    match value {
        Value::Object(object) => object.as_ref().clone(),
        _ => Object::default(),
    }
}

/// Sets one member of a context that is an object.
pub(crate) fn set_member(contexts: &mut Object, context: &str, key: &str, value: Value) {
    let mut object = match contexts.get(context) {
        Some(Value::Object(object)) => Arc::unwrap_or_clone(Arc::clone(object)),
        _ => Object::default(),
    };
    object.set(key, value);
    contexts.set(context, Value::object(object));
}
