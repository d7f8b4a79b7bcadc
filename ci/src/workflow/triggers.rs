//! `on:`.

use super::{Input, Trigger, reader::Reader, reader::one_of};
use crate::{
    expression::{Scope, scope},
    yaml::{Content, Node},
};

/// The events that start workflows, sorted.
const EVENTS: &[&str] = &[
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "project",
    "project_card",
    "project_column",
    "public",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_call",
    "workflow_dispatch",
    "workflow_run",
];

const INPUT_KINDS: &[&str] = &["string", "boolean", "number", "choice", "environment"];

impl Reader<'_> {
    pub(super) fn triggers(&mut self, node: &Node) -> Vec<Trigger> {
        match &node.content {
            Content::Scalar { .. } => self.bare(node).into_iter().collect(),
            Content::Sequence(items) => items.iter().filter_map(|item| self.bare(item)).collect(),
            Content::Mapping(pairs) => pairs
                .iter()
                .filter_map(|(key, value)| self.configured(key, value))
                .collect(),
        }
    }

    fn bare(&mut self, node: &Node) -> Option<Trigger> {
        let event = self.literal(node, "an event")?;
        if !EVENTS.contains(&event.as_str()) {
            self.problem(
                node.span,
                format!("unknown event '{event}'"),
                one_of(EVENTS),
            );
            return None;
        }
        Some(Trigger {
            event,
            ..Trigger::default()
        })
    }

    fn configured(&mut self, key: &Node, value: &Node) -> Option<Trigger> {
        let mut trigger = self.bare(key)?;
        if value.text().is_some_and(str::is_empty) || value.text() == Some("null") {
            return Some(trigger);
        }
        if trigger.event == "schedule" {
            self.schedule(value);
            return Some(trigger);
        }
        let event = trigger.event.clone();
        for (name, value) in self.fields(value, &event, keys(&event)) {
            match name.as_str() {
                "inputs" => trigger.inputs = self.inputs(&value, &event),
                "outputs" => trigger.outputs = self.call_outputs(&value),
                "secrets" => trigger.secrets = self.call_secrets(&value),
                _ => {
                    let texts = self.texts(&value, &Scope::of_names(&[]), &name);
                    trigger
                        .filters
                        .push((name, texts.into_iter().map(|text| text.value).collect()));
                }
            }
        }
        self.exclusive_filters(&trigger, key);
        Some(trigger)
    }

    fn exclusive_filters(&mut self, trigger: &Trigger, key: &Node) {
        for name in ["branches", "tags", "paths"] {
            let has = |name: &str| trigger.filters.iter().any(|(filter, _)| filter == name);
            if has(name) && has(&format!("{name}-ignore")) {
                let message = format!("'{}' has both '{name}' and '{name}-ignore'", trigger.event);
                self.problem(key.span, message, "one of the two");
            }
        }
    }

    fn schedule(&mut self, node: &Node) {
        for item in self.sequence(node, "schedule") {
            for (key, value) in self.fields(&item, "a schedule", &["cron", "timezone"]) {
                let Some(text) = self.literal(&value, &key) else {
                    continue;
                };
                if key == "cron" && text.split_whitespace().count() != 5 {
                    self.problem(
                        value.span,
                        format!("invalid cron expression '{text}'"),
                        "five fields",
                    );
                }
            }
            self.require(&item, &["cron"], "a schedule");
        }
    }

    fn inputs(&mut self, node: &Node, event: &str) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (key, value) in self.mapping(node, "inputs") {
            let mut input = Input {
                name: key.text().unwrap_or_default().to_owned(),
                kind: "string".to_owned(),
                required: false,
                default: None,
                options: Vec::new(),
                span: key.span,
            };
            if value.text().is_none_or(|text| !text.is_empty()) {
                self.input(&value, event, &mut input);
            }
            inputs.push(input);
        }
        inputs
    }

    fn input(&mut self, node: &Node, event: &str, input: &mut Input) {
        const KEYS: &[&str] = &[
            "description",
            "type",
            "required",
            "default",
            "options",
            "deprecationMessage",
        ];
        let nothing = Scope::of_names(&[]);
        for (name, value) in self.fields(node, "an input", KEYS) {
            match name.as_str() {
                "type" => {
                    let Some(kind) = self.literal(&value, "type") else {
                        continue;
                    };
                    if !INPUT_KINDS.contains(&kind.as_str()) {
                        self.problem(
                            value.span,
                            format!("unknown input type '{kind}'"),
                            one_of(INPUT_KINDS),
                        );
                    }
                    input.kind = kind;
                }
                "required" => {
                    let text = self.typed(&value, &nothing, "required", "boolean");
                    input.required = text.is_some_and(|text| text.value == "true");
                }
                "default" => {
                    let scope = if event == "workflow_call" {
                        &scope::WORKFLOW
                    } else {
                        &nothing
                    };
                    input.default = self.text(&value, scope, "default");
                }
                "options" => {
                    input.options = self
                        .texts(&value, &nothing, "options")
                        .into_iter()
                        .map(|text| text.value)
                        .collect();
                }
                _ => _ = self.text(&value, &nothing, &name),
            }
        }
        if event == "workflow_call" {
            self.require(node, &["type"], "an input of a called workflow");
        }
    }

    fn call_outputs(&mut self, node: &Node) -> Vec<(String, super::Text)> {
        let mut outputs = Vec::new();
        for (key, output) in self.mapping(node, "outputs") {
            for (name, value) in self.fields(&output, "an output", &["description", "value"]) {
                let text = self.text(&value, &scope::WORKFLOW_OUTPUT, &name);
                if name == "value" {
                    outputs
                        .extend(text.map(|text| (key.text().unwrap_or_default().to_owned(), text)));
                }
            }
            self.require(&output, &["value"], "an output");
        }
        outputs
    }

    fn call_secrets(&mut self, node: &Node) -> Vec<(String, bool)> {
        let mut secrets = Vec::new();
        for (key, secret) in self.mapping(node, "secrets") {
            let mut required = false;
            if secret.text().is_none_or(|text| !text.is_empty()) {
                for (name, value) in self.fields(&secret, "a secret", &["description", "required"])
                {
                    if name == "required" {
                        let text = self.typed(&value, &Scope::of_names(&[]), "required", "boolean");
                        required = text.is_some_and(|text| text.value == "true");
                    }
                }
            }
            secrets.push((key.text().unwrap_or_default().to_owned(), required));
        }
        secrets
    }
}

fn keys(event: &str) -> &'static [&'static str] {
    match event {
        "push" => &[
            "branches",
            "branches-ignore",
            "tags",
            "tags-ignore",
            "paths",
            "paths-ignore",
        ],
        "pull_request" | "pull_request_target" => &[
            "types",
            "branches",
            "branches-ignore",
            "paths",
            "paths-ignore",
        ],
        "merge_group" => &["types", "branches", "branches-ignore"],
        "workflow_run" => &["types", "workflows", "branches", "branches-ignore"],
        "workflow_dispatch" => &["inputs"],
        "workflow_call" => &["inputs", "outputs", "secrets"],
        "image_version" => &["types", "names", "versions"],
        _ => &["types"],
    }
}
