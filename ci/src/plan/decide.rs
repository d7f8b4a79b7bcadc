//! Whether a condition holds, as far as that can be known without running anything.

use serde_json::json;

use crate::{
    context::set_member,
    expression::{Contexts, Expression, Host, Node, Object, Scope, Value},
    os::Os,
    workflow::{Job, Step, Workflow},
};

/// How things have gone before, by assumption.
#[derive(Debug, Clone, Copy)]
pub(super) struct Status {
    pub(super) success: bool,
    pub(super) failure: bool,
}

/// Whether something runs, and why (not).
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) runs: bool,
    pub(super) reason: Option<String>,
}

impl Decision {
    pub(super) fn no(reason: String) -> Self {
        Self {
            runs: false,
            reason: Some(reason),
        }
    }
}

impl Host for Status {
    fn call(&self, name: &str, _: &[Value]) -> Result<Value, String> {
        Ok(match name {
            "always" => true.into(),
            "success" => self.success.into(),
            "failure" => self.failure.into(),
            "cancelled" => false.into(),
            _ => Value::Null,
        })
    }
}

/// Decides a condition (as GitHub evaluates it).
pub(super) fn decide(
    condition: &str,
    scope: &Scope<'_>,
    contexts: &Object,
    status: Status,
) -> Decision {
    if condition == "success()" && status.success {
        return Decision {
            runs: true,
            reason: None,
        };
    }
    let expression = match Expression::parse(condition, scope) {
        Ok(expression) => expression,
        Err(error) => return Decision::no(error.message),
    };
    let Some(root) = expression.root() else {
        return Decision {
            runs: status.success,
            reason: None,
        };
    };
    match truth(
        root,
        &Contexts {
            values: contexts,
            host: &status,
        },
    ) {
        Ok(Some(true)) => Decision {
            runs: true,
            reason: None,
        },
        Ok(Some(false)) => Decision::no(format!(
            "its condition is false: {condition}{}",
            values(root, contexts)
        )),
        Ok(None) => Decision {
            runs: true,
            reason: Some(format!("decided when it runs: {condition}")),
        },
        Err(message) => Decision::no(format!("its condition can't be evaluated: {message}")),
    }
}

/// The contexts of a step that can be known beforehand.
pub(super) fn add_step_contexts(
    contexts: &mut Object,
    workflow: &Workflow,
    job: &Job,
    step: &Step,
    os: Os,
) {
    let env: Object = [&workflow.env, &job.env, &step.env]
        .into_iter()
        .flatten()
        .filter(|(_, text)| !text.value.contains("${{"))
        .map(|(name, text)| (name.as_str(), Value::from(text.value.as_str())))
        .fold(Object::default(), |mut env, (name, value)| {
            env.set(name, value);
            env
        });
    contexts.set("env", Value::object(env));
    let runner = json!({"os": os.runner_name(), "arch": "X64", "environment": "github-hosted", "name": "lunet"});
    contexts.set("runner", Value::from(&runner));
    set_member(contexts, "job", "status", "success".into());
    set_member(contexts, "github", "job", job.id.as_str().into());
}

/// Three-valued: none where only a run can know.
fn truth(node: &Node, contexts: &Contexts<'_>) -> Result<Option<bool>, String> {
    match node {
        Node::And(nodes) => any(nodes, contexts, false),
        Node::Or(nodes) => any(nodes, contexts, true),
        Node::Not(node) => Ok(truth(node, contexts)?.map(|truth| !truth)),
        node if unknown(node, contexts.values) => Ok(None),
        node => {
            let value = node.evaluate(contexts).map_err(|error| error.message)?;
            Ok(Some(value.truthy()))
        }
    }
}

/// `decisive` if one node is; unknown if one is unknown.
fn any(nodes: &[Node], contexts: &Contexts<'_>, decisive: bool) -> Result<Option<bool>, String> {
    let mut result = Some(!decisive);
    for node in nodes {
        match truth(node, contexts)? {
            Some(truth) if truth == decisive => return Ok(Some(decisive)),
            Some(_) => {}
            None => result = None,
        }
    }
    Ok(result)
}

/// Whether the node reads what only a run can know: outputs of steps and (unless given) of jobs, hashes of files,
/// variables that the workflow does not set itself.
fn unknown(node: &Node, contexts: &Object) -> bool {
    let mut unknown = false;
    node.visit(&mut |node| {
        unknown |= match node {
            Node::Call { name, .. } => name == "hashfiles",
            Node::Name(name) => {
                name.eq_ignore_ascii_case("steps") || name.eq_ignore_ascii_case("secrets")
            }
            Node::Member(..) => node
                .path()
                .is_some_and(|path| unknown_path(&path, contexts)),
            _ => false,
        };
    });
    unknown
}

fn unknown_path(path: &[&str], contexts: &Object) -> bool {
    let value = || {
        path.iter().skip(1).fold(
            contexts.get(path[0]).cloned().unwrap_or(Value::Null),
            |value, key| value.get(key),
        )
    };
    match path {
        [needs, _, outputs, _]
            if needs.eq_ignore_ascii_case("needs") && outputs.eq_ignore_ascii_case("outputs") =>
        {
            matches!(value(), Value::Null)
        }
        [env, _] if env.eq_ignore_ascii_case("env") => matches!(value(), Value::Null),
        _ => false,
    }
}

/// " (a.b is 'c', …)": the values that a condition read.
fn values(root: &Node, contexts: &Object) -> String {
    let mut values: Vec<String> = Vec::new();
    root.visit(&mut |node| {
        let Some(path) = node.path().filter(|path| path.len() > 1) else {
            return;
        };
        let value = path.iter().skip(1).fold(
            contexts.get(path[0]).cloned().unwrap_or(Value::Null),
            |value, key| value.get(key),
        );
        let text = format!("{} is '{}'", path.join("."), value.text());
        if value.is_primitive() && !values.contains(&text) {
            values.push(text);
        }
    });
    if values.is_empty() {
        String::new()
    } else {
        format!(" ({})", values.join(", "))
    }
}
