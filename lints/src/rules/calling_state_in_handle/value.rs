//! What an assignment assigns: the names that its value may be.

use crate::lexer::Kind;
use crate::role::Stream;

/// Longer values are none that only hand a state on.
const REACH: usize = 64;

/// The first name for which `is_state` holds among those that the value at `start` may be: through parentheses,
/// casts, further assignments, both sides of `? :`, and the last part of a comma expression.
pub(super) fn held(
    stream: &Stream<'_>,
    start: usize,
    is_state: impl Fn(usize) -> bool + Copy,
) -> Option<String> {
    let end = end(stream, start, REACH)?;
    within(stream, start, end, is_state, 8)
}

/// The first such name among the elements of a compound literal `(T){L, 1}`. Those with a designator are
/// assignments of their own.
pub(super) fn elements(
    stream: &Stream<'_>,
    start: usize,
    is_state: impl Fn(usize) -> bool + Copy,
) -> Option<String> {
    let open = (stream.kind(start) == Some(Kind::ParenOpen))
        .then(|| stream.close(start))
        .flatten()?
        + 1;
    let close = (stream.kind(open) == Some(Kind::BraceOpen))
        .then(|| stream.close(open))
        .flatten()?;
    let mut at = open + 1;
    for _ in 0..REACH {
        if at >= close {
            return None;
        }
        let end = end(stream, at, REACH)?;
        if let Some(name) = within(stream, at, end, is_state, 8).filter(|_| at + 1 == end) {
            return Some(name);
        }
        at = end + 1;
    }
    None
}

/// The token behind the value that begins at `start`.
fn end(stream: &Stream<'_>, start: usize, reach: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..reach {
        let Some(kind) = stream.kind(at) else {
            return Some(at);
        };
        if matches!(kind, Kind::Semicolon | Kind::Comma) || kind.closes() {
            return Some(at);
        }
        at = if kind.opens() { stream.close(at)? } else { at } + 1;
    }
    None
}

fn within(
    stream: &Stream<'_>,
    start: usize,
    end: usize,
    is_state: impl Fn(usize) -> bool + Copy,
    depth: usize,
) -> Option<String> {
    let deeper = |start, end| within(stream, start, end, is_state, depth.checked_sub(1)?);
    if start + 1 == end {
        let is_it = stream.kind(start) == Some(Kind::Identifier) && is_state(start);
        return is_it.then(|| stream.word(start).into_owned());
    }
    if start >= end {
        return None;
    }
    let mut at = start;
    let mut condition = None;
    while at < end {
        match stream.kind(at)? {
            Kind::Assign if stream.is(at, "=") => return deeper(at + 1, end),
            Kind::Question if condition.is_none() => condition = Some(at),
            Kind::Colon => {
                let condition = condition?;
                // `L ?: other` is the condition itself.
                let is_short = condition + 1 == at;
                let first = if is_short {
                    start..condition
                } else {
                    condition + 1..at
                };
                return deeper(first.start, first.end).or_else(|| deeper(at + 1, end));
            }
            kind if kind.opens() => at = stream.close(at)?,
            _ => {}
        }
        at += 1;
    }
    if stream.kind(start) != Some(Kind::ParenOpen) {
        return None;
    }
    let close = stream.close(start)?;
    if close + 1 < end {
        // Behind a cast: what stands behind a call or a group would be an operator.
        let is_operand = matches!(
            stream.kind(close + 1),
            Some(Kind::Identifier | Kind::ParenOpen)
        );
        return is_operand.then(|| deeper(close + 1, end)).flatten();
    }
    let mut inner = start + 1;
    let mut at = inner;
    while at < close {
        match stream.kind(at)? {
            Kind::Comma => inner = at + 1,
            kind if kind.opens() => at = stream.close(at)?,
            _ => {}
        }
        at += 1;
    }
    deeper(inner, close)
}
