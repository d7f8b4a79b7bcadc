//! What sets a workflow off: the event with its payload and inputs, and whether the workflow listens to it.
//!
//! Not here: finding out branch and commit of a repository.

mod pattern;

use crate::{
    expression::{Object, Value},
    workflow::{Input, Trigger, Workflow},
};

/// An event, as far as a workflow can see it.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// `push`, `pull_request`, ….
    pub name: String,
    /// `refs/heads/main`, `refs/tags/v1`, `refs/pull/1/merge`.
    pub reference: String,
    /// The base branch of a pull request, else empty.
    pub base: String,
    /// The head branch of a pull request, else empty.
    pub head: String,
    /// The commit.
    pub sha: String,
    /// `owner/name`.
    pub repository: String,
    /// Who set it off.
    pub actor: String,
    /// `github.event`.
    pub payload: Value,
    /// The inputs that were given, as text.
    pub inputs: Vec<(String, String)>,
}

/// What is known of the repository that an occasion is made for.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The current branch.
    pub branch: String,
    /// The default branch.
    pub default_branch: String,
    /// The commit.
    pub sha: String,
    /// `owner/name`.
    pub name: String,
    /// Who works here.
    pub actor: String,
}

impl Occasion {
    /// The event that `spec` names: `push`, `push:BRANCH`, `tag:NAME`, `pull_request` or any other event.
    pub fn new(spec: &str, repository: &Repository, inputs: Vec<(String, String)>) -> Self {
        let branch = format!("refs/heads/{}", repository.branch);
        let (name, reference, base, head) = match spec.split_once(':') {
            Some(("tag", tag)) => (
                "push",
                format!("refs/tags/{tag}"),
                String::new(),
                String::new(),
            ),
            Some((name, branch)) => (
                name,
                format!("refs/heads/{branch}"),
                String::new(),
                String::new(),
            ),
            _ if spec.starts_with("pull_request") => (
                spec,
                "refs/pull/1/merge".to_owned(),
                repository.default_branch.clone(),
                repository.branch.clone(),
            ),
            _ => (spec, branch, String::new(), String::new()),
        };
        let mut occasion = Self {
            name: name.to_owned(),
            reference,
            base,
            head,
            sha: repository.sha.clone(),
            repository: repository.name.clone(),
            actor: repository.actor.clone(),
            payload: Value::Null,
            inputs,
        };
        occasion.payload = occasion.default_payload(repository);
        occasion
    }

    /// The event for somebody who named none: `push` where the workflow takes it, else its first trigger.
    /// A push goes to the current branch, or where the workflow doesn't take that, to the first that it names.
    pub fn usual(
        workflow: &Workflow,
        repository: &Repository,
        inputs: Vec<(String, String)>,
    ) -> Self {
        let preferred = ["push", "pull_request", "workflow_dispatch"];
        let found = preferred
            .into_iter()
            .find(|event| workflow.trigger(event).is_some());
        let first = workflow
            .triggers
            .first()
            .map(|trigger| trigger.event.as_str());
        let event = found.or(first).unwrap_or("push");
        let occasion = Self::new(event, repository, inputs.clone());
        let Some(trigger) = workflow
            .trigger("push")
            .filter(|_| event == "push" && occasion.refusal(workflow).is_some())
        else {
            return occasion;
        };
        for (kind, key) in [("push", "branches"), ("tag", "tags")] {
            let patterns = trigger
                .filters
                .iter()
                .find(|(filter, _)| filter == key)
                .map(|(_, patterns)| patterns);
            if let Some(name) = patterns.and_then(|patterns| {
                patterns
                    .iter()
                    .find(|name| !name.contains(['*', '?', '+', '[', '!']))
            }) {
                return Self::new(&format!("{kind}:{name}"), repository, inputs);
            }
        }
        occasion
    }

    /// Members of a payload replace the made-up ones; references that it names become those of the event.
    pub fn take_payload(&mut self, payload: &serde_json::Value) {
        let mut object = match &self.payload {
            Value::Object(object) => object.as_ref().clone(),
            _ => Object::default(),
        };
        for (name, value) in payload.as_object().into_iter().flatten() {
            object.set(name, Value::from(value));
        }
        self.payload = Value::object(object);
        let text = |pointer: &str| {
            payload
                .pointer(pointer)
                .and_then(|value| value.as_str())
                .map(ToOwned::to_owned)
        };
        self.reference = text("/ref").unwrap_or_else(|| self.reference.clone());
        self.sha = text("/after").unwrap_or_else(|| self.sha.clone());
        self.head = text("/pull_request/head/ref").unwrap_or_else(|| self.head.clone());
        self.base = text("/pull_request/base/ref").unwrap_or_else(|| self.base.clone());
    }

    /// `ref_name`: the reference without its first two parts.
    pub fn short_reference(&self) -> &str {
        self.reference
            .splitn(3, '/')
            .nth(2)
            .unwrap_or(&self.reference)
    }

