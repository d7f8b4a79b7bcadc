//! `jobs:`.

use std::sync::Arc;

use super::{Defaults, Job, Pairs, Strategy, Text, Work, reader::Reader};
use crate::{
    context::Evaluate,
    expression::{NoHost, Object, scope, template},
    matrix,
    yaml::{Content, Node},
};

const KEYS: &[&str] = &[
    "name",
    "needs",
    "if",
    "permissions",
    "runs-on",
    "environment",
    "concurrency",
    "outputs",
    "env",
    "defaults",
    "strategy",
    "timeout-minutes",
    "cancel-timeout-minutes",
    "continue-on-error",
    "container",
    "services",
    "snapshot",
    "steps",
];

const CALL_KEYS: &[&str] = &[
    "name",
    "needs",
    "if",
    "permissions",
    "concurrency",
    "strategy",
    "uses",
    "with",
    "secrets",
];

const CONTAINER_KEYS: &[&str] = &[
    "image",
    "options",
    "env",
    "ports",
    "volumes",
    "credentials",
    "entrypoint",
    "command",
];

impl Reader<'_> {
    pub(super) fn jobs(&mut self, node: &Node) -> Vec<Job> {
        let pairs = self.mapping(node, "jobs");
        if pairs.is_empty() && matches!(node.content, Content::Mapping(_)) {
            self.problem(node.span, "the workflow has no job", "a job");
        }
        pairs
            .iter()
            .map(|(key, value)| self.job(key, value))
            .collect()
    }

    fn job(&mut self, key: &Node, node: &Node) -> Job {
        let id = key.text().unwrap_or_default().to_owned();
        if !is_identifier(&id) {
            let expected = "a letter or '_', then letters, digits, '-' or '_'";
            self.problem(key.span, format!("'{id}' is no name for a job"), expected);
        }
        let call = node.get("uses").is_some();
        let mut job = Job {
            id,
            span: key.span,
            name: None,
            needs: Vec::new(),
            condition: None,
            strategy: Strategy::default(),
            env: Vec::new(),
            defaults: Defaults::default(),
            concurrency: None,
            outputs: Vec::new(),
            timeout_minutes: None,
            continue_on_error: None,
            work: if call { no_call() } else { no_steps() },
        };
        let (what, keys) = if call {
            ("a job that calls a workflow", CALL_KEYS)
        } else {
            ("a job", KEYS)
        };
        for (name, value) in self.fields(node, what, keys) {
            self.job_field(&mut job, &name, &value);
        }
        if !call {
            self.require(node, &["runs-on", "steps"], "a job");
        }
        job
    }

    fn job_field(&mut self, job: &mut Job, name: &str, node: &Arc<Node>) {
        let scope = &scope::JOB;
        match name {
            "name" => job.name = self.text(node, scope, name),
            "needs" => job.needs = self.texts(node, &crate::expression::Scope::of_names(&[]), name),
            "if" => job.condition = self.condition(node, &scope::JOB_IF),
            "permissions" => self.permissions(node),
            "concurrency" => job.concurrency = self.concurrency(node, scope),
            "outputs" => job.outputs = self.pairs(node, &scope::JOB_OUTPUTS, name),
            "env" => job.env = self.pairs(node, &scope::JOB_ENV, name),
            "defaults" => job.defaults = self.defaults(node, &scope::JOB_DEFAULTS),
            "strategy" => job.strategy = self.strategy(node),
            "timeout-minutes" => job.timeout_minutes = self.typed(node, scope, name, "number"),
            "cancel-timeout-minutes" => _ = self.typed(node, scope, name, "number"),
            "continue-on-error" => job.continue_on_error = self.typed(node, scope, name, "boolean"),
            _ => self.work_field(&mut job.work, name, node),
        }
    }

    fn work_field(&mut self, work: &mut Work, name: &str, node: &Arc<Node>) {
        match work {
            Work::Steps {
                runs_on,
                container,
                services,
                environment,
                steps,
            } => match name {
                "runs-on" => *runs_on = self.runs_on(node),
                "container" => *container = self.container(node, "container"),
                "services" => *services = self.services(node),
                "environment" => *environment = self.environment(node),
                "steps" => *steps = self.steps(node, false),
                _ => {}
            },
            Work::Call {
                uses,
                with,
                inherit_secrets,
                secrets,
            } => match name {
                "uses" => *uses = self.called(node).unwrap_or_else(|| uses.clone()),
                "with" => *with = self.pairs(node, &scope::JOB, name),
                "secrets" if node.text() == Some("inherit") => *inherit_secrets = true,
                "secrets" => *secrets = self.pairs(node, &scope::JOB_ENV, name),
                _ => {}
            },
        }
    }

    fn called(&mut self, node: &Node) -> Option<Text> {
        let uses = self.non_empty(node, &crate::expression::Scope::of_names(&[]), "uses")?;
        let is_file = [".yml", ".yaml"]
            .iter()
            .any(|end| uses.value.ends_with(end));
        let local =
            uses.value.starts_with("./.github/workflows/") && is_file && !uses.value.contains('@');
        let remote = uses.value.split_once('@').is_some_and(|(path, version)| {
            !version.is_empty()
                && path.contains("/.github/workflows/")
                && path.split('/').count() == 5
        });
        if !local && !remote {
            let expected =
                "./.github/workflows/FILE.yml or OWNER/REPO/.github/workflows/FILE.yml@REF";
            self.problem(
                node.span,
                format!("'{}' is no workflow", uses.value),
                expected,
            );
        }
        Some(uses)
    }

    fn runs_on(&mut self, node: &Node) -> Vec<Text> {
        if !matches!(node.content, Content::Mapping(_)) {
            let labels = self.texts(node, &scope::JOB, "runs-on");
            if labels.is_empty() && matches!(node.content, Content::Sequence(_)) {
                self.problem(node.span, "runs-on is empty", "a label");
            }
            return labels;
        }
        let mut labels = Vec::new();
        for (name, value) in self.fields(node, "runs-on", &["group", "labels"]) {
            let texts = self.texts(&value, &scope::JOB, &name);
            if name == "labels" {
                labels = texts;
            }
        }
        labels
    }

    fn strategy(&mut self, node: &Node) -> Strategy {
        let mut strategy = Strategy::default();
        for (name, value) in self.fields(node, "strategy", &["matrix", "fail-fast", "max-parallel"])
        {
            match name.as_str() {
                "matrix" => {
                    self.matrix(&value);
                    strategy.matrix = Some(value);
                }
                "fail-fast" => {
                    strategy.fail_fast = self.typed(&value, &scope::STRATEGY, &name, "boolean");
                }
                _ => strategy.max_parallel = self.typed(&value, &scope::STRATEGY, &name, "number"),
            }
        }
        strategy
    }

    fn matrix(&mut self, node: &Node) {
        if node.text().is_some_and(template::has_expression) {
            self.text(node, &scope::STRATEGY, "matrix");
            return;
        }
        let before = self.problems.len();
        for (key, value) in self.mapping(node, "matrix") {
            let name = key.text().unwrap_or_default();
            self.expressions_below(&value);
            let single = value.text().is_some_and(template::has_expression);
            match &value.content {
                Content::Sequence(items)
                    if items.is_empty() && name != "include" && name != "exclude" =>
                {
                    self.problem(
                        value.span,
                        format!("the matrix vector '{name}' has no value"),
                        "a value",
                    );
                }
                Content::Sequence(items) if name == "include" || name == "exclude" => {
                    for item in items {
                        if !item.text().is_some_and(template::has_expression) {
                            self.mapping(item, name);
                        }
                    }
                }
                Content::Sequence(_) => {}
                _ if single => {}
                _ => self.problem(
                    value.span,
                    format!("matrix.{name} can't be {}", value.kind()),
                    "a sequence",
                ),
            }
        }
        if self.problems.len() == before {
            self.static_matrix(node);
        }
    }

    /// A matrix without expressions is expanded right away.
    fn static_matrix(&mut self, node: &Node) {
        let evaluate = Evaluate {
            values: &Object::default(),
            host: &NoHost,
        };
        if has_expression(node) {
            return;
        }
        let value = evaluate
            .tree(node, &scope::STRATEGY)
            .map_err(|error| error.message);
        if let Err(message) = value.and_then(|value| matrix::expand(&value)) {
            self.problem(node.span, message, "a matrix with 1 to 256 entries");
        }
    }

    /// Checks every expression in a tree of values.
    fn expressions_below(&mut self, node: &Node) {
        match &node.content {
            Content::Scalar { .. } => _ = self.text(node, &scope::STRATEGY, "matrix"),
            Content::Sequence(items) => items.iter().for_each(|item| self.expressions_below(item)),
            Content::Mapping(pairs) => pairs
                .iter()
                .for_each(|(_, value)| self.expressions_below(value)),
        }
    }

    fn container(&mut self, node: &Node, what: &str) -> Option<Text> {
        if node.scalar().is_some() {
            return self
                .text(node, &scope::JOB, what)
                .filter(|image| !image.value.is_empty());
        }
        let mut image = None;
        for (name, value) in self.fields(node, what, CONTAINER_KEYS) {
            match name.as_str() {
                "image" => image = self.non_empty(&value, &scope::JOB, "image"),
                "env" => _ = self.pairs(&value, &scope::JOB_OUTPUTS, "env"),
                "ports" | "volumes" => _ = self.texts(&value, &scope::JOB, &name),
                "credentials" => _ = self.pairs(&value, &scope::CREDENTIALS, "credentials"),
                _ => _ = self.text(&value, &scope::JOB, &name),
            }
        }
        self.require(node, &["image"], what);
        image
    }

    fn services(&mut self, node: &Node) -> Vec<String> {
        let mut names = Vec::new();
        for (key, value) in self.mapping(node, "services") {
            let name = key.text().unwrap_or_default();
            self.container(&value, &format!("services.{name}"));
            names.push(name.to_owned());
        }
        names
    }

    fn environment(&mut self, node: &Node) -> Option<Text> {
        if node.scalar().is_some() {
            return self.text(node, &scope::JOB, "environment");
        }
        let mut environment = None;
        for (name, value) in self.fields(node, "environment", &["name", "url", "deployment"]) {
            match name.as_str() {
                "name" => environment = self.text(&value, &scope::JOB, "environment.name"),
                "url" => _ = self.text(&value, &scope::ENVIRONMENT_URL, "environment.url"),
                _ => _ = self.typed(&value, &scope::JOB, "environment.deployment", "boolean"),
            }
        }
        self.require(node, &["name"], "environment");
        environment
    }
}

fn has_expression(node: &Node) -> bool {
    match &node.content {
        Content::Scalar { text, .. } => template::has_expression(text),
        Content::Sequence(items) => items.iter().any(|item| has_expression(item)),
        Content::Mapping(pairs) => pairs
            .iter()
            .any(|(key, value)| has_expression(key) || has_expression(value)),
    }
}

fn no_call() -> Work {
    let uses = Text {
        value: String::new(),
        span: crate::diagnostic::Span::default(),
    };
    Work::Call {
        uses,
        with: Pairs::new(),
        inherit_secrets: false,
        secrets: Pairs::new(),
    }
}

fn no_steps() -> Work {
    Work::Steps {
        runs_on: Vec::new(),
        container: None,
        services: Vec::new(),
        environment: None,
        steps: Vec::new(),
    }
}

/// Whether a job or a step may be called this.
pub(super) fn is_identifier(id: &str) -> bool {
    id.len() <= 100
        && id.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
