//! `action.yml`: an action that the repository itself holds.

use std::path::Path;

use super::{
    Pairs, Step, Text,
    reader::{Reader, text_of},
};
use crate::{
    Error,
    expression::{Scope, scope},
    yaml::{self, Node},
};

/// A local action.
#[derive(Debug)]
pub struct Action {
    /// The file as it was named.
    pub file: String,
    /// `inputs`, in order.
    pub inputs: Vec<ActionInput>,
    /// `outputs` with their values.
    pub outputs: Pairs,
    /// `runs`.
    pub runs: Runs,
}

/// An input of an action.
#[derive(Debug, Clone)]
pub struct ActionInput {
    /// Its name.
    pub name: String,
    /// Its value when it is not given.
    pub default: Option<Text>,
    /// Whether it must be given. GitHub doesn't insist on it.
    pub required: bool,
}

/// How an action runs.
#[derive(Debug)]
pub enum Runs {
    /// By steps.
    Composite(Vec<Step>),
    /// By something else: `node20`, `docker`, ….
    Other(String),
}

const KEYS: &[&str] = &[
    "name",
    "author",
    "description",
    "inputs",
    "outputs",
    "runs",
    "branding",
];

impl Action {
    /// Reads and checks a file, which messages call `name`.
    pub fn load(path: &Path, name: &str) -> Result<Self, Error> {
        let text = text_of(path, name)?;
        let mut reader = Reader::new(&text, name);
        let root = yaml::parse(&text)
            .map_err(|problem| reader.problems.push(problem))
            .ok();
        let action = root.map(|root| reader.action(&root));
        match action {
            Some(action) if reader.problems.is_empty() => Ok(action),
            _ => Err(reader.invalid().into()),
        }
    }
}

impl Reader<'_> {
    fn action(&mut self, root: &Node) -> Action {
        let file = String::new();
        let mut action = Action {
            file,
            inputs: Vec::new(),
            outputs: Pairs::new(),
            runs: Runs::Other(String::new()),
        };
        for (key, value) in self.fields(root, "an action", KEYS) {
            match key.as_str() {
                "inputs" => action.inputs = self.action_inputs(&value),
                "outputs" => action.outputs = self.action_outputs(&value),
                "runs" => action.runs = self.runs(&value),
                _ => {}
            }
        }
        self.require(root, &["runs"], "an action");
        action
    }

    fn action_inputs(&mut self, node: &Node) -> Vec<ActionInput> {
        let mut inputs = Vec::new();
        for (key, value) in self.mapping(node, "inputs") {
            let mut input = ActionInput {
                name: key.text().unwrap_or_default().to_owned(),
                default: None,
                required: value
                    .get("required")
                    .is_some_and(|required| required.text() == Some("true")),
            };
            let context = Scope::of_names(&["github", "strategy", "matrix", "job", "runner"]);
            if let Some(default) = value.get("default") {
                input.default = self.text(default, &context, "default");
            }
            inputs.push(input);
        }
        inputs
    }

    fn action_outputs(&mut self, node: &Node) -> Pairs {
        let mut outputs = Pairs::new();
        for (key, value) in self.mapping(node, "outputs") {
            let text = value
                .get("value")
                .and_then(|value| self.text(value, &scope::COMPOSITE_OUTPUT, "value"));
            outputs.extend(text.map(|text| (key.text().unwrap_or_default().to_owned(), text)));
        }
        outputs
    }

    fn runs(&mut self, node: &Node) -> Runs {
        self.require(node, &["using"], "runs");
        let using = node
            .get("using")
            .and_then(|using| using.text())
            .unwrap_or_default();
        if using != "composite" {
            return Runs::Other(using.to_owned());
        }
        self.require(node, &["steps"], "runs");
        Runs::Composite(
            node.get("steps")
                .map(|steps| self.steps(steps, true))
                .unwrap_or_default(),
        )
    }
}
