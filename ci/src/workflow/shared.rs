//! Parts that workflows, jobs and steps have in common: `if`, `defaults`, `concurrency`, `permissions`.

use super::{
    Concurrency, Condition, Defaults, Text,
    reader::{Reader, one_of},
};
use crate::{
    expression::{Scope, condition},
    yaml::Node,
};

const PERMISSIONS: &[&str] = &[
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "code-quality",
    "contents",
    "copilot-requests",
    "deployments",
    "discussions",
    "drives",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
    "vulnerability-alerts",
];

impl Reader<'_> {
    pub(super) fn condition(&mut self, node: &Node, scope: &Scope<'_>) -> Option<Condition> {
        let Some(value) = node.scalar() else {
            self.problem(
                node.span,
                format!("if can't be {}", node.kind()),
                "a condition",
            );
            return None;
        };
        let written = Text {
            value: value.text(),
            span: node.span,
        };
        match condition::effective(&written.value, scope) {
            Ok(effective) => Some(Condition { written, effective }),
            Err(error) => {
                let names = scope.names.join(", ");
                self.problem(
                    node.span,
                    error.message,
                    format!("a condition over {names}"),
                );
                None
            }
        }
    }

    pub(super) fn defaults(&mut self, node: &Node, scope: &Scope<'_>) -> Defaults {
        let mut defaults = Defaults::default();
        for (_, run) in self.fields(node, "defaults", &["run"]) {
            for (key, value) in self.fields(&run, "defaults.run", &["shell", "working-directory"]) {
                let text = self.non_empty(&value, scope, &key);
                if key == "shell" {
                    defaults.shell = text;
                } else {
                    defaults.working_directory = text;
                }
            }
        }
        defaults
    }

    pub(super) fn concurrency(&mut self, node: &Node, scope: &Scope<'_>) -> Option<Concurrency> {
        if node.scalar().is_some() {
            let group = self.non_empty(node, scope, "concurrency")?;
            return Some(Concurrency {
                group,
                cancel_in_progress: None,
            });
        }
        let mut group = None;
        let mut cancel_in_progress = None;
        for (key, value) in self.fields(
            node,
            "concurrency",
            &["group", "cancel-in-progress", "queue"],
        ) {
            match key.as_str() {
                "group" => group = self.non_empty(&value, scope, "concurrency.group"),
                "queue" => _ = self.literal(&value, "concurrency.queue"),
                _ => {
                    cancel_in_progress = self.typed(&value, scope, "cancel-in-progress", "boolean");
                }
            }
        }
        self.require(node, &["group"], "concurrency");
        group.map(|group| Concurrency {
            group,
            cancel_in_progress,
        })
    }

    pub(super) fn permissions(&mut self, node: &Node) {
        if let Some(text) = node.text() {
            if !matches!(text, "read-all" | "write-all") {
                self.problem(
                    node.span,
                    format!("unknown permissions '{text}'"),
                    "read-all, write-all or a mapping",
                );
            }
            return;
        }
        for (key, value) in self.mapping(node, "permissions") {
            let name = key.text().unwrap_or_default();
            if !PERMISSIONS.contains(&name) {
                self.problem(
                    key.span,
                    format!("unknown permission '{name}'"),
                    one_of(PERMISSIONS),
                );
            }
            let level = value.text().unwrap_or_default();
            if !matches!(level, "read" | "write" | "none") {
                let message = format!("unknown level '{level}' of the permission '{name}'");
                self.problem(value.span, message, "read, write or none");
            }
        }
    }
}
