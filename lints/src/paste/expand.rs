//! The expansion of macros (C11 6.10.3), on words: arguments, `#`, `##`, and no macro within itself.
//! Bounded in depth and in the number of tokens; what lies beyond is left as it is.

use super::table::{Definition, Table};
use crate::lexer::Kind;

const DEPTH_CAP: usize = 16;

/// A token on its way through the macros.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// It, or a part of it, stands at the place of the invocation.
    pub(crate) is_given: bool,
    /// A `##` made it.
    pub(crate) is_pasted: bool,
    /// Its text is what it says; that of a parameter is not known.
    is_known: bool,
}

impl Item {
    pub(crate) fn given(kind: Kind, text: String, is_known: bool) -> Self {
        Self {
            kind,
            text,
            is_given: true,
            is_pasted: false,
            is_known,
        }
    }

    fn of_body(kind: Kind, text: &str) -> Self {
        Self {
            is_given: false,
            ..Self::given(kind, text.to_owned(), true)
        }
    }

    /// What an argument stands for was brought by whoever gave the argument, unless it was pasted before.
    fn into_given(self) -> Self {
        Self {
            is_given: self.is_given || !self.is_pasted,
            ..self
        }
    }

    pub(crate) fn begins_with(&self, prefix: &str) -> bool {
        self.is_known && self.kind == Kind::Identifier && self.text.starts_with(prefix)
    }

    /// Two tokens as one.
    fn joined(self, right: &Self) -> Self {
        let kind = match (self.kind, right.kind) {
            (Kind::Identifier, _) => Kind::Identifier,
            // Of nothing and a name a name is made.
            (Kind::Unknown, kind) if self.text.is_empty() => kind,
            (kind, _) => kind,
        };
        Self {
            kind,
            text: self.text + &right.text,
            is_given: self.is_given || right.is_given,
            is_pasted: true,
            is_known: self.is_known && right.is_known,
        }
    }
}

/// Expands macros until its budget is spent.
pub(crate) struct Expander<'t> {
    table: &'t Table<'t>,
    budget: usize,
    /// How many expansions are under way, one within the other: of bodies, and of arguments.
    depth: usize,
    /// The macros that are being expanded.
    hidden: Vec<String>,
}

impl<'t> Expander<'t> {
    pub(crate) fn new(table: &'t Table<'t>, budget: usize) -> Self {
        Self {
            table,
            budget,
            depth: 0,
            hidden: Vec::new(),
        }
    }

    /// How many tokens may still be made.
    pub(crate) fn budget(&self) -> usize {
        self.budget
    }

    /// The tokens with their macros expanded, those of one name one after the other.
    pub(crate) fn expand(&mut self, items: &[Item]) -> Vec<Item> {
        let mut result = Vec::new();
        let mut at = 0;
        if self.depth >= DEPTH_CAP {
            return self.copied(items);
        }
        self.depth += 1;
        while at < items.len() && self.budget > 0 {
            self.budget -= 1;
            let (made, next) = self.invocation(items, at);
            match made {
                Some(made) => result.extend(made),
                None => result.push(items[at].clone()),
            }
            at = next;
        }
        self.depth -= 1;
        result
    }

    /// A copy of some tokens, which the budget pays for; empty where it is spent.
    fn copied(&mut self, items: &[Item]) -> Vec<Item> {
        if items.len() > self.budget {
            self.budget = 0;
            return Vec::new();
        }
        self.budget -= items.len();
        items.to_vec()
    }

    /// What the macro that is invoked at a token makes, and the token behind.
    fn invocation(&mut self, items: &[Item], at: usize) -> (Option<Vec<Item>>, usize) {
        let item = &items[at];
        let is_name = item.kind == Kind::Identifier && item.is_known;
        if !is_name || self.depth > DEPTH_CAP || self.hidden.contains(&item.text) {
            return (None, at + 1);
        }
        let definitions = self.table.named(&item.text);
        let mut made = None;
        let mut next = at + 1;
        for definition in definitions {
            let arguments = match definition.parameters {
                None => Vec::new(),
                Some(_) => match arguments(items, at + 1) {
                    Some((arguments, behind)) => {
                        self.budget = self.budget.saturating_sub(behind - at);
                        next = behind;
                        arguments
                    }
                    None => continue,
                },
            };
            let body = self.substituted(definition, &arguments);
            self.hidden.push(item.text.clone());
            let expanded = self.expand(&body);
            self.hidden.pop();
            made.get_or_insert_with(Vec::new).extend(expanded);
        }
        (made, next)
    }

    /// The body of a macro with its arguments in it.
    fn substituted(&mut self, definition: &Definition, arguments: &[Vec<Item>]) -> Vec<Item> {
        let body = &definition.body;
        let is_paste = |at: Option<usize>| {
            at.and_then(|at| body.get(at))
                .is_some_and(|piece| piece.kind == Kind::Paste)
        };
        let mut items = Vec::new();
        for (at, piece) in body.iter().enumerate() {
            let parameter = (piece.kind == Kind::Identifier)
                .then(|| definition.parameter(&piece.text))
                .flatten();
            let Some(parameter) = parameter else {
                items.push(Item::of_body(piece.kind, &piece.text));
                continue;
            };
            let argument = definition.argument(arguments, parameter);
            if argument.len() > self.budget {
                self.budget = 0;
                break;
            }
            self.budget -= argument.len();
            if at > 0 && body[at - 1].kind == Kind::Hash {
                items.pop();
                items.push(Item::of_body(Kind::String, "\"\""));
            } else if is_paste(at.checked_sub(1)) || is_paste(Some(at + 1)) {
                if argument.is_empty() {
                    items.push(Item::of_body(Kind::Unknown, ""));
                }
                items.extend(argument);
            } else {
                let is_given = argument.iter().any(|item| item.is_given);
                let made = self.expand(&argument).into_iter();
                items.extend(made.map(|item| if is_given { item.into_given() } else { item }));
            }
        }
        joined(items)
    }
}

/// The tokens with their pastes done.
fn joined(items: Vec<Item>) -> Vec<Item> {
    let mut result: Vec<Item> = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    while let Some(item) = items.next() {
        let is_paste = item.kind == Kind::Paste && !item.is_given;
        match (is_paste, result.pop()) {
            (true, Some(left)) => match items.next() {
                // `, ##__VA_ARGS__` takes the comma away where nothing follows: no name is made.
                Some(right) if left.kind == Kind::Comma => result.extend([left, right]),
                Some(right) => result.push(left.joined(&right)),
                None => result.push(left),
            },
            (_, before) => {
                result.extend(before);
                result.push(item);
            }
        }
    }
    result
}

/// The arguments in the parentheses that open at `open`, and the token behind them.
fn arguments(items: &[Item], open: usize) -> Option<(Vec<Vec<Item>>, usize)> {
    if items.get(open)?.kind != Kind::ParenOpen {
        return None;
    }
    let mut list = vec![Vec::new()];
    let mut depth = 0_usize;
    for (offset, item) in items[open..].iter().enumerate() {
        match item.kind {
            Kind::ParenOpen => depth += 1,
            Kind::ParenClose => depth -= 1,
            Kind::Comma if depth == 1 => {
                list.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            return Some((list, open + offset + 1));
        }
        if depth > 1 || item.kind != Kind::ParenOpen {
            list.last_mut()?.push(item.clone());
        }
    }
    None
}
