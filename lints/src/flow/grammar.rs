//! Reads a body with the grammar of tree-sitter, where the reader of this crate is not sure.

use std::ops::Range;

use tree_sitter::Node;

use super::read::DEPTH_CAP;
use super::text::Body;
use super::tree::{Id, Made, Nodes, Sign, Syntax};
use crate::grammar::{is_deeper, parse_sound};

/// A head that every body can follow.
const HEAD: &str = "void f()";

/// Larger bodies are not read: a tree takes a hundred times the memory of its text, and up to nine hundred times
/// while it is made. The largest of thirty projects that the grammar alone can read have 74,000.
const BODY_CAP_BYTES: usize = 1 << 17;

/// The tree of a body, if the grammar can read it: a block.
pub(super) fn read(body: &Body) -> Option<(Nodes, Id)> {
    if body.text(&(0..body.len())).len() > BODY_CAP_BYTES {
        return None;
    }
    let (text, places) = body.spaced(HEAD);
    let tree = parse_sound(&tree_sitter_c::LANGUAGE.into(), &text)?;
    let root = tree.root_node();
    if is_deeper(root, usize::from(DEPTH_CAP)) {
        return None;
    }
    let content = root.named_child(0)?.child_by_field_name("body")?;
    let mut convert = Convert {
        places,
        text: &text,
        nodes: Nodes::default(),
    };
    let block = convert.node(content);
    Some((convert.nodes, block))
}

struct Convert<'b> {
    places: Vec<usize>,
    text: &'b str,
    nodes: Nodes,
}

