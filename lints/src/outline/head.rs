//! The head of a function: which tokens before a brace name one, among the attributes and macros that stand there.

use super::{Builder, Function, NONE, is_attribute_word};
use crate::lexer::{Kind, spelling};
use crate::source::to_u32;

/// What is known of the begin of a declaration: of one with many braces each token is looked at once.
#[derive(Debug, Default)]
pub(super) struct Head {
    begin: usize,
    /// How far it was read.
    end: usize,
    /// What may be the name of a function.
    name: Option<usize>,
    /// It assigns outside of brackets, so that it is no head of a function.
    assigns: bool,
}

impl Builder<'_> {
    /// The function whose body opens at a brace of file scope, if the tokens before it read like one.
    pub(super) fn function_head(&mut self, open: usize) -> Option<Function> {
        let begin = match self.outline.begin(open) as usize {
            begin if begin == open => self.old_style_begin(open)?,
            begin => begin,
        };
        if self.head.begin != begin || self.head.end > open {
            self.head = Head {
                begin,
                end: begin,
                ..Head::default()
            };
        }
        // The last token before the brace is looked at again when more follows it.
        for at in self.head.end..open.saturating_sub(1) {
            self.read_head(at);
        }
        self.head.end = self.head.end.max(open.saturating_sub(1));
        if self.head.assigns {
            return None;
        }
        let name = self.head.name?;
        let first = spelling(self.text, self.tokens[begin]);
        if matches!(&*first, "typedef" | "enum") || self.tokens[open - 1].kind == Kind::Assign {
            return None;
        }
        Some(Function {
            begin: to_u32(begin),
            name: to_u32(name),
            open: to_u32(open),
            close: to_u32(self.tokens.len().saturating_sub(1)),
        })
    }

    /// Looks at a token before a brace, and at what follows it.
    fn read_head(&mut self, at: usize) {
        let kind = |index: usize| self.tokens.get(index).map(|token| token.kind);
        self.head.assigns |= kind(at) == Some(Kind::Assign) && self.outline.parent(at) == NONE;
        // A macro that takes arguments stands for an attribute or a type, if a name follows it.
        let is_named = self
            .head
            .name
            .is_some_and(|name| name != self.head.begin && !self.is_macro_before(name, at));
        if is_named || kind(at) != Some(Kind::Identifier) {
            return;
        }
        let follows = match kind(at + 1) {
            Some(Kind::ParenOpen) => true,
            Some(Kind::ParenClose) => kind(at + 2) == Some(Kind::ParenOpen),
            _ => false,
        };
        let is_outside = self.head.name.is_none() || self.outline.parent(at) == NONE;
        if follows && is_outside && !self.in_attribute(at) && !self.is_void(at) {
            self.head.name = Some(at);
        }
    }

    /// `void ATTRIBUTE(3, 0) name(…)`: the macro is written in capitals, what follows it is not.
    fn is_macro_before(&self, name: usize, at: usize) -> bool {
        let is_capital = |index: usize| {
            let word = spelling(self.text, self.tokens[index]);
            !word.contains(|letter: char| letter.is_ascii_lowercase())
        };
        self.tokens[at - 1].kind == Kind::ParenClose
            && self.outline.partners.get(at - 1) == to_u32(name + 1)
            && is_capital(name)
            && !is_capital(at)
    }

    /// `void (name)(…)`: what stands before the parenthesis is the type.
    fn is_void(&self, at: usize) -> bool {
        matches!(
            &*spelling(self.text, self.tokens[at]),
            "void" | "int" | "char" | "long" | "unsigned" | "short" | "double" | "float"
        )
    }

    /// Whether a token is the name of an attribute or stands among its arguments.
    fn in_attribute(&self, index: usize) -> bool {
        let mut at = index;
        for _ in 0..4 {
            if is_attribute_word(&spelling(self.text, self.tokens[at])) {
                return true;
            }
            match self.outline.parent(at) {
                NONE | 0 => return false,
                open => at = open as usize - 1,
            }
        }
        false
    }
}
