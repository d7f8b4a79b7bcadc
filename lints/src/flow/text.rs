//! The body of a function as plain C for the grammar: no comments, no directives, no splices, no digraphs.
//! Every token keeps its place, so that the tree's offsets are those of the file.

use crate::lexer::{Directive, DirectiveKind, Kind, Token, spelling};
use crate::outline::Function;
use crate::unit::C;

/// A head that every body can follow.
const HEAD: &str = "void f()";

/// Larger bodies have no graph.
const BODY_CAP_BYTES: usize = 1 << 20;

/// A body as text for the grammar.
pub(super) struct Body {
    pub(super) text: String,
    /// What to add to an offset of `text` to get one of the file.
    pub(super) shift: isize,
}

impl Body {
    /// An offset of the text as one of the file.
    pub(super) fn offset(&self, at: usize) -> usize {
        at.saturating_add_signed(self.shift)
    }
}

/// The body with the first branch of each conditional, and with the last one where there are conditionals.
pub(super) fn bodies(c: &C<'_>, function: &Function) -> Vec<Body> {
    let tokens = &c.lexed.code;
    let start = tokens[function.open as usize].start as usize;
    let end = tokens[function.close as usize].end as usize;
    if end - start > BODY_CAP_BYTES {
        return Vec::new();
    }
    let all = &c.lexed.directives;
    let first = all.partition_point(|directive| directive.at <= function.open);
    let behind = all.partition_point(|directive| directive.at <= function.close);
    let directives = &all[first..behind];
    let has_branches = directives
        .iter()
        .any(|directive| matches!(directive.kind, DirectiveKind::If | DirectiveKind::Ifdef));
    let mut bodies = vec![body(c, function, directives, Choice::First)];
    if has_branches {
        bodies.push(body(c, function, directives, Choice::Last));
    }
    bodies
}

#[derive(Clone, Copy, PartialEq)]
enum Choice {
    First,
    /// The `#else`, nothing where there is none.
    Last,
}

fn body(c: &C<'_>, function: &Function, directives: &[Directive], choice: Choice) -> Body {
    let tokens = &c.lexed.code;
    let start = tokens[function.open as usize].start as usize;
    let end = tokens[function.close as usize].end as usize;
    let mut text = vec![b' '; HEAD.len() + end - start];
    text[..HEAD.len()].copy_from_slice(HEAD.as_bytes());
    let mut branches: Vec<bool> = Vec::new();
    let mut decided: Vec<bool> = Vec::new();
    let mut next = directives.iter().peekable();
    for index in function.open..=function.close {
        while let Some(directive) = next.next_if(|directive| directive.at <= index) {
            choose(c, directive, choice, &mut branches, &mut decided);
        }
        if branches.iter().all(|&chosen| chosen) {
            let token = tokens[index as usize];
            write(
                c.lexed.text,
                token,
                &mut text,
                HEAD.len() + token.start as usize - start,
            );
        }
    }
    let shift = isize::try_from(start).unwrap_or(isize::MAX) - HEAD.len().cast_signed();
    Body {
        // Only whole tokens of a valid text were copied.
        text: String::from_utf8_lossy(&text).into_owned(),
        shift,
    }
}

/// Whether the branch behind a directive is chosen.
fn choose(
    c: &C<'_>,
    directive: &Directive,
    choice: Choice,
    branches: &mut Vec<bool>,
    decided: &mut Vec<bool>,
) {
    let is_dead = c.conditionals.is_dead(directive.end as usize);
    match directive.kind {
        DirectiveKind::If | DirectiveKind::Ifdef => {
            let chosen = choice == Choice::First && !is_dead;
            branches.push(chosen);
            decided.push(chosen);
        }
        DirectiveKind::Elif | DirectiveKind::Else => {
            let is_else = directive.kind == DirectiveKind::Else;
            if let (Some(branch), Some(decided)) = (branches.last_mut(), decided.last_mut()) {
                *branch = !*decided && !is_dead && (is_else || choice == Choice::First);
                *decided |= *branch;
            }
        }
        DirectiveKind::Endif => {
            branches.pop();
            decided.pop();
        }
        _ => {}
    }
}

/// Writes a token at its place, spelled as the grammar knows it.
fn write(source: &str, token: Token, text: &mut [u8], at: usize) {
    let spelled = spelling(source, token);
    let known = match (token.kind, &*spelled) {
        (Kind::BraceOpen, _) => "{",
        (Kind::BraceClose, _) => "}",
        (Kind::BracketOpen, _) => "[",
        (Kind::BracketClose, _) => "]",
        (_, other) => other,
    };
    if let Some(place) = text.get_mut(at..at + known.len()) {
        place.copy_from_slice(known.as_bytes());
    }
}
