//! The body of a function as plain C for the grammar: no comments, no directives, no splices, no digraphs.
//! Every token keeps its place, so that the tree's offsets are those of the file.

use std::collections::HashSet;

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

/// More choices of branches than this are not tried.
const CHOICE_CAP: usize = 8;

/// The body once for each choice of branches: all first ones, all second ones, … Where a conditional has fewer,
/// its last one is taken, which is none where there is no `#else`.
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
    let conditionals = conditionals(c, directives);
    let choices = conditionals.iter().map(Vec::len).max().unwrap_or(1);
    (0..choices.min(CHOICE_CAP))
        .map(|choice| {
            let chosen: HashSet<usize> = conditionals
                .iter()
                .filter_map(|branches| *branches.get(choice).or(branches.last())?)
                .collect();
            body(c, function, directives, &chosen)
        })
        .collect()
}

/// For each conditional the branches that a compiler may see, by the number of their directive; `None` is no branch.
fn conditionals(c: &C<'_>, directives: &[Directive]) -> Vec<Vec<Option<usize>>> {
    struct Open {
        branches: Vec<Option<usize>>,
        is_complete: bool,
    }
    let mut open: Vec<Open> = Vec::new();
    let mut found = Vec::new();
    let end = |conditional: Open| {
        let mut branches = conditional.branches;
        if !conditional.is_complete {
            branches.push(None);
        }
        branches
    };
    for (number, directive) in directives.iter().enumerate() {
        let is_dead = c.conditionals.is_dead(directive.end as usize);
        match directive.kind {
            DirectiveKind::If | DirectiveKind::Ifdef => open.push(Open {
                branches: Vec::new(),
                is_complete: is_always(c, directive),
            }),
            DirectiveKind::Endif => {
                found.extend(open.pop().map(end));
                continue;
            }
            DirectiveKind::Elif | DirectiveKind::Else => {}
            _ => continue,
        }
        if let Some(conditional) = open.last_mut() {
            conditional.is_complete |= directive.kind == DirectiveKind::Else;
            if !is_dead {
                conditional.branches.push(Some(number));
            }
        }
    }
    found.extend(open.into_iter().map(end));
    found
}

/// `#if 1`.
fn is_always(c: &C<'_>, directive: &Directive) -> bool {
    match c.lexed.content_of(directive) {
        [number] => number.kind == Kind::Number && c.lexed.spelling(*number) != "0",
        _ => false,
    }
}

fn body(c: &C<'_>, function: &Function, directives: &[Directive], chosen: &HashSet<usize>) -> Body {
    let tokens = &c.lexed.code;
    let start = tokens[function.open as usize].start as usize;
    let end = tokens[function.close as usize].end as usize;
    let mut text = vec![b' '; HEAD.len() + end - start];
    text[..HEAD.len()].copy_from_slice(HEAD.as_bytes());
    // Whether the branch of each open conditional is chosen.
    let mut branches: Vec<bool> = Vec::new();
    let mut next = directives.iter().enumerate().peekable();
    for index in function.open..=function.close {
        while let Some((number, directive)) = next.next_if(|(_, next)| next.at <= index) {
            match directive.kind {
                DirectiveKind::If | DirectiveKind::Ifdef => branches.push(chosen.contains(&number)),
                DirectiveKind::Elif | DirectiveKind::Else => {
                    if let Some(branch) = branches.last_mut() {
                        *branch = chosen.contains(&number);
                    }
                }
                DirectiveKind::Endif => {
                    branches.pop();
                }
                _ => {}
            }
        }
        if branches.iter().all(|&is_chosen| is_chosen) {
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
