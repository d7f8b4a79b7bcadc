//! Finds the identifiers that begin with the prefix of internals, and says what each is doing.

mod branches;
mod text;

use std::borrow::Cow;
use std::ops::Range;

use crate::call::call_at;
use crate::gate::may_be_pieced;
use crate::lexer::{DirectiveKind, Kind, Token, spelling};
use crate::paste::{Pasted, Pastes};
use crate::role::Role;
use crate::unit::{C, Stretch};
use branches::Branches;
use text::Stringisers;

/// One place where an internal is named.
pub(crate) struct Mention<'a> {
    /// The bytes of the identifier, or of the parts that are pasted to it.
    pub(crate) range: Range<usize>,
    /// The name as far as it is known.
    pub(crate) name: Cow<'a, str>,
    pub(crate) role: Role,
    /// The name of the macro in whose body it stands.
    pub(crate) macro_name: Option<Cow<'a, str>>,
    /// It is called by its plain name: with so many arguments, and whether the call is a statement.
    pub(crate) call: Option<(usize, bool)>,
    /// More is pasted behind the known part of the name.
    pub(crate) is_pasted: bool,
}

/// Visits all places in code, macro bodies and directives, in order of kind. There may be very many.
pub(crate) fn each_mention(c: &C<'_>, prefix: &str, mut visit: impl FnMut(Mention<'_>)) {
    let text = c.lexed.text;
    if !c.pastes_nothing.get() {
        c.pastes_nothing.set(true);
        if let Some(mut pastes) = Pastes::new(c, prefix) {
            c.each_stretch(
                |_| true,
                |stretch| {
                    for pasted in pastes.in_stretch(stretch) {
                        c.pastes_nothing.set(false);
                        visit(by_paste(stretch, pasted));
                    }
                },
            );
        }
    }
    let is_whole = memchr::memmem::find(text.as_bytes(), prefix.as_bytes()).is_some();
    if !is_whole && !may_be_pieced(text, prefix) {
        return;
    }
    let wanted = |tokens: &[Token]| {
        tokens
            .iter()
            .any(|&token| token.kind == Kind::Paste || names_internal(text, token, prefix))
    };
    let stringisers = Stringisers::of(c);
    let branches = Branches::of(&c.lexed.directives);
    c.each_stretch(wanted, |stretch| {
        in_stretch(stretch, prefix, &mut |mut mention, index| {
            if stretch.definition.is_none()
                && let Some(role) = branches.role(&stretch.stream, index)
            {
                mention.role = role;
            }
            let is_named = matches!(mention.role, Role::Use | Role::Prototype | Role::Definition);
            if !is_named || !stringisers.make_text_of(&stretch.stream, index) {
                visit(mention);
            }
        });
    });
    in_directives(c, prefix, &mut visit);
}

/// A name that a macro pastes from what it is given.
fn by_paste<'a>(stretch: &Stretch<'a, '_>, pasted: Pasted) -> Mention<'a> {
    let stream = &stretch.stream;
    Mention {
        range: pasted.range,
        name: pasted.name.into(),
        role: match stream.role(pasted.index) {
            role @ (Role::Definition | Role::Prototype) => role,
            _ => Role::Use,
        },
        macro_name: stretch
            .definition
            .map(|definition| spelling(stream.text, definition.name)),
        call: None,
        is_pasted: false,
    }
}

fn names_internal(text: &str, token: Token, prefix: &str) -> bool {
    token.kind == Kind::Identifier
        && (token.is_spliced() || text.as_bytes()[token.range()].starts_with(prefix.as_bytes()))
        && spelling(text, token).starts_with(prefix)
}

