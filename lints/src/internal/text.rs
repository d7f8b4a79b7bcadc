//! Macros that make text of what they are given: `#define TEXT(x) #x` names nothing.

use std::borrow::Cow;
use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use crate::lexer::{Kind, Token};
use crate::macros::Macro;
use crate::role::Stream;
use crate::unit::C;

/// An argument stands in at most so many parentheses, behind so many tokens.
const DEPTH: usize = 4;
const REACH: usize = 256;

/// For each parameter of a macro whether nothing but text is made of it.
struct Texts {
    of: Vec<bool>,
    /// The last one stands for all arguments that are left.
    is_variadic: bool,
}

/// The macros of a file that use some parameters for nothing but text.
pub(super) struct Stringisers<'c> {
    c: &'c C<'c>,
    /// For each name the parameters, by position; made when somebody asks.
    by_name: OnceCell<FxHashMap<Cow<'c, str>, Texts>>,
}

impl<'c> Stringisers<'c> {
    pub(super) fn of(c: &'c C<'c>) -> Self {
        Self {
            c,
            by_name: OnceCell::new(),
        }
    }

    /// Whether a token is an argument of which nothing but text is made.
    pub(super) fn make_text_of(&self, stream: &Stream<'_>, index: usize) -> bool {
        let mut at = index;
        for _ in 0..DEPTH {
            let Some(open) = stream.parent(at) else {
                return false;
            };
            let is_argument = open > 0
                && stream.kind(open) == Some(Kind::ParenOpen)
                && stream.kind(open - 1) == Some(Kind::Identifier);
            if is_argument {
                let by_name = self.by_name.get_or_init(|| self.read());
                let parameters = by_name.get(&*stream.word(open - 1));
                if by_name.is_empty() || index - open > REACH {
                    return false;
                }
                let commas = (open..index).filter(|&comma| {
                    stream.kind(comma) == Some(Kind::Comma) && stream.parent(comma) == Some(open)
                });
                let position = commas.count();
                let is_text = |list: &Texts| {
                    let last = list.of.last().filter(|_| list.is_variadic);
                    list.of.get(position).or(last) == Some(&true)
                };
                if parameters.is_some_and(is_text) {
                    return true;
                }
            }
            at = open;
        }
        false
    }

    fn read(&self) -> FxHashMap<Cow<'c, str>, Texts> {
        let lexed = &self.c.lexed;
        let body = |definition: &Macro<'_>| &lexed.content[definition.body.clone()];
        let mut found: FxHashMap<Cow<'c, str>, Texts> = FxHashMap::default();
        let has_hash = |one: &&Macro<'_>| body(one).iter().any(|token| token.kind == Kind::Hash);
        if !self.c.macros.iter().any(|one| has_hash(&one)) {
            return found;
        }
        // What is defined twice makes text only where both definitions do.
        for definition in &self.c.macros {
            let list = self.texts(body(definition), definition);
            let name = lexed.spelling(definition.name);
            match found.get_mut(&name) {
                Some(known) => {
                    known.of.truncate(list.of.len());
                    known.is_variadic &= list.is_variadic;
                    let pairs = known.of.iter_mut().zip(list.of);
                    pairs.for_each(|(known, is_text)| *known &= is_text);
                }
                None => {
                    found.insert(name, list);
                }
            }
        }
        // `#define TEXT(x) TEXT_OF(x)`.
        let mut through = Vec::new();
        for definition in &self.c.macros {
            if let ([callee, open, given, close], Some([parameter])) =
                (body(definition), definition.parameters.as_deref())
                && [open.kind, close.kind] == [Kind::ParenOpen, Kind::ParenClose]
                && lexed.spelling(*given) == *parameter
                && found
                    .get(&lexed.spelling(*callee))
                    .is_some_and(|list| list.of == [true])
            {
                through.push(lexed.spelling(definition.name));
            }
        }
        found.extend(through.into_iter().map(|name| {
            (
                name,
                Texts {
                    of: vec![true],
                    is_variadic: false,
                },
            )
        }));
        found.retain(|_, list| list.of.contains(&true));
        found
    }

    /// Whether each parameter stands behind `#`, and nowhere else.
    fn texts(&self, body: &[Token], definition: &Macro<'_>) -> Texts {
        let named = definition.parameters.iter().flatten().map(|name| &**name);
        let rest = (definition.is_variadic && !definition.names_variadic).then_some("__VA_ARGS__");
        let parameters: Vec<&str> = named.chain(rest).collect();
        let mut texts = vec![None; parameters.len()];
        for (at, token) in body.iter().enumerate() {
            if token.kind != Kind::Identifier {
                continue;
            }
            let word = self.c.lexed.spelling(*token);
            if let Some(position) = parameters.iter().position(|name| *name == word) {
                let is_text = at > 0 && body[at - 1].kind == Kind::Hash;
                texts[position] = Some(texts[position].unwrap_or(true) && is_text);
            }
        }
        Texts {
            of: texts.into_iter().map(|text| text == Some(true)).collect(),
            is_variadic: definition.is_variadic,
        }
    }
}
