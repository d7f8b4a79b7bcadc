//! `steps:`, of a job or a composite action.

use std::collections::HashMap;

use super::{Pairs, Step, StepWork, job::is_identifier, reader::Reader};
use crate::{
    expression::{Scope, scope},
    yaml::{Content, Node},
};

const RUN_KEYS: &[&str] = &[
    "name",
    "id",
    "if",
    "run",
    "shell",
    "working-directory",
    "env",
    "continue-on-error",
    "timeout-minutes",
];
const USES_KEYS: &[&str] = &[
    "name",
    "id",
    "if",
    "uses",
    "with",
    "env",
    "continue-on-error",
    "timeout-minutes",
];

impl Reader<'_> {
    pub(super) fn steps(&mut self, node: &Node, composite: bool) -> Vec<Step> {
        let items = self.sequence(node, "steps");
        if items.is_empty() && matches!(node.content, Content::Sequence(_)) && !composite {
            self.problem(node.span, "the job has no step", "a step");
        }
        let mut ids = HashMap::new();
        let mut steps = Vec::new();
        for item in &items {
            let Some(step) = self.step(item, composite) else {
                continue;
            };
            if let Some(id) = &step.id
                && let Some(first) = ids.insert(id.to_lowercase(), step.span.line)
            {
                let span = item.get("id").map_or(step.span, |id| id.span);
                let message =
                    format!("the step id '{id}' is already used by the step on line {first}");
                self.problem(span, message, "different ids");
            }
            steps.push(step);
        }
        steps
    }

    fn step(&mut self, node: &Node, composite: bool) -> Option<Step> {
        let (scope, condition_scope) = if composite {
            (scope::COMPOSITE, scope::COMPOSITE_IF)
        } else {
            (scope::STEP, scope::STEP_IF)
        };
        let work = self.step_work(node, &scope, composite)?;
        let keys = if matches!(work, StepWork::Run { .. }) {
            RUN_KEYS
        } else {
            USES_KEYS
        };
        let mut step = Step {
            span: node.span,
            id: None,
            name: None,
            condition: None,
            env: Pairs::new(),
            timeout_minutes: None,
            continue_on_error: None,
            work,
        };
        for (key, value) in self.fields(node, "a step", keys) {
            match key.as_str() {
                "name" => step.name = self.text(&value, &scope, "name"),
                "id" => step.id = self.step_id(&value),
                "if" => step.condition = self.condition(&value, &condition_scope),
                "env" => step.env = self.pairs(&value, &scope, "env"),
                "timeout-minutes" => {
                    step.timeout_minutes = self.typed(&value, &scope, &key, "number");
                }
                "continue-on-error" => {
                    step.continue_on_error = self.typed(&value, &scope, &key, "boolean");
                }
                _ => {}
            }
        }
        Some(step)
    }

    fn step_work(&mut self, node: &Node, scope: &Scope<'_>, composite: bool) -> Option<StepWork> {
        match (node.get("run"), node.get("uses")) {
            (Some(run), None) => {
                let script = self.text(run, scope, "run")?;
                let shell_scope = if composite {
                    *scope
                } else {
                    Scope::of_names(&[])
                };
                let shell = node
                    .get("shell")
                    .and_then(|shell| self.non_empty(shell, &shell_scope, "shell"));
                let folder = node.get("working-directory");
                let working_directory =
                    folder.and_then(|folder| self.text(folder, scope, "working-directory"));
                if composite {
                    self.require(node, &["shell"], "a run step of an action");
                }
                Some(StepWork::Run {
                    script,
                    shell,
                    working_directory,
                })
            }
            (None, Some(uses)) => {
                let action = self.non_empty(uses, &Scope::of_names(&[]), "uses")?;
                if !is_action(&action.value) {
                    let expected = "OWNER/REPO[/PATH]@REF, ./PATH or docker://IMAGE";
                    self.problem(
                        uses.span,
                        format!("'{}' is no action", action.value),
                        expected,
                    );
                }
                let with = node
                    .get("with")
                    .map(|with| self.pairs(with, scope, "with"))
                    .unwrap_or_default();
                Some(StepWork::Uses { action, with })
            }
            (Some(_), Some(uses)) => {
                let span = node.key_span("uses").unwrap_or(uses.span);
                self.problem(
                    span,
                    "a step can't have both 'run' and 'uses'",
                    "one of the two",
                );
                None
            }
            (None, None) => {
                let span = crate::diagnostic::Span {
                    end_line: node.span.line,
                    ..node.span
                };
                if matches!(node.content, Content::Mapping(_)) {
                    self.problem(
                        span,
                        "a step needs the key 'run' or 'uses'",
                        "'run:' or 'uses:'",
                    );
                } else {
                    self.problem(
                        span,
                        format!("a step can't be {}", node.kind()),
                        "a mapping",
                    );
                }
                None
            }
        }
    }

    fn step_id(&mut self, node: &Node) -> Option<String> {
        let id = self.literal(node, "id")?;
        if !is_identifier(&id) || id.starts_with("__") {
            let expected = "a letter or '_', then letters, digits, '-' or '_'";
            self.problem(node.span, format!("'{id}' is no id for a step"), expected);
        }
        Some(id)
    }
}

fn is_action(uses: &str) -> bool {
    if let Some(image) = uses.strip_prefix("docker://") {
        return !image.is_empty();
    }
    if uses.starts_with("./") || uses.starts_with(".\\") {
        return true;
    }
    uses.split_once('@').is_some_and(|(path, version)| {
        let mut parts = path.split('/');
        !version.is_empty() && parts.clone().count() >= 2 && parts.all(|part| !part.is_empty())
    })
}
