//! The tokens of a body as words, its macros expanded, and back: which bytes of the file each word came from.

use std::ops::Range;

use super::is_cleanup;
use crate::flow::Text;
use crate::flow::value::Words;
use crate::lexer::{Kind, Token, spelling};
use crate::paste::{self, Expander, Table};
use crate::role::Role;
use crate::source::to_u32;
use crate::unit::C;

/// So many tokens macros may add to one body.
const EXPANSION_BUDGET: usize = 1 << 14;

/// A body, from brace to brace.
pub(in crate::flow) struct Body {
    /// The words of all tokens, nothing between them. Graphs share them.
    words: Words,
    tokens: Vec<Item>,
    /// Some of the words come from macros.
    is_expanded: bool,
    /// A macro brings an attribute by which a function runs when a variable ends.
    has_cleanup: bool,
}

/// A token, where its word begins, and the bytes of the file that it stands for.
struct Item {
    at: u32,
    start: u32,
    /// Of more than sixteen million bytes the rest is left out: bodies are capped below.
    size: [u8; 3],
    kind: Kind,
}

impl Item {
    fn new(kind: Kind, at: usize, file: &Range<usize>) -> Self {
        let size = to_u32(file.len()).min((1 << 24) - 1).to_le_bytes();
        let [size @ .., _] = size;
        Self {
            at: to_u32(at),
            start: to_u32(file.start),
            size,
            kind,
        }
    }

    /// The bytes of the file that it stands for.
    fn file(&self) -> Range<usize> {
        let [low, middle, high] = self.size;
        let start = self.start as usize;
        start..start + u32::from_le_bytes([low, middle, high, 0]) as usize
    }
}

impl Body {
    /// The words of some tokens of a file. With `expands` its macros are expanded.
    pub(super) fn new(c: &C<'_>, tokens: &[u32], expands: bool) -> Self {
        let mut writer = Writer {
            c,
            words: String::new(),
            tokens: Vec::with_capacity(tokens.len()),
            is_expanded: false,
            has_cleanup: false,
            budget: EXPANSION_BUDGET.min(c.expansions.get()),
        };
        let macros = c.expandable().filter(|_| expands);
        let mut next = 0;
        while let Some(index) = tokens.get(next).map(|&index| index as usize) {
            let invocation = macros.and_then(|table| writer.invocation(table, tokens, next));
            if invocation.is_some() {
                writer.is_expanded = true;
            } else {
                writer.token(index);
                if writer.needs_semicolon(tokens, next) {
                    let file = c.lexed.code[index].range();
                    writer.write(Kind::Semicolon, ";", &file);
                }
            }
            next = invocation.unwrap_or(next + 1);
        }
        Self {
            words: Words::new(writer.words.into()),
            tokens: writer.tokens,
            is_expanded: writer.is_expanded,
            has_cleanup: writer.has_cleanup,
        }
    }

    /// Whether some of the words come from macros.
    pub(in crate::flow) fn is_expanded(&self) -> bool {
        self.is_expanded
    }

    /// Whether a function runs when a variable ends, where nothing in the body says so.
    pub(in crate::flow) fn has_cleanup(&self) -> bool {
        self.has_cleanup
    }

    /// How many tokens there are.
    pub(in crate::flow) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(in crate::flow) fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// The word of a token, nothing behind the last one.
    pub(in crate::flow) fn word(&self, index: usize) -> &str {
        self.text(&(index..index + 1))
    }

    /// The words of some tokens, nothing between them.
    pub(in crate::flow) fn text(&self, tokens: &Range<usize>) -> &str {
        &self.words[self.place(tokens)]
    }

    /// The same, to be kept.
    pub(in crate::flow) fn shared(&self, tokens: &Range<usize>) -> Text {
        Text::new(&self.words, self.place(tokens))
    }

    fn place(&self, tokens: &Range<usize>) -> Range<usize> {
        let place = |index: usize| match self.tokens.get(index) {
            Some(token) => token.at as usize,
            None => self.words.len(),
        };
        place(tokens.start)..place(tokens.end.max(tokens.start))
    }

    /// The bytes of the file for some tokens.
    pub(in crate::flow) fn range(&self, tokens: &Range<usize>) -> Range<usize> {
        let last = tokens.end.saturating_sub(1).max(tokens.start);
        match (self.tokens.get(tokens.start), self.tokens.get(last)) {
            (Some(first), Some(last)) => first.file().start..last.file().end,
            _ => 0..0,
        }
    }

    /// The words with a blank before each, so that what was apart stays apart; and where each begins in that.
    pub(in crate::flow) fn spaced(&self, head: &str) -> (String, Vec<usize>) {
        let mut text = head.to_owned();
        let places = (0..self.len())
            .map(|index| {
                text.push(' ');
                let at = text.len();
                text.push_str(self.word(index));
                at
            })
            .collect();
        (text, places)
    }
}

struct Writer<'c, 'a> {
    c: &'c C<'a>,
    words: String,
    tokens: Vec<Item>,
    is_expanded: bool,
    has_cleanup: bool,
    budget: usize,
}

