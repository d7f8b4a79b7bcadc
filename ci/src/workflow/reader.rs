//! Reads YAML nodes into the model and collects what is wrong.

use std::{fs, io::Read as _, path::Path, sync::Arc};

use super::{Defaults, Pairs, Text, Workflow};
use crate::{
    Error,
    diagnostic::{Invalid, Problem, Span},
    expression::{Scope, scope, template},
    yaml::{Content, LARGEST_FILE, Node, Pair},
};

/// More problems than this don't help anybody.
const MOST_PROBLEMS: usize = 20;

/// The text of a file; what is no text is a problem with a place.
pub(super) fn text_of(path: &Path, name: &str) -> Result<String, Error> {
    let file = fs::File::open(path).map_err(Error::file(path))?;
    let mut bytes = Vec::new();
    let limit = LARGEST_FILE as u64 + 1;
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(Error::file(path))?;
    if bytes.len() > LARGEST_FILE {
        let message = format!("the file is larger than the {LARGEST_FILE} bytes that are allowed");
        let problem = Problem::new(start(), message).expected("a smaller file");
        return Err(Invalid {
            file: name.to_owned(),
            text: String::new(),
            problems: vec![problem],
        }
        .into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let good = String::from_utf8_lossy(good).into_owned();
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let span = Span {
            line,
            column,
            end_line: line,
            end_column: column + 1,
        };
        let problem = Problem::new(span, "this byte is not UTF-8").expected("text in UTF-8");
        Invalid {
            file: name.to_owned(),
            text: good,
            problems: vec![problem],
        }
        .into()
    })
}

fn start() -> Span {
    Span {
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 2,
    }
}

/// Collects problems while reading.
pub(super) struct Reader<'a> {
    source: &'a str,
    lines: Vec<&'a str>,
    name: &'a str,
    pub(super) problems: Vec<Problem>,
}

