//! The body of a function as plain C for the grammar: no comments, no directives, no splices, no digraphs, and the
//! macros of the file expanded where that is certain. Every token knows its place in the file.

mod plain;

use rustc_hash::FxHashSet;

use super::read::DEPTH_CAP;
use crate::lexer::{Directive, DirectiveKind, Kind};
use crate::outline::Function;
use crate::unit::C;
pub(super) use plain::Body;

/// Larger bodies have no graph.
const BODY_CAP_BYTES: usize = 1 << 20;

/// More choices of branches than this are not tried.
const CHOICE_CAP: usize = 8;

/// The body once for each choice of branches: all first ones, all second ones, … Where a conditional has fewer,
/// its last one is taken, which is none where there is no `#else`. None where nobody could read one of them.
pub(super) fn bodies(c: &C<'_>, function: &Function, expands: bool) -> Option<Vec<Body>> {
    let tokens = &c.lexed.code;
    let start = tokens[function.open as usize].start as usize;
    let end = tokens[function.close as usize].end() as usize;
    if end - start > BODY_CAP_BYTES {
        return None;
    }
    let all = &c.lexed.directives;
    let first = all.partition_point(|directive| directive.at <= function.open);
    let behind = all.partition_point(|directive| directive.at <= function.close);
    let directives = &all[first..behind];
    let conditionals = conditionals(c, directives);
    let choices = conditionals.iter().map(Vec::len).max().unwrap_or(1);
    (0..choices.min(CHOICE_CAP))
        .map(|choice| {
            let chosen: FxHashSet<u32> = conditionals
                .iter()
                .filter_map(|branches| *branches.get(choice).or(branches.last())?)
                .collect();
            let tokens = without_attributes(c, tokens_of(function, directives, &chosen))?;
            // Nobody reads what is too deep: its words are not collected.
            (!is_too_deep(c, &tokens)).then(|| Body::new(c, &tokens, expands))
        })
        .collect::<Option<_>>()
}

/// The tokens that are left when attributes are gone, which the grammar knows in some places only. None where one
/// names a function that runs when a variable ends.
fn without_attributes(c: &C<'_>, tokens: Vec<u32>) -> Option<Vec<u32>> {
    let begins = |at: usize| attribute_begins(c, &tokens[at..]);
    let Some(first) = (0..tokens.len()).find(|&at| begins(at)) else {
        return Some(tokens);
    };
    let mut left = tokens[..first].to_vec();
    let mut at = first;
    while let Some(&index) = tokens.get(at) {
        if !begins(at) {
            left.push(index);
            at += 1;
            continue;
        }
        let token = |at: usize| c.lexed.code[tokens[at] as usize];
        let mut depth = 0_usize;
        at += usize::from(token(at).kind == Kind::Identifier);
        while at < tokens.len() {
            match token(at).kind {
                kind if kind.opens() => depth += 1,
                kind if kind.closes() => depth = depth.saturating_sub(1),
                Kind::Identifier if is_cleanup(&c.lexed.spelling(token(at))) => return None,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
    }
    Some(left)
}

/// `__attribute__((…))` and `[[…]]`.
fn attribute_begins(c: &C<'_>, tokens: &[u32]) -> bool {
    let token = |at: usize| {
        let index = tokens.get(at)?;
        Some(c.lexed.code[*index as usize])
    };
    let (Some(first), Some(next)) = (token(0), token(1)) else {
        return false;
    };
    match (first.kind, next.kind) {
        (Kind::BracketOpen, Kind::BracketOpen) => true,
        (Kind::Identifier, Kind::ParenOpen) => {
            matches!(first.range().len(), 11 | 13)
                && matches!(&*c.lexed.spelling(first), "__attribute__" | "__attribute")
        }
        _ => false,
    }
}

/// An attribute by which a function runs when a variable ends.
fn is_cleanup(word: &str) -> bool {
    matches!(word, "cleanup" | "__cleanup__")
}

/// Whether brackets stand deeper within one another than any tree is made.
fn is_too_deep(c: &C<'_>, tokens: &[u32]) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    for &index in tokens {
        let kind = c.lexed.code[index as usize].kind;
        if kind.opens() {
            depth += 1;
            deepest = deepest.max(depth);
        } else if kind.closes() {
            depth = depth.saturating_sub(1);
        }
    }
    deepest > usize::from(DEPTH_CAP)
}

/// For each conditional the branches that a compiler may see, by the number of their directive; `None` is no branch.
fn conditionals(c: &C<'_>, directives: &[Directive]) -> Vec<Vec<Option<u32>>> {
    struct Open {
        branches: Vec<Option<u32>>,
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
    for (number, directive) in (0..).zip(directives) {
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

/// The tokens of a body, without those of branches that are not chosen.
fn tokens_of(function: &Function, directives: &[Directive], chosen: &FxHashSet<u32>) -> Vec<u32> {
    // Whether the branch of each open conditional is chosen, and how many are not.
    let mut branches: Vec<bool> = Vec::new();
    let mut skipped = 0;
    let mut next = (0..).zip(directives).peekable();
    let mut tokens = Vec::new();
    for index in function.open..=function.close {
        while let Some((number, directive)) = next.next_if(|(_, next)| next.at <= index) {
            let is_chosen = chosen.contains(&number);
            match directive.kind {
                DirectiveKind::If | DirectiveKind::Ifdef => {
                    branches.push(is_chosen);
                    skipped += usize::from(!is_chosen);
                }
                DirectiveKind::Elif | DirectiveKind::Else => {
                    if let Some(branch) = branches.last_mut() {
                        skipped -= usize::from(!std::mem::replace(branch, is_chosen));
                        skipped += usize::from(!is_chosen);
                    }
                }
                DirectiveKind::Endif => skipped -= usize::from(branches.pop() == Some(false)),
                _ => {}
            }
        }
        if skipped == 0 {
            tokens.push(index);
        }
    }
    tokens
}
