//! What an assignment assigns to: a member that outlives the call, or one of a value that ends with it.

use super::locals::Locals;
use crate::lexer::Kind;

/// The first token of the member whose name ends before `end`, if it is one and outlives the call.
pub(super) fn of_member(locals: &Locals<'_>, end: usize) -> Option<usize> {
    let stream = locals.stream;
    let mut at = end;
    let mut through_pointer = false;
    let mut is_member = false;
    loop {
        let last = at.checked_sub(1)?;
        match stream.kind(last)? {
            Kind::BracketClose | Kind::ParenClose => {
                let open = stream.outline.parent(last) as usize;
                // `(ctx->L) = L`, `*(&ctx->L) = L`.
                if at == end
                    && stream.kind(last) == Some(Kind::ParenClose)
                    && let Some(first) = of_member(locals, last).filter(|&first| first > open)
                {
                    return Some(first);
                }
                if is_one_by_address(locals, open, last) && stream.kind(at) == Some(Kind::Arrow) {
                    return None;
                }
                // `(*ctx).L` is as good as `ctx->L`.
                through_pointer |= stream.kind(open + 1) == Some(Kind::Star);
                at = open;
                if stream.kind(last) == Some(Kind::ParenClose)
                    && !matches!(stream.kind(open.checked_sub(1)?), Some(Kind::Identifier))
                {
                    break;
                }
            }
            Kind::Identifier => {
                at = last;
                match stream.kind(at.checked_sub(1)?) {
                    Some(Kind::Arrow) => {
                        through_pointer = true;
                        is_member = true;
                        at -= 1;
                    }
                    Some(Kind::Dot) => {
                        is_member = true;
                        at -= 1;
                    }
                    _ => break,
                }
            }
            Kind::Operator if stream.is(last, "++") || stream.is(last, "--") => at = last,
            _ => {
                // `.L = L` and `[1] = L` within the braces of a compound literal.
                let is_designator = is_member || stream.kind(at) == Some(Kind::BracketOpen);
                return is_designator.then(|| of_literal(locals, end)).flatten();
            }
        }
    }
    let outlives = through_pointer || !locals.has(at);
    (is_member && outlives).then_some(at)
}

/// `(&local)`.
fn is_one_by_address(locals: &Locals<'_>, open: usize, close: usize) -> bool {
    let stream = locals.stream;
    stream.kind(open + 1) == Some(Kind::Ampersand) && open + 3 == close && locals.has(open + 2)
}

/// A designated initialiser that is assigned to what outlives the call: `*ctx = (struct handle){.L = L}`.
fn of_literal(locals: &Locals<'_>, assign: usize) -> Option<usize> {
    let stream = locals.stream;
    let mut at = assign;
    // `.part = { .L = L }`, and elements without a designator.
    for _ in 0..8 {
        let before = (stream.outline.parent(at) as usize).checked_sub(1)?;
        match stream.kind(before)? {
            Kind::Assign | Kind::Comma | Kind::BraceOpen => at = before,
            Kind::ParenClose => {
                let outer = (stream.outline.parent(before) as usize).checked_sub(1)?;
                of_whole(locals, outer)?;
                let begin = stream.outline.begin(assign) as usize;
                let first = (begin..assign)
                    .rev()
                    .take_while(|&at| stream.kind(at) != Some(Kind::Comma));
                return stream.is(outer, "=").then_some(first.last()?);
            }
            _ => return None,
        }
    }
    None
}

/// The first token of what the `=` at a token sets as a whole, if it outlives the call.
pub(super) fn of_whole(locals: &Locals<'_>, assign: usize) -> Option<usize> {
    let stream = locals.stream;
    let begin = stream.statement_begin(assign);
    let points_to_one = |first: usize| locals.points_to_one(first);
    if stream.kind(begin) == Some(Kind::Star) {
        return (!points_to_one(begin + 1)).then_some(begin);
    }
    let is_name = begin + 1 == assign && stream.kind(begin) == Some(Kind::Identifier);
    if is_name {
        return (!locals.has(begin)).then_some(begin);
    }
    let is_element = stream.kind(begin) == Some(Kind::Identifier)
        && stream.kind(begin + 1) == Some(Kind::BracketOpen)
        && stream.close(begin + 1) == assign.checked_sub(1);
    if is_element {
        return (!points_to_one(begin)).then_some(begin);
    }
    of_member(locals, assign).filter(|&first| !points_to_one(first))
}
