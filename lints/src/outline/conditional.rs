//! Conditional compilation: what is open in which branch, and which branches are never compiled.

use std::ops::Range;

use super::{NONE, State};
use crate::lexer::{Directive, DirectiveKind, Kind, Lexed, Token};

/// The conditionals of a text.
#[derive(Debug, Default)]
pub(crate) struct Conditionals {
    open: Vec<Open>,
    /// Bytes that no compiler sees: `#if 0` and the other side of `#if 1`. Sorted, outermost only.
    pub(crate) dead: Vec<Range<u32>>,
    /// Whether each `#if` has its `#endif` and nothing closes what was not open.
    pub(crate) unbalanced: bool,
}

/// A conditional whose `#endif` has not come yet.
#[derive(Debug)]
struct Open {
    before: State,
    /// The state behind the first branch that may be compiled.
    after: Option<Box<State>>,
    branch_start: u32,
    /// An earlier branch is always compiled.
    decided: bool,
    /// This branch is never compiled.
    dead: bool,
    has_else: bool,
}

impl Conditionals {
    /// Whether a byte stands where no compiler looks.
    pub(crate) fn is_dead(&self, offset: usize) -> bool {
        let after = self
            .dead
            .partition_point(|range| range.start as usize <= offset);
        after
            .checked_sub(1)
            .is_some_and(|index| offset < self.dead[index].end as usize)
    }

    pub(super) fn step(&mut self, lexed: &Lexed<'_>, directive: &Directive, state: &mut State) {
        match directive.kind {
            DirectiveKind::If | DirectiveKind::Ifdef => {
                let value = condition(lexed, directive);
                self.open.push(Open {
                    before: *state,
                    after: None,
                    branch_start: directive.end,
                    decided: value == Some(true),
                    dead: value == Some(false),
                    has_else: false,
                });
            }
            DirectiveKind::Elif => self.next_branch(condition(lexed, directive), directive, state),
            DirectiveKind::Else => {
                self.next_branch(Some(true), directive, state);
                if let Some(open) = self.open.last_mut() {
                    open.has_else = true;
                }
            }
            DirectiveKind::Endif => self.end(directive.start, state),
            _ => {}
        }
    }

    fn next_branch(&mut self, value: Option<bool>, directive: &Directive, state: &mut State) {
        self.close_branch(directive.start, *state);
        let Some(open) = self.open.last_mut() else {
            self.unbalanced = true;
            return;
        };
        open.dead = open.decided || value == Some(false);
        open.decided |= value == Some(true);
        open.branch_start = directive.end;
        *state = open.before;
    }

    fn end(&mut self, at: u32, state: &mut State) {
        self.close_branch(at, *state);
        match self.open.pop() {
            Some(Open {
                after: Some(after), ..
            }) => *state = *after,
            Some(open) => *state = open.before,
            None => self.unbalanced = true,
        }
    }

    fn close_branch(&mut self, end: u32, state: State) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let bytes = open.branch_start..end;
        if !open.dead {
            open.after.get_or_insert_with(|| Box::new(state));
            return;
        }
        while self
            .dead
            .pop_if(|inner| inner.start >= bytes.start)
            .is_some()
        {}
        self.dead.push(bytes);
    }

    pub(super) fn finish(&mut self, end: u32) {
        self.unbalanced |= !self.open.is_empty();
        while !self.open.is_empty() {
            let state = State {
                top: NONE,
                brace: NONE,
                linkage: 0,
                begin: NONE,
            };
            self.end(end, &mut { state });
        }
        self.open = Vec::new();
        self.dead.sort_by_key(|range| range.start);
    }
}

/// What an `#if` or `#elif` evaluates to, if literals alone decide it.
fn condition(lexed: &Lexed<'_>, directive: &Directive) -> Option<bool> {
    if directive.kind == DirectiveKind::Ifdef {
        return None;
    }
    let tokens = lexed.content_of(directive);
    // A long condition is never a literal one.
    if tokens.len() > 32 {
        return None;
    }
    let evaluator = Evaluator {
        lexed,
        tokens,
        at: 0,
    };
    match evaluator.whole() {
        Truth::True => Some(true),
        Truth::False => Some(false),
        Truth::Unknown => None,
    }
}

/// Three-valued logic.
#[derive(Clone, Copy, PartialEq)]
enum Truth {
    True,
    False,
    Unknown,
}

impl Truth {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// Evaluates literals, `!`, `&&`, `||` and parentheses; everything else is unknown.
struct Evaluator<'a, 'b> {
    lexed: &'a Lexed<'b>,
    tokens: &'a [Token],
    at: usize,
}

impl Evaluator<'_, '_> {
    fn whole(mut self) -> Truth {
        let mut any = Truth::False;
        loop {
            let mut all = Truth::True;
            loop {
                let Some(operand) = self.operand() else {
                    return Truth::Unknown;
                };
                all = all.and(operand);
                if !self.operator("&&") {
                    break;
                }
            }
            // Either side of an `||` decides when it is true.
            any = any.not().and(all.not()).not();
            if !self.operator("||") {
                break;
            }
        }
        if self.at == self.tokens.len() {
            any
        } else {
            Truth::Unknown
        }
    }

    /// One operand, if the text is understood.
    fn operand(&mut self) -> Option<Truth> {
        let token = *self.tokens.get(self.at)?;
        self.at += 1;
        match token.kind {
            Kind::Number => number(&self.lexed.spelling(token)),
            Kind::Identifier => {
                self.skip_arguments();
                Some(Truth::Unknown)
            }
            Kind::Operator if self.lexed.spelling(token) == "!" => self.operand().map(Truth::not),
            Kind::ParenOpen => {
                let close = self.closing()?;
                let inner = Evaluator {
                    lexed: self.lexed,
                    tokens: &self.tokens[self.at..close],
                    at: 0,
                };
                self.at = close + 1;
                Some(inner.whole())
            }
            _ => None,
        }
    }

    /// The arguments of `defined X`, `defined(X)` or a macro.
    fn skip_arguments(&mut self) {
        match self.tokens.get(self.at).map(|token| token.kind) {
            Some(Kind::Identifier) => self.at += 1,
            Some(Kind::ParenOpen) => {
                self.at += 1;
                if let Some(close) = self.closing() {
                    self.at = close + 1;
                }
            }
            _ => {}
        }
    }

    /// The parenthesis that closes the one just read.
    fn closing(&self) -> Option<usize> {
        let mut depth = 1;
        for (offset, token) in self.tokens[self.at..].iter().enumerate() {
            match token.kind {
                Kind::ParenOpen => depth += 1,
                Kind::ParenClose => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(self.at + offset);
            }
        }
        None
    }

    fn operator(&mut self, wanted: &str) -> bool {
        let found = self
            .tokens
            .get(self.at)
            .is_some_and(|&token| self.lexed.spelling(token) == wanted);
        self.at += usize::from(found);
        found
    }
}

/// Whether an integer literal is not zero.
fn number(text: &str) -> Option<Truth> {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
    let bare = digits.trim_start_matches("0x").trim_start_matches("0X");
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    Some(if bare.chars().all(|digit| digit == '0') {
        Truth::False
    } else {
        Truth::True
    })
}
