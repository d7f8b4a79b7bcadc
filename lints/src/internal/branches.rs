//! Names at the edge of a branch of `#if`: what stands before or behind them is that of another branch.

use std::cell::OnceCell;

use crate::lexer::{Directive, DirectiveKind, Kind, Token};
use crate::outline::{NONE, outline_of};
use crate::role::{Role, Stream};

/// How many conditionals around a name are looked at; the standard asks compilers for 63 within one another.
const DEPTH_CAP: usize = 64;

/// How many of the brackets around a name are looked at, from the inside.
const BRACKETS_CAP: usize = 16;

/// How many tokens before a bracket or a name, and behind the name, are looked at.
const BEFORE_CAP: usize = 64;
const BEHIND_CAP: usize = 256;

/// How many once its statement has ended.
const BEHIND_STATEMENT_CAP: usize = 32;

/// The conditionals of a text, read when a name is asked for that stands in one.
pub(super) struct Branches<'a> {
    directives: &'a [Directive],
    shape: OnceCell<Shape>,
}

/// What belongs together, by the numbers of directives; [`NONE`] where nothing does.
struct Shape {
    /// The directive whose branch is open behind each one.
    open: Vec<u32>,
    /// For the begin of a branch: the `#if` of its conditional, and the begin of the next branch or the `#endif`.
    first: Vec<u32>,
    next: Vec<u32>,
    /// For each `#if` its `#endif`.
    end: Vec<u32>,
}

/// A branch around a name, and the conditional that it is one of, in tokens.
struct Around {
    first: usize,
    begin: usize,
    end: usize,
    last: usize,
}

impl<'a> Branches<'a> {
    pub(super) fn of(directives: &'a [Directive]) -> Self {
        let shape = OnceCell::new();
        Self { directives, shape }
    }

    /// The role of the name at `index` where the other branches of the conditionals around it are gone. None unless
    /// another branch stands right beside it, as in `#if A`, `one`, `#else`, `other`, `#endif`, `(int x) { … }`.
    pub(super) fn role(&self, stream: &Stream<'_>, index: usize) -> Option<Role> {
        let all = self.directives;
        let behind = all.partition_point(|directive| directive.at as usize <= index);
        let is_edge = |directive: Option<&Directive>, at: usize| {
            directive.is_some_and(|directive| directive.at as usize == at)
        };
        if !is_edge(all.get(behind), index + 1) && !is_edge(all[..behind].last(), index) {
            return None;
        }
        let around = self.around(behind);
        let is_cut = around.iter().any(|around| {
            (around.begin == index && around.first < index)
                || (around.end == index + 1 && around.last > index + 1)
        });
        if !is_cut {
            return None;
        }
        let (tokens, place) = without_others(stream, index, &around);
        let outline = outline_of(stream.text, &tokens);
        let alone = Stream {
            text: stream.text,
            tokens: &tokens,
            outline: &outline,
            is_macro: false,
        };
        Some(alone.role(place))
    }

    /// The branches that are open before the directive with a number, from the inside.
    fn around(&self, number: usize) -> Vec<Around> {
        let all = self.directives;
        let shape = self.shape.get_or_init(|| Shape::of(all));
        let at = |number: u32| {
            all.get(number as usize)
                .map_or(usize::MAX, |one| one.at as usize)
        };
        let open_before = |number: usize| match number.checked_sub(1) {
            Some(before) => shape.open[before],
            None => NONE,
        };
        let mut branch = open_before(number);
        let mut list = Vec::new();
        while branch != NONE && list.len() < DEPTH_CAP {
            let first = shape.first[branch as usize];
            list.push(Around {
                first: at(first),
                begin: at(branch),
                end: at(shape.next[branch as usize]),
                last: at(shape.end[first as usize]),
            });
            branch = open_before(first as usize);
        }
        list
    }
}

impl Shape {
    fn of(directives: &[Directive]) -> Self {
        let nothing = vec![NONE; directives.len()];
        let mut shape = Self {
            open: nothing.clone(),
            first: nothing.clone(),
            next: nothing.clone(),
            end: nothing,
        };
        let mut stack: Vec<u32> = Vec::new();
        for (number, directive) in (0..).zip(directives) {
            match directive.kind {
                DirectiveKind::If | DirectiveKind::Ifdef => {
                    shape.first[number as usize] = number;
                    stack.push(number);
                }
                DirectiveKind::Elif | DirectiveKind::Else => {
                    if let Some(branch) = stack.last_mut() {
                        shape.first[number as usize] = shape.first[*branch as usize];
                        shape.next[*branch as usize] = number;
                        *branch = number;
                    }
                }
                DirectiveKind::Endif => {
                    if let Some(branch) = stack.pop() {
                        shape.next[branch as usize] = number;
                        shape.end[shape.first[branch as usize] as usize] = number;
                    }
                }
                _ => {}
            }
            shape.open[number as usize] = stack.last().copied().unwrap_or(NONE);
        }
        shape
    }
}

/// The tokens around a name that tell what it is, and its place among them: the brackets that are open, its statement
/// as far as it, and what comes behind, without the other branches.
fn without_others(stream: &Stream<'_>, index: usize, around: &[Around]) -> (Vec<Token>, usize) {
    let mut tokens = Vec::new();
    let begin_of = |at: usize| match stream.outline.begin(at) {
        NONE => at,
        begin => (begin as usize).max(at.saturating_sub(BEFORE_CAP)).min(at),
    };
    for open in brackets(stream, index) {
        tokens.extend_from_slice(&stream.tokens[begin_of(open)..=open]);
    }
    let start = begin_of(index);
    // From the inside: what is kept before the name, and where the conditional begins.
    let mut before = Vec::new();
    let mut left = index;
    for one in around {
        before.push(one.begin.max(start).min(left)..left);
        left = one.first.max(start).min(left);
    }
    before.push(start..left);
    for kept in before.into_iter().rev() {
        tokens.extend_from_slice(&stream.tokens[kept]);
    }
    let place = tokens.len();
    tokens.push(stream.tokens[index]);
    let mut behind = Vec::new();
    let mut right = index + 1;
    for one in around {
        behind.push(right..one.end);
        right = one.last.max(right);
    }
    behind.push(right..stream.tokens.len());
    extend_to_body(&mut tokens, stream, behind.into_iter().flatten());
    (tokens, place)
}

/// Takes tokens as far as a body or, where a statement ends first, as parameters may still be declared as in K&R.
fn extend_to_body(
    tokens: &mut Vec<Token>,
    stream: &Stream<'_>,
    behind: impl Iterator<Item = usize>,
) {
    let mut depth = 0_i32;
    let mut left = BEHIND_CAP;
    for &token in behind.map_while(|at| stream.tokens.get(at)) {
        tokens.push(token);
        match token.kind {
            Kind::BraceOpen if depth <= 0 => break,
            Kind::Semicolon if depth <= 0 => left = left.min(BEHIND_STATEMENT_CAP),
            kind if kind.opens() => depth += 1,
            kind if kind.closes() => depth -= 1,
            _ => {}
        }
        left -= 1;
        if left == 0 {
            break;
        }
    }
}

/// The innermost brackets that are open around a name, from the outside.
fn brackets(stream: &Stream<'_>, index: usize) -> Vec<usize> {
    let around = std::iter::successors(stream.parent(index), |&open| stream.parent(open));
    let mut list: Vec<usize> = around.take(BRACKETS_CAP).collect();
    list.reverse();
    list
}
