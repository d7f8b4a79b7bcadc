//! Bodies that no grammar reads, told from their tokens alone: the search of a grammar for what is nearest takes long.

use super::words::Word;
use super::{DEPTH_CAP, Refusal};
use crate::flow::text::Body;
use crate::lexer::Kind;

/// Why a body that was not read here has no tree; the grammar is asked where that is not sure.
pub(super) fn refusal(body: &Body) -> Refusal {
    let mut open: Vec<Bracket> = Vec::new();
    // What was closed last.
    let mut closed = Bracket::default();
    let mut operators = 0;
    for index in 0..body.len() {
        let kind = body.kind(index).unwrap_or(Kind::Unknown);
        // Of operators in a row all but the first have the next one within them.
        operators = match kind {
            Kind::Operator | Kind::Ampersand | Kind::Star => operators + 1,
            _ => 0,
        };
        if operators > usize::from(DEPTH_CAP) + 1 {
            return Refusal::TooDeep;
        }
        match kind {
            Kind::Unknown | Kind::Hash | Kind::Paste => return Refusal::NoCode,
            Kind::String | Kind::Character if is_open(body.word(index)) => return Refusal::NoCode,
            Kind::Comma | Kind::Number | Kind::String => {
                if let Some(bracket) = open.last_mut() {
                    bracket.is_no_type = true;
                }
            }
            _ if kind.opens() => {
                open.push(Bracket::at(body, index, &closed));
                if open.len() > usize::from(DEPTH_CAP) {
                    return Refusal::TooDeep;
                }
            }
            _ if kind.closes() => {
                let Some(bracket) = open.pop().filter(|bracket| bracket.fits(kind)) else {
                    return Refusal::NoCode;
                };
                closed = bracket;
                let is_call = closed.begins_statement && closed.is_no_type;
                if is_call && begins_something(body, index + 1) {
                    return Refusal::NoCode;
                }
            }
            _ => {}
        }
    }
    if open.is_empty() {
        Refusal::Unsure
    } else {
        Refusal::NoCode
    }
}

/// Whether a literal begins with a quote and does not end with one, or is a character without one.
fn is_open(word: &str) -> bool {
    let quotes = ['"', '\''];
    word == "''" || word.starts_with(quotes) && (word.len() < 2 || !word.ends_with(quotes))
}

/// An open bracket.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own about the same bracket"
)]
struct Bracket {
    kind: Option<Kind>,
    /// The members of a struct, union or enumeration.
    is_type_body: bool,
    is_attribute: bool,
    /// A parenthesis behind a name that begins a statement: this is a call, or a type if a single type is in it.
    begins_statement: bool,
    /// Something in it is no type.
    is_no_type: bool,
}

impl Bracket {
    fn at(body: &Body, index: usize, closed: &Self) -> Self {
        let kind = body.kind(index);
        let is_parenthesis = kind == Some(Kind::ParenOpen);
        Self {
            kind,
            is_type_body: kind == Some(Kind::BraceOpen) && opens_type(body, index, closed),
            is_attribute: is_parenthesis && index > 0 && word(body, index - 1) == Some(Word::Other),
            begins_statement: is_parenthesis && begins_statement(body, index, closed),
            is_no_type: false,
        }
    }

    fn fits(&self, close: Kind) -> bool {
        matches!(
            (self.kind, close),
            (Some(Kind::ParenOpen), Kind::ParenClose)
                | (Some(Kind::BraceOpen), Kind::BraceClose)
                | (Some(Kind::BracketOpen), Kind::BracketClose)
        )
    }
}

fn word(body: &Body, index: usize) -> Option<Word> {
    (body.kind(index) == Some(Kind::Identifier)).then(|| Word::of(body.word(index)))
}

/// Whether a brace is that of `struct {` or `struct name {`; an attribute may stand before it.
fn opens_type(body: &Body, brace: usize, closed: &Bracket) -> bool {
    let is_tagged = |back| {
        let at = brace.checked_sub(back);
        at.is_some_and(|at| word(body, at) == Some(Word::Tagged))
    };
    let is_behind_attribute = brace
        .checked_sub(1)
        .is_some_and(|at| body.kind(at) == Some(Kind::ParenClose) && closed.is_attribute);
    is_tagged(1) || is_tagged(2) || is_behind_attribute
}

/// Whether a parenthesis stands behind a name with which a statement begins.
fn begins_statement(body: &Body, open: usize, closed: &Bracket) -> bool {
    let (Some(name), Some(before)) = (open.checked_sub(1), open.checked_sub(2)) else {
        return false;
    };
    let is_behind = match body.kind(before) {
        Some(Kind::Semicolon | Kind::BraceOpen) => true,
        Some(Kind::BraceClose) => !closed.is_type_body,
        Some(Kind::Identifier) => matches!(word(body, before), Some(Word::Else | Word::Do)),
        _ => false,
    };
    is_behind && word(body, name) == Some(Word::Name)
}

/// Whether a token begins something that can't go on with what a call began.
fn begins_something(body: &Body, index: usize) -> bool {
    matches!(
        body.kind(index),
        Some(Kind::Identifier | Kind::Number | Kind::Character | Kind::BraceOpen)
    )
}