    /// Why the workflow doesn't run at this event; none if it does.
    pub fn refusal(&self, workflow: &Workflow) -> Option<String> {
        let Some(trigger) = workflow.trigger(&self.name) else {
            return Some(format!("the workflow has no trigger '{}'", self.name));
        };
        match self.name.as_str() {
            "push" => self.push_refusal(trigger),
            "pull_request" | "pull_request_target" => {
                branch_refusal(trigger, "branches", &self.base, "base branch")
            }
            _ => None,
        }
    }

    fn push_refusal(&self, trigger: &Trigger) -> Option<String> {
        let (own, other, what) = if self.reference.starts_with("refs/tags/") {
            ("tags", "branches", "tag")
        } else {
            ("branches", "tags", "branch")
        };
        let has = |name: &str| {
            trigger
                .filters
                .iter()
                .any(|(filter, _)| filter.strip_suffix("-ignore").unwrap_or(filter) == name)
        };
        if !has(own) && has(other) {
            return Some(format!(
                "the trigger 'push' only takes {other}, not the {what} '{}'",
                self.short_reference()
            ));
        }
        branch_refusal(trigger, own, self.short_reference(), what)
    }

    fn default_payload(&self, repository: &Repository) -> Value {
        let (owner, name) = self
            .repository
            .split_once('/')
            .unwrap_or(("", &self.repository));
        let json = serde_json::json!({
            "ref": self.reference,
            "after": self.sha,
            "repository": {
                "name": name, "full_name": self.repository, "default_branch": repository.default_branch,
                "owner": {"login": owner},
            },
            "sender": {"login": self.actor},
            "inputs": self.inputs.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
        });
        let mut payload = Value::from(&json);
        if let Value::Object(object) = &payload {
            let mut object = object.as_ref().clone();
            if self.name.starts_with("pull_request") {
                let pull = serde_json::json!({
                    "number": 1, "draft": false, "title": "", "labels": [],
                    "head": {"ref": self.head, "sha": self.sha}, "base": {"ref": self.base},
                });
                object.set("action", "opened".into());
                object.set("number", Value::Number(1.0));
                object.set("pull_request", Value::from(&pull));
            }
            if self.inputs.is_empty() && self.name != "workflow_dispatch" {
                object.set("inputs", Value::Null);
            }
            payload = Value::object(object);
        }
        payload
    }
}

fn branch_refusal(trigger: &Trigger, key: &str, name: &str, what: &str) -> Option<String> {
    let patterns = |key: &str| {
        trigger
            .filters
            .iter()
            .find(|(filter, _)| filter == key)
            .map(|(_, patterns)| patterns)
    };
    if let Some(patterns) = patterns(key)
        && !pattern::selects(patterns, name)
    {
        return Some(format!(
            "the {what} '{name}' matches none of the '{key}' of '{}'",
            trigger.event
        ));
    }
    if let Some(patterns) = patterns(&format!("{key}-ignore"))
        && pattern::selects(patterns, name)
    {
        return Some(format!(
            "the {what} '{name}' matches '{key}-ignore' of '{}'",
            trigger.event
        ));
    }
    None
}

/// The `inputs` context: declared inputs in their kind, from what was given or their defaults.
/// An input that is not declared, missing or no such value is an error.
pub fn inputs(
    declared: &[Input],
    given: &[(String, Value)],
    default: &mut dyn FnMut(&Input) -> Result<Value, String>,
) -> Result<Object, String> {
    for (name, _) in given {
        if !declared
            .iter()
            .any(|input| input.name.eq_ignore_ascii_case(name))
        {
            let known: Vec<_> = declared.iter().map(|input| input.name.as_str()).collect();
            return Err(format!(
                "there is no input '{name}' (declared: {})",
                known.join(", ")
            ));
        }
    }
    let mut inputs = Object::default();
    for input in declared {
        let given = given
            .iter()
            .rev()
            .find(|(name, _)| input.name.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone());
        let value = match given {
            Some(value) => value,
            None if input.default.is_some() => default(input)?,
            None if input.required => {
                return Err(format!("the input '{}' is required", input.name));
            }
            None => Value::Null,
        };
        inputs.set(&input.name, typed(input, &value)?);
    }
    Ok(inputs)
}

fn typed(input: &Input, value: &Value) -> Result<Value, String> {
    let text = value.text();
    let wrong = |expected: &str| {
        format!(
            "the input '{}' can't be '{text}': expected {expected}",
            input.name
        )
    };
    match input.kind.as_str() {
        "boolean" => match text.as_str() {
            "true" => Ok(true.into()),
            "false" | "" => Ok(false.into()),
            _ => Err(wrong("true or false")),
        },
        "number" if text.is_empty() => Ok(Value::Number(0.0)),
        "number" => text
            .parse()
            .map(Value::Number)
            .map_err(|_| wrong("a number")),
        "choice" if text.is_empty() => Ok(input
            .options
            .first()
            .map_or(Value::from(""), |option| option.as_str().into())),
        "choice" if !input.options.contains(&text) => {
            Err(wrong(&format!("one of: {}", input.options.join(", "))))
        }
        _ => Ok(text.into()),
    }
}