impl Writer<'_, '_> {
    fn write(&mut self, kind: Kind, word: &str, file: &Range<usize>) {
        if matches!(kind, Kind::Ampersand | Kind::Star) {
            self.settle_cast();
        }
        self.tokens.push(Item::new(kind, self.words.len(), file));
        self.words.push_str(known(kind, word));
    }

    /// `(Word)&x` and `(Word)*p` are a cast or two operands. Where the name looks like a type, a type stands there
    /// from now on that everybody knows.
    fn settle_cast(&mut self) {
        let [before @ .., open, name, close] = &self.tokens[..] else {
            return;
        };
        let is_call = before.last().is_some_and(|last| match last.kind {
            Kind::Identifier => !is_keyword(&self.words[last.at as usize..open.at as usize]),
            kind => matches!(kind, Kind::ParenClose | Kind::BracketClose),
        });
        let kinds = [open.kind, name.kind, close.kind];
        let is_name = kinds == [Kind::ParenOpen, Kind::Identifier, Kind::ParenClose];
        let (start, end) = (name.at as usize, close.at as usize);
        if is_name && !is_call && looks_like_type(&self.words[start..end]) {
            self.words.truncate(start);
            self.words.push_str("size_t");
            let end = to_u32(self.words.len());
            self.words.push(')');
            if let Some(close) = self.tokens.last_mut() {
                close.at = end;
            }
        }
    }

    fn token(&mut self, index: usize) {
        let token = self.c.lexed.code[index];
        let word = spelling(self.c.lexed.text, token);
        self.write(token.kind, &word, &token.range());
    }

    /// Whether a macro that is a statement without a semicolon stands at `next`: a name that begins a statement,
    /// and behind it a call, which the grammar would read as a declaration.
    fn needs_semicolon(&self, tokens: &[u32], next: usize) -> bool {
        let [index, name, open] = match tokens.get(next..next + 3) {
            Some(&[index, name, open]) => [index as usize, name as usize, open as usize],
            _ => return false,
        };
        let kind = |index: usize| self.c.lexed.code[index].kind;
        let looks_so = kind(index) == Kind::Identifier
            && kind(name) == Kind::Identifier
            && kind(open) == Kind::ParenOpen
            && open == name + 1
            && self.c.outline.begin(index) as usize == index;
        looks_so && {
            let stream = self.c.stream();
            !is_keyword(&stream.word(index)) && stream.role(name) == Role::Use
        }
    }

    /// Writes what the macro makes that is invoked at `next`; answers what stands behind the invocation.
    fn invocation(&mut self, table: &Table<'_>, tokens: &[u32], next: usize) -> Option<usize> {
        let code = &self.c.lexed.code;
        let name = code[tokens[next] as usize];
        if name.kind != Kind::Identifier || self.budget == 0 {
            return None;
        }
        let word = spelling(self.c.lexed.text, name);
        let behind = if table.takes_arguments(&word)? {
            next + 1 + parenthesised(code, tokens.get(next + 1..)?)?
        } else {
            next + 1
        };
        let items: Vec<paste::Item> = tokens[next..behind]
            .iter()
            .map(|&index| {
                let token = code[index as usize];
                let word = spelling(self.c.lexed.text, token);
                paste::Item::given(token.kind, word.into_owned(), true)
            })
            .collect();
        let mut expander = Expander::new(table, self.budget);
        let made = expander.expand(&items);
        let spent = self.budget - expander.budget();
        self.budget = expander.budget();
        self.c
            .expansions
            .set(self.c.expansions.get().saturating_sub(spent));
        let has = |is_it: fn(&str) -> bool| made.iter().any(|item| is_it(&item.text));
        self.has_cleanup |= has(is_cleanup) && has(|word| word.starts_with("__attribute"));
        if is_attribute(&made) {
            return Some(behind);
        }
        for item in made {
            self.write(item.kind, &item.text, &name.range());
        }
        Some(behind)
    }
}

/// Whether a macro made one attribute and nothing else.
fn is_attribute(made: &[paste::Item]) -> bool {
    let begins = |item: &paste::Item| matches!(&*item.text, "__attribute__" | "__attribute");
    let Some((_, list)) = made.split_first().filter(|(first, _)| begins(first)) else {
        return false;
    };
    let mut depth = 0_usize;
    let end = list.iter().position(|item| {
        match item.kind {
            Kind::ParenOpen => depth += 1,
            Kind::ParenClose => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    end.is_some_and(|end| end > 0 && end + 1 == list.len())
}

/// `uint8_t`, `Address`.
fn looks_like_type(name: &str) -> bool {
    let is_capitalised = name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && name.contains(|letter: char| letter.is_ascii_lowercase());
    name.ends_with("_t") || is_capitalised
}

/// How many tokens a list in parentheses has, with them.
fn parenthesised(code: &[Token], tokens: &[u32]) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, &index) in tokens.iter().take(EXPANSION_BUDGET).enumerate() {
        match code[index as usize].kind {
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