impl Convert<'_> {
    fn tokens(&self, node: Node<'_>) -> Range<usize> {
        self.token_at(node.start_byte())..self.token_at(node.end_byte())
    }

    /// The first token that begins at or behind an offset.
    fn token_at(&self, offset: usize) -> usize {
        self.places.partition_point(|&place| place < offset)
    }

    fn node(&mut self, node: Node<'_>) -> Id {
        let (syntax, fields): (_, &[&str]) = match node.kind() {
            "compound_statement" | "attributed_statement" | "else_clause" => {
                return self.over_all(node, Syntax::Block);
            }
            "expression_statement" => return self.over_all(node, Syntax::ExpressionStatement),
            "return_statement" => return self.over_all(node, Syntax::Return),
            "declaration" => return self.declaration(node),
            "case_statement" => return self.case(node),
            "labeled_statement" => return self.labeled(node),
            "call_expression" => return self.call(node),
            "if_statement" => (Syntax::If, &["condition", "consequence", "alternative"]),
            "while_statement" => (Syntax::While, &["condition", "body"]),
            "for_statement" => (Syntax::For, &["initializer", "condition", "update", "body"]),
            "do_statement" => (Syntax::Do, &["body", "condition"]),
            "switch_statement" => (Syntax::Switch, &["condition", "body"]),
            "cast_expression" => (Syntax::Cast, &["value"]),
            "assignment_expression" => (Syntax::Assignment, &["left", "right"]),
            "update_expression" => (Syntax::Update, &["argument"]),
            "conditional_expression" => (
                Syntax::Conditional,
                &["condition", "consequence", "alternative"],
            ),
            "binary_expression" => (Syntax::Binary, &["left", "right"]),
            "unary_expression" => (Syntax::Unary, &["argument"]),
            "pointer_expression" => (Syntax::Pointer, &["argument"]),
            "field_expression" => (Syntax::Member, &["argument"]),
            "subscript_expression" => (Syntax::Subscript, &["argument", "index"]),
            "goto_statement" => (Syntax::Goto, &[]),
            "break_statement" => (Syntax::Break, &[]),
            "continue_statement" => (Syntax::Continue, &[]),
            "type_definition" | "struct_specifier" | "enum_specifier" | "union_specifier" => {
                (Syntax::Types, &[])
            }
            "sizeof_expression"
            | "alignof_expression"
            | "offsetof_expression"
            | "type_descriptor" => (Syntax::Unevaluated, &[]),
            "string_literal" => (Syntax::String, &[]),
            "identifier" => (Syntax::Identifier, &[]),
            "number_literal" => (Syntax::Number, &[]),
            "null" => (Syntax::Null, &[]),
            "true" => (Syntax::True, &[]),
            "false" => (Syntax::False, &[]),
            "parenthesized_expression" if node.named_child_count() == 1 => {
                return self.over_all(node, Syntax::Parenthesized);
            }
            "comma_expression" => return self.over_all(node, Syntax::Comma),
            _ => return self.over_all(node, Syntax::Parts),
        };
        self.over_fields(node, syntax, fields)
    }

    /// A node over all named children.
    fn over_all(&mut self, node: Node<'_>, syntax: Syntax) -> Id {
        let children = self.children(node, |_| true);
        let tokens = self.tokens(node);
        self.nodes.add(&Made::plain(syntax, tokens), &children)
    }

    fn children(&mut self, node: Node<'_>, wanted: impl Fn(Node<'_>) -> bool) -> Vec<Id> {
        let mut cursor = node.walk();
        let children: Vec<_> = node.named_children(&mut cursor).collect();
        let wanted = children.into_iter().filter(|child| wanted(*child));
        wanted.map(|child| self.node(child)).collect()
    }

    /// A node over fields; what is missing at the end is left out, what is missing elsewhere is absent.
    fn over_fields(&mut self, node: Node<'_>, syntax: Syntax, fields: &[&str]) -> Id {
        let found: Vec<_> = fields
            .iter()
            .map(|field| node.child_by_field_name(field))
            .collect();
        let count = found
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |at| at + 1);
        let mut children = Vec::with_capacity(count);
        for child in &found[..count] {
            children.push(match child {
                Some(child) => self.node(*child),
                None => self.absent(node),
            });
        }
        let tokens = self.tokens(node);
        let label = node.child_by_field_name("label");
        let made = Made {
            sign: self.sign(node),
            name: label.map_or(tokens.start, |label| self.token_at(label.start_byte())),
            ..Made::plain(syntax, tokens)
        };
        self.nodes.add(&made, &children)
    }

    fn absent(&mut self, node: Node<'_>) -> Id {
        let start = self.tokens(node).start;
        self.nodes
            .add(&Made::plain(Syntax::Absent, start..start), &[])
    }

    fn sign(&self, node: Node<'_>) -> Sign {
        let Some(operator) = node.child_by_field_name("operator") else {
            return Sign::None;
        };
        match &self.text[operator.byte_range()] {
            "&&" => Sign::And,
            "||" => Sign::Or,
            "==" => Sign::Equal,
            "!=" => Sign::NotEqual,
            "<" => Sign::Less,
            "<=" => Sign::LessEqual,
            ">" => Sign::Greater,
            ">=" => Sign::GreaterEqual,
            "!" => Sign::Not,
            "-" => Sign::Minus,
            "&" => Sign::Address,
            "->" => Sign::Arrow,
            "=" => Sign::Assign,
            _ => Sign::None,
        }
    }

    fn case(&mut self, node: Node<'_>) -> Id {
        let value = node.child_by_field_name("value");
        let first = match value {
            Some(value) => self.node(value),
            None => self.absent(node),
        };
        let mut children = vec![first];
        children.extend(self.children(node, |child| Some(child) != value));
        let tokens = self.tokens(node);
        self.nodes
            .add(&Made::plain(Syntax::Case, tokens), &children)
    }

    fn labeled(&mut self, node: Node<'_>) -> Id {
        let label = node.child_by_field_name("label");
        let children = self.children(node, |child| Some(child) != label);
        let tokens = self.tokens(node);
        self.nodes
            .add(&Made::plain(Syntax::Labeled, tokens), &children)
    }

    fn call(&mut self, node: Node<'_>) -> Id {
        let (Some(function), Some(arguments)) = (
            node.child_by_field_name("function"),
            node.child_by_field_name("arguments"),
        ) else {
            return self.over_all(node, Syntax::Parts);
        };
        let mut children = vec![self.node(function)];
        children.extend(self.children(arguments, |_| true));
        let tokens = self.tokens(node);
        self.nodes
            .add(&Made::plain(Syntax::Call, tokens), &children)
    }

    fn declaration(&mut self, node: Node<'_>) -> Id {
        let mut cursor = node.walk();
        let is_static = node.named_children(&mut cursor).any(|child| {
            child.kind() == "storage_class_specifier" && &self.text[child.byte_range()] == "static"
        });
        let declarators: Vec<_> = node
            .children_by_field_name("declarator", &mut cursor)
            .collect();
        let children: Vec<_> = declarators
            .into_iter()
            .filter_map(|declarator| self.declarator(declarator))
            .collect();
        let tokens = self.tokens(node);
        let made = Made {
            sign: if is_static { Sign::Static } else { Sign::None },
            ..Made::plain(Syntax::Declaration, tokens)
        };
        self.nodes.add(&made, &children)
    }

    /// A declarator, unless it declares a function.
    fn declarator(&mut self, node: Node<'_>) -> Option<Id> {
        let (declared, value) = if node.kind() == "init_declarator" {
            (
                node.child_by_field_name("declarator")?,
                node.child_by_field_name("value"),
            )
        } else {
            (node, None)
        };
        let (name, is_pointer) = declared_name(declared)?;
        let value: Vec<_> = value.map(|value| self.node(value)).into_iter().collect();
        let tokens = self.tokens(node);
        let made = Made {
            sign: if is_pointer {
                Sign::PointerTo
            } else {
                Sign::None
            },
            name: self.token_at(name.start_byte()),
            ..Made::plain(Syntax::Declarator, tokens)
        };
        Some(self.nodes.add(&made, &value))
    }
}

/// The name that a declarator declares, and whether it is a pointer. Functions declare no variable.
fn declared_name(declarator: Node<'_>) -> Option<(Node<'_>, bool)> {
    let mut node = declarator;
    let mut is_pointer = false;
    loop {
        match node.kind() {
            "identifier" => return Some((node, is_pointer)),
            "pointer_declarator" => is_pointer = true,
            "function_declarator" if !is_function_pointer(node) => return None,
            "array_declarator"
            | "parenthesized_declarator"
            | "attributed_declarator"
            | "function_declarator" => {}
            _ => return None,
        }
        node = node
            .child_by_field_name("declarator")
            .or_else(|| node.named_child(0))?;
    }
}

/// `(*name)(…)`.
fn is_function_pointer(node: Node<'_>) -> bool {
    node.child_by_field_name("declarator")
        .is_some_and(|inner| inner.kind() == "parenthesized_declarator")
}
