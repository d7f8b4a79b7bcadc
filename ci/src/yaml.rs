//! YAML text to a tree whose every node knows its place; hostile input is refused in bounded time and memory.
//!
//! Aliases share the node they name. Not here: what the keys mean.

mod scalar;

use std::{collections::HashMap, sync::Arc};

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::{
    diagnostic::{Problem, Span},
    expression::Value,
};

/// A node of a YAML document.
#[derive(Debug)]
pub struct Node {
    /// Where it stands; an alias stands where its anchor does.
    pub span: Span,
    /// What it holds.
    pub content: Content,
    /// How many nodes it counts for, itself included, every alias written out.
    weight: usize,
}

/// What a node holds.
#[derive(Debug)]
pub enum Content {
    /// A scalar, with its value by the rules of YAML's core schema.
    Scalar {
        /// As written, without quotes.
        text: String,
        /// Null, boolean, number or string.
        value: Value,
    },
    /// A list.
    Sequence(Vec<Arc<Node>>),
    /// Keys and values in order; keys are scalars, and different in any case.
    Mapping(Vec<Pair>),
}

/// A key and its value.
pub type Pair = (Arc<Node>, Arc<Node>);

/// GitHub refuses larger files, too.
pub const LARGEST_FILE: usize = 1 << 20;
const DEEPEST: usize = 64;
const MOST_NODES: usize = 50_000;

/// Parses the one document of a file.
pub fn parse(text: &str) -> Result<Arc<Node>, Problem> {
    refuse_early(text)?;
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker();
            Problem::new(point(at.line(), at.col() + 1), error.info())
                .expected("a well-formed YAML document")
        })?;
        builder.take(event, from_saphyr(&span))?;
    }
    builder
        .root
        .ok_or_else(|| Problem::new(point(1, 1), "the file is empty").expected("a mapping"))
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value of a scalar.
    pub fn scalar(&self) -> Option<&Value> {
        match &self.content {
            Content::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The member of a mapping.
    pub fn get(&self, key: &str) -> Option<&Arc<Node>> {
        match &self.content {
            Content::Mapping(pairs) => pairs
                .iter()
                .find(|(name, _)| name.text() == Some(key))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Where a key of a mapping stands.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        match &self.content {
            Content::Mapping(pairs) => pairs
                .iter()
                .find(|(name, _)| name.text() == Some(key))
                .map(|(name, _)| name.span),
            _ => None,
        }
    }

    /// "a mapping", "a sequence", "a scalar".
    pub(crate) fn kind(&self) -> &'static str {
        match &self.content {
            Content::Scalar {
                value: Value::Null, ..
            } => "nothing",
            Content::Scalar { .. } => "a scalar",
            Content::Sequence(_) => "a sequence",
            Content::Mapping(_) => "a mapping",
        }
    }
}

/// What the parser would take too long for, or not see.
fn refuse_early(text: &str) -> Result<(), Problem> {
    if text.len() > LARGEST_FILE {
        let message = format!(
            "the file has {} bytes, more than the {LARGEST_FILE} that are allowed",
            text.len()
        );
        return Err(Problem::new(point(1, 1), message).expected("a smaller file"));
    }
    for (number, line) in text.lines().enumerate() {
        let forbidden = |c: char| c.is_control() && c != '\t' && c != '\u{85}';
        if let Some((column, c)) = line.chars().enumerate().find(|(_, c)| forbidden(*c)) {
            let message = format!("the character U+{:04X} is not allowed", u32::from(c));
            return Err(
                Problem::new(point(number + 1, column + 1), message).expected("printable text")
            );
        }
    }
    Ok(())
}

fn point(line: usize, column: usize) -> Span {
    Span {
        line: line.max(1),
        column,
        end_line: line.max(1),
        end_column: column + 1,
    }
}

fn from_saphyr(span: &saphyr_parser::Span) -> Span {
    let Span { line, column, .. } = point(span.start.line(), span.start.col() + 1);
    let (end_line, end_column) = (span.end.line(), span.end.col() + 1);
    if (end_line, end_column) <= (line, column) {
        return point(line, column);
    }
    Span {
        line,
        column,
        end_line,
        end_column,
    }
}

/// A collection whose end has not come yet.
struct Open {
    span: Span,
    anchor: usize,
    mapping: bool,
    items: Vec<Arc<Node>>,
    weight: usize,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Arc<Node>>,
    root: Option<Arc<Node>>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Problem::new(span, "a second document begins here").expected("one document"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain =
                    style == ScalarStyle::Plain && tag.is_none_or(|tag| tag.suffix != "str");
                let value = if plain {
                    scalar::value(&text)
                } else {
                    Value::from(text.as_ref())
                };
                let content = Content::Scalar {
                    text: text.into_owned(),
                    value,
                };
                self.add(
                    Node {
                        span,
                        content,
                        weight: 1,
                    },
                    anchor,
                )
            }
            Event::SequenceStart(anchor, _) => self.begin(span, anchor, false),
            Event::MappingStart(anchor, _) => self.begin(span, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(Problem::new(
                        span,
                        "this alias refers to a node that contains it",
                    ));
                };
                self.attach(node, span)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, span: Span, anchor: usize, mapping: bool) -> Result<(), Problem> {
        if self.open.len() >= DEEPEST {
            return Err(Problem::new(
                span,
                format!("this is nested deeper than {DEEPEST} levels"),
            ));
        }
        self.open.push(Open {
            span,
            anchor,
            mapping,
            items: Vec::new(),
            weight: 1,
        });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Problem> {
        let Some(Open {
            span: start,
            anchor,
            mapping,
            items,
            weight,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        let span = Span {
            end_line: span.line,
            end_column: span.column,
            ..start
        };
        let content = if mapping {
            Content::Mapping(pairs(items)?)
        } else {
            Content::Sequence(items)
        };
        self.add(
            Node {
                span,
                content,
                weight,
            },
            anchor,
        )
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        let span = node.span;
        let node = Arc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, Arc::clone(&node));
        }
        self.attach(node, span)
    }

    fn attach(&mut self, node: Arc<Node>, span: Span) -> Result<(), Problem> {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.weight += node.weight;
        if parent.weight > MOST_NODES {
            let message =
                format!("with its aliases written out the file has more than {MOST_NODES} nodes");
            return Err(Problem::new(span, message).expected("fewer nodes or aliases"));
        }
        parent.items.push(node);
        Ok(())
    }
}

fn pairs(items: Vec<Arc<Node>>) -> Result<Vec<Pair>, Problem> {
    let mut seen = HashMap::new();
    let mut pairs = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let Some(text) = key.text() else {
            return Err(
                Problem::new(key.span, format!("{} can't be a key", key.kind()))
                    .expected("a scalar"),
            );
        };
        if matches!(&key.content, Content::Scalar { text, .. } if text == "<<") {
            let message = "GitHub knows anchors and aliases, but no merge keys";
            return Err(Problem::new(key.span, message).expected("the keys themselves"));
        }
        if let Some(first) = seen.insert(text.to_uppercase(), key.span.line) {
            let message = format!("'{text}' is already defined on line {first}");
            return Err(Problem::new(key.span, message).expected("different keys"));
        }
        pairs.push((key, value));
    }
    Ok(pairs)
}