/// Visits each place with its token.
fn in_stretch(stretch: &Stretch<'_, '_>, prefix: &str, visit: &mut impl FnMut(Mention<'_>, usize)) {
    let stream = &stretch.stream;
    let macro_name = stretch
        .definition
        .map(|definition| spelling(stream.text, definition.name));
    let mut index = 0;
    while index < stream.tokens.len() {
        // Most tokens neither have the prefix nor are pasted to anything.
        if stream.kind(index + 1) != Some(Kind::Paste)
            && !names_internal(stream.text, stream.tokens[index], prefix)
        {
            index += 1;
            continue;
        }
        let chain = chain(stretch, index);
        let is_pasted = chain.end > index + 1;
        let range = stream.tokens[index].start as usize..chain.known_end;
        if chain.name.starts_with(prefix) {
            let mention = Mention {
                range,
                role: stream.role(index),
                macro_name: macro_name.clone(),
                call: plain_call(stretch, index),
                is_pasted: is_pasted && !chain.complete,
                name: chain.name.into(),
            };
            visit(mention, index);
        }
        index = chain.end;
    }
}

/// The number of arguments of a call by the plain name at `index`, and whether the call is a statement.
fn plain_call(stretch: &Stretch<'_, '_>, index: usize) -> Option<(usize, bool)> {
    let stream = &stretch.stream;
    if stream.kind(index + 1) != Some(Kind::ParenOpen) {
        return None;
    }
    let call = call_at(stream, index)?;
    let close = stream.close(index + 1)?;
    let is_statement =
        stream.statement_begin(index) == index && stream.kind(close + 1) == Some(Kind::Semicolon);
    Some((call.arguments.len(), is_statement))
}

/// Tokens joined by `##`, or a single token.
struct Chain {
    /// The token behind.
    end: usize,
    /// What the joined name begins with for certain.
    name: String,
    /// The end of the bytes that spell `name`.
    known_end: usize,
    /// Whether `name` is all of it.
    complete: bool,
}

fn chain(stretch: &Stretch<'_, '_>, index: usize) -> Chain {
    let stream = &stretch.stream;
    let mut chain = Chain {
        end: index + 1,
        name: String::new(),
        known_end: stream.tokens[index].end() as usize,
        complete: true,
    };
    let mut at = index;
    loop {
        let token = stream.tokens[at];
        let word = spelling(stream.text, token);
        let known = match token.kind {
            Kind::Identifier => !stretch.is_parameter(&word),
            Kind::Number => at > index,
            _ => false,
        };
        if chain.complete && known {
            chain.name.push_str(&word);
            // A prefix that is complete needs no more bytes to point at.
            chain.known_end = token.end() as usize;
        } else {
            chain.complete = false;
        }
        if stream.kind(at + 1) != Some(Kind::Paste) || at + 2 >= stream.tokens.len() {
            return chain;
        }
        at += 2;
        chain.end = at + 1;
    }
}

/// Directives that make a name of an internal do something: `#pragma weak`, and macros asked in `#if`.
fn in_directives(c: &C<'_>, prefix: &str, visit: &mut impl FnMut(Mention<'_>)) {
    for directive in &c.lexed.directives {
        let tokens = c.lexed.content_of(directive);
        let word = |index: usize| tokens.get(index).map(|&token| c.lexed.spelling(token));
        for (index, &token) in tokens.iter().enumerate() {
            if !names_internal(c.lexed.text, token, prefix) {
                continue;
            }
            let is_use = match directive.kind {
                DirectiveKind::Pragma => {
                    matches!(word(0).as_deref(), Some("weak" | "redefine_extname"))
                }
                DirectiveKind::If | DirectiveKind::Elif => {
                    tokens.get(index + 1).map(|next| next.kind) == Some(Kind::ParenOpen)
                }
                _ => false,
            };
            let defines = directive.kind == DirectiveKind::Define
                && index == 0
                && tokens
                    .get(1)
                    .is_some_and(|next| next.kind == Kind::ParenOpen && next.start == token.end());
            if is_use || defines {
                visit(Mention {
                    range: token.range(),
                    name: c.lexed.spelling(token),
                    role: if defines { Role::Definition } else { Role::Use },
                    macro_name: None,
                    call: None,
                    is_pasted: false,
                });
            }
        }
    }
}
