//! Tokens to text that the grammar reads, and back: which bytes of the file each part of the text came from.

use std::ops::Range;

use crate::lexer::{Kind, Token, spelling};
use crate::paste::{Expander, Item, Table};
use crate::role::Role;
use crate::source::to_u32;
use crate::unit::C;

/// A head that every body can follow.
const HEAD: &str = "void f()";

/// So many tokens macros may add to one body.
const EXPANSION_BUDGET: usize = 1 << 14;

/// A body as text for the grammar.
pub(in crate::flow) struct Body {
    pub(in crate::flow) text: String,
    places: Vec<Place>,
}

/// A token of the text and the bytes of the file that it stands for.
struct Place {
    at: u32,
    end: u32,
    file: (u32, u32),
}

impl Body {
    /// The text of some tokens of a file. With `expands` its macros are expanded.
    pub(super) fn new(c: &C<'_>, tokens: &[usize], expands: bool) -> Self {
        let mut writer = Writer {
            c,
            body: Self {
                text: HEAD.to_owned(),
                places: Vec::with_capacity(tokens.len()),
            },
            budget: EXPANSION_BUDGET.min(c.expansions.get()),
        };
        let macros = c.expandable().filter(|_| expands);
        let mut next = 0;
        while let Some(&index) = tokens.get(next) {
            let invocation = macros.and_then(|table| writer.invocation(table, tokens, next));
            if invocation.is_none() {
                writer.token(index);
                if writer.needs_semicolon(tokens, next) {
                    writer.write(";", c.lexed.code[index].range());
                }
            }
            next = invocation.unwrap_or(next + 1);
        }
        writer.body
    }

    /// The bytes of the file for some bytes of the text: all of the tokens that they touch.
    pub(in crate::flow) fn range(&self, text: &Range<usize>) -> Range<usize> {
        let first = self
            .places
            .partition_point(|place| place.end as usize <= text.start);
        let behind = self
            .places
            .partition_point(|place| (place.at as usize) < text.end);
        let last = behind.saturating_sub(1).max(first);
        match (self.places.get(first), self.places.get(last)) {
            (Some(first), Some(last)) => first.file.0 as usize..last.file.1 as usize,
            _ => 0..0,
        }
    }
}

struct Writer<'c, 'a> {
    c: &'c C<'a>,
    body: Body,
    budget: usize,
}

impl Writer<'_, '_> {
    fn write(&mut self, word: &str, file: Range<usize>) {
        // A blank between all tokens: what was apart stays apart.
        self.body.text.push(' ');
        let at = to_u32(self.body.text.len());
        self.body.text.push_str(word);
        self.body.places.push(Place {
            at,
            end: to_u32(self.body.text.len()),
            file: (to_u32(file.start), to_u32(file.end)),
        });
    }

    fn token(&mut self, index: usize) {
        let token = self.c.lexed.code[index];
        let word = spelling(self.c.lexed.text, token);
        self.write(known(token.kind, &word), token.range());
    }

    /// Whether a macro that is a statement without a semicolon stands at `next`: a name that begins a statement,
    /// and behind it a call, which the grammar would read as a declaration.
    fn needs_semicolon(&self, tokens: &[usize], next: usize) -> bool {
        let (Some(&index), Some(&name), Some(&open)) =
            (tokens.get(next), tokens.get(next + 1), tokens.get(next + 2))
        else {
            return false;
        };
        let kind = |index: usize| self.c.lexed.code[index].kind;
        let looks_so = kind(index) == Kind::Identifier
            && kind(name) == Kind::Identifier
            && kind(open) == Kind::ParenOpen
            && open == name + 1
            && self.c.outline.begin[index] as usize == index;
        looks_so && {
            let stream = self.c.stream();
            !is_keyword(&stream.word(index)) && stream.role(name) == Role::Use
        }
    }

    /// Writes what the macro makes that is invoked at `next`; answers what stands behind the invocation.
    fn invocation(&mut self, table: &Table<'_>, tokens: &[usize], next: usize) -> Option<usize> {
        let code = &self.c.lexed.code;
        let name = code[tokens[next]];
        if name.kind != Kind::Identifier || self.budget == 0 {
            return None;
        }
        let word = spelling(self.c.lexed.text, name);
        let behind = if table.takes_arguments(&word)? {
            next + 1 + parenthesised(code, tokens.get(next + 1..)?)?
        } else {
            next + 1
        };
        let items: Vec<Item> = tokens[next..behind]
            .iter()
            .map(|&index| {
                let token = code[index];
                let word = spelling(self.c.lexed.text, token);
                Item::given(token.kind, word.into_owned(), true)
            })
            .collect();
        let mut expander = Expander::new(table, self.budget);
        let made = expander.expand(&items);
        let spent = self.budget - expander.budget();
        self.budget = expander.budget();
        self.c
            .expansions
            .set(self.c.expansions.get().saturating_sub(spent));
        for item in made {
            self.write(known(item.kind, &item.text), name.range());
        }
        Some(behind)
    }
}

/// How many tokens a list in parentheses has, with them.
fn parenthesised(code: &[Token], tokens: &[usize]) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, &index) in tokens.iter().take(EXPANSION_BUDGET).enumerate() {
        match code[index].kind {
            Kind::ParenOpen => depth += 1,
            Kind::ParenClose => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(offset + 1);
        }
    }
    None
}

/// A token as the grammar knows it: without digraphs.
fn known(kind: Kind, word: &str) -> &str {
    match kind {
        Kind::BraceOpen => "{",
        Kind::BraceClose => "}",
        Kind::BracketOpen => "[",
        Kind::BracketClose => "]",
        _ => word,
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "if" | "else"
            | "do"
            | "while"
            | "for"
            | "switch"
            | "return"
            | "goto"
            | "case"
            | "default"
            | "sizeof"
            | "break"
            | "continue"
    )
}