const KEYS: &[&str] = &[
    "name",
    "run-name",
    "on",
    "permissions",
    "env",
    "defaults",
    "concurrency",
    "jobs",
];

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str, name: &'a str) -> Self {
        Self {
            source,
            lines: source.lines().collect(),
            name,
            problems: Vec::new(),
        }
    }

    pub(super) fn invalid(mut self) -> Invalid {
        self.problems
            .sort_by_key(|problem| (problem.span.line, problem.span.column));
        self.problems.truncate(MOST_PROBLEMS);
        Invalid {
            file: self.name.to_owned(),
            text: self.source.to_owned(),
            problems: self.problems,
        }
    }

    pub(super) fn problem(
        &mut self,
        span: Span,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.problems
            .push(Problem::new(span, message).expected(expected));
    }

    pub(super) fn workflow(&mut self, root: &Node) -> Workflow {
        let mut workflow = Workflow {
            file: self.name.to_owned(),
            source: self.source.into(),
            name: None,
            triggers: Vec::new(),
            env: Vec::new(),
            defaults: Defaults::default(),
            concurrency: None,
            jobs: Vec::new(),
        };
        for (key, value) in self.fields(root, "a workflow", KEYS) {
            match key.as_str() {
                "name" => workflow.name = self.literal(&value, "name"),
                "run-name" => _ = self.text(&value, &scope::WORKFLOW, "run-name"),
                "on" => workflow.triggers = self.triggers(&value),
                "permissions" => self.permissions(&value),
                "env" => workflow.env = self.pairs(&value, &scope::WORKFLOW_ENV, "env"),
                "defaults" => workflow.defaults = self.defaults(&value, &Scope::of_names(&[])),
                "concurrency" => workflow.concurrency = self.concurrency(&value, &scope::WORKFLOW),
                _ => workflow.jobs = self.jobs(&value),
            }
        }
        self.require(root, &["on", "jobs"], "a workflow");
        self.check_needs(&workflow.jobs);
        workflow
    }

    /// Keys and values of a mapping whose keys are known.
    pub(super) fn fields(
        &mut self,
        node: &Node,
        what: &str,
        known: &[&str],
    ) -> Vec<(String, Arc<Node>)> {
        let mut fields = Vec::new();
        for (key, value) in self.mapping(node, what) {
            let name = key.text().unwrap_or_default().to_owned();
            if known.contains(&name.as_str()) {
                fields.push((name, value));
            } else {
                let message = format!("unexpected key '{name}' in {what}");
                self.problem(key.span, message, one_of(known));
            }
        }
        fields
    }

    /// Keys and values of any mapping.
    pub(super) fn mapping(&mut self, node: &Node, what: &str) -> Vec<Pair> {
        if let Content::Mapping(pairs) = &node.content {
            return pairs.clone();
        }
        self.problem(
            node.span,
            format!("{what} can't be {}", node.kind()),
            "a mapping",
        );
        Vec::new()
    }

    pub(super) fn sequence(&mut self, node: &Node, what: &str) -> Vec<Arc<Node>> {
        if let Content::Sequence(items) = &node.content {
            return items.clone();
        }
        self.problem(
            node.span,
            format!("{what} can't be {}", node.kind()),
            "a sequence",
        );
        Vec::new()
    }

    pub(super) fn require(&mut self, node: &Node, keys: &[&str], what: &str) {
        let Content::Mapping(pairs) = &node.content else {
            return;
        };
        for key in keys {
            if !pairs.iter().any(|(name, _)| name.text() == Some(key)) {
                let span = Span {
                    end_line: node.span.line,
                    end_column: node.span.column + 1,
                    ..node.span
                };
                self.problem(
                    span,
                    format!("{what} needs the key '{key}'"),
                    format!("'{key}:'"),
                );
            }
        }
    }

    /// Text without expressions.
    pub(super) fn literal(&mut self, node: &Node, what: &str) -> Option<String> {
        self.text(node, &Scope::of_names(&[]), what)
            .map(|text| text.value)
    }

    /// A scalar whose expressions are well-formed in `scope`. A scope without names allows no expression.
    pub(super) fn text(&mut self, node: &Node, scope: &Scope<'_>, what: &str) -> Option<Text> {
        let Some(value) = node.scalar() else {
            self.problem(
                node.span,
                format!("{what} can't be {}", node.kind()),
                "a string",
            );
            return None;
        };
        let text = Text {
            value: value.text(),
            span: node.span,
        };
        if scope.names.is_empty() && template::has_expression(&text.value) {
            self.problem(
                self.expression_span(node, 0),
                format!("{what} can't have an expression"),
                "plain text",
            );
        } else if let Err((at, error)) = template::check(&text.value, scope) {
            let number = text.value[..at].matches("${{").count().saturating_sub(1);
            let span = self.expression_span(node, number);
            self.problem(
                span,
                error.message,
                format!("an expression over {}", scope.names.join(", ")),
            );
        }
        Some(text)
    }

    /// Text that isn't empty.
    pub(super) fn non_empty(&mut self, node: &Node, scope: &Scope<'_>, what: &str) -> Option<Text> {
        let text = self.text(node, scope, what)?;
        if text.value.is_empty() {
            self.problem(node.span, format!("{what} is empty"), "a string");
            return None;
        }
        Some(text)
    }

    /// A scalar of this kind, or one expression.
    pub(super) fn typed(
        &mut self,
        node: &Node,
        scope: &Scope<'_>,
        what: &str,
        kind: &str,
    ) -> Option<Text> {
        let text = self.text(node, scope, what)?;
        let fits = node
            .scalar()
            .is_some_and(|value| value.kind().eq_ignore_ascii_case(kind));
        if !fits && !template::has_expression(&text.value) {
            self.problem(
                node.span,
                format!("{what} can't be '{}'", text.value),
                format!("a {kind}"),
            );
            return None;
        }
        Some(text)
    }

    /// A mapping of names to texts.
    pub(super) fn pairs(&mut self, node: &Node, scope: &Scope<'_>, what: &str) -> Pairs {
        let mut pairs = Vec::new();
        for (key, value) in self.mapping(node, what) {
            let name = key.text().unwrap_or_default();
            if let Some(text) = self.text(&value, scope, &format!("{what}.{name}")) {
                pairs.push((name.to_owned(), text));
            }
        }
        pairs
    }

    /// One text or a sequence of texts.
    pub(super) fn texts(&mut self, node: &Node, scope: &Scope<'_>, what: &str) -> Vec<Text> {
        match &node.content {
            Content::Sequence(items) => items
                .iter()
                .filter_map(|item| self.non_empty(item, scope, what))
                .collect(),
            _ => self.non_empty(node, scope, what).into_iter().collect(),
        }
    }

    /// Where the expression with this number (from 0) of a scalar stands in the file.
    fn expression_span(&self, node: &Node, number: usize) -> Span {
        let mut seen = 0;
        for line in node.span.line..=node.span.end_line {
            let Some(text) = self.lines.get(line - 1) else {
                break;
            };
            for (at, _) in text.match_indices("${{") {
                let column = text[..at].chars().count() + 1;
                if line == node.span.line && column < node.span.column {
                    continue;
                }
                if seen == number {
                    let length = text[at..]
                        .find("}}")
                        .map_or(3, |end| text[at..at + end + 2].chars().count());
                    return Span {
                        line,
                        column,
                        end_line: line,
                        end_column: column + length,
                    };
                }
                seen += 1;
            }
        }
        node.span
    }
}

/// "one of: a, b".
pub(super) fn one_of(known: &[&str]) -> String {
    format!("one of: {}", known.join(", "))
}
