//! Calls as tokens: `f(a, b)`, `(f)(a, b)`, `(*f)(a, b)`, through aliases and forwarding macros of the same text.

use std::cell::OnceCell;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lexer::{Kind, Token, spelling};
use crate::macros::Macro;
use crate::role::Stream;
use crate::unit::{C, Stretch};

/// One call, all numbers are token indices of its stream.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: usize,
    pub(crate) arguments: Vec<Range<usize>>,
}

/// The call whose callee is named at `index`, if one is.
pub(crate) fn call_at(stream: &Stream<'_>, index: usize) -> Option<Call> {
    let mut open = index + 1;
    // Parentheses around the name: as many open before it, past one star.
    let mut before = index;
    while stream.kind(open) == Some(Kind::ParenClose) && open - index < 4 {
        before = before.checked_sub(1)?;
        if matches!(stream.kind(before), Some(Kind::Star | Kind::Ampersand)) {
            before = before.checked_sub(1)?;
        }
        if stream.kind(before) != Some(Kind::ParenOpen) {
            return None;
        }
        open += 1;
    }
    if stream.kind(open) != Some(Kind::ParenOpen) {
        return None;
    }
    let close = stream.close(open)?;
    Some(Call {
        name: index,
        arguments: arguments(stream, open, close),
    })
}

/// The arguments between two parentheses; none for `()`.
fn arguments(stream: &Stream<'_>, open: usize, close: usize) -> Vec<Range<usize>> {
    let mut list = Vec::new();
    let mut start = open + 1;
    let mut at = start;
    if start == close {
        return list;
    }
    while at < close {
        let kind = stream.tokens[at].kind;
        if kind == Kind::Comma {
            list.push(start..at);
            start = at + 1;
        } else if kind.opens() {
            at = stream.close(at).filter(|&end| end < close).unwrap_or(at);
        }
        at += 1;
    }
    list.push(start..close);
    list
}

/// The text of some tokens, without blanks around it.
pub(crate) fn text_of<'a>(stream: &Stream<'a>, tokens: &Range<usize>) -> &'a str {
    match (
        stream.tokens.get(tokens.start),
        stream.tokens[..tokens.end].last(),
    ) {
        (Some(first), Some(last)) if !tokens.is_empty() => {
            &stream.text[first.start as usize..last.end() as usize]
        }
        _ => "",
    }
}

/// Which names of a text stand for a function or a constant.
pub(crate) struct Names<'c> {
    /// Macros that are another name.
    aliases: &'c Aliases,
    /// Function-like macros that pass a parameter on as the argument of a function, by their name.
    forwarders: FxHashMap<String, Vec<Forwarder>>,
    text: &'c str,
    code: &'c [Token],
    /// Variables and enumerators that are set to the registry, found when somebody asks.
    registries: OnceCell<FxHashSet<Box<str>>>,
    /// Variables that are set to a function of the registry, found when somebody asks.
    pointers: OnceCell<Aliases>,
}

/// Macros that are another name, and that name; those with an empty list of parameters with their parentheses.
pub(crate) type Aliases = FxHashMap<Box<str>, Box<str>>;

/// The aliases that the macros of a text make.
pub(crate) fn aliases(c: &C<'_>) -> Aliases {
    let alias = |definition: &Macro<'_>| {
        let body = &c.lexed.content[definition.body.clone()];
        let is_parenthesis = |kind| matches!(kind, Kind::ParenOpen | Kind::ParenClose);
        let mut inner = body.iter().filter(|token| !is_parenthesis(token.kind));
        let only = inner
            .next()
            .filter(|token| token.kind == Kind::Identifier)?;
        let name = c.lexed.spelling(definition.name);
        let name = match &definition.parameters {
            None => name.into(),
            // `REGISTRY()`
            Some(parameters) if parameters.is_empty() => format!("{name}()").into(),
            Some(_) => return None,
        };
        let is_alias = inner.next().is_none();
        is_alias.then(|| (name, c.lexed.spelling(*only).into()))
    };
    c.macros.iter().filter_map(alias).collect()
}

struct Forwarder {
    target: String,
    argument: usize,
    parameter: usize,
}

impl<'c> Names<'c> {
    pub(crate) fn new(c: &'c C<'_>, functions: &[&str]) -> Self {
        let mut names = Self {
            aliases: c.aliases(),
            forwarders: FxHashMap::default(),
            text: c.lexed.text,
            code: &c.lexed.code,
            registries: OnceCell::new(),
            pointers: OnceCell::new(),
        };
        names.find_forwarders(c, functions);
        names
    }

    fn find_forwarders(&mut self, c: &C<'_>, functions: &[&str]) {
        let mut found: FxHashMap<String, Vec<Forwarder>> = FxHashMap::default();
        let text = c.lexed.text;
        for definition in &c.macros {
            let tokens = &c.lexed.content[definition.body.clone()];
            let Some(parameters) = &definition.parameters else {
                continue;
            };
            let is_wanted = |&token: &Token| {
                token.kind == Kind::Identifier
                    && functions.contains(&self.resolve(&spelling(text, token)))
            };
            if tokens.len() >= 4096 || !tokens.iter().any(is_wanted) {
                continue;
            }
            c.in_macro(definition, |stretch| {
                for call in self.calls(stretch, functions) {
                    for (argument, tokens) in call.arguments.iter().enumerate() {
                        let passed = text_of(&stretch.stream, tokens);
                        if let Some(parameter) = parameters.iter().position(|name| name == passed) {
                            let name = c.lexed.spelling(definition.name).into_owned();
                            found.entry(name).or_default().push(Forwarder {
                                target: self.resolve(&stretch.stream.word(call.name)).to_owned(),
                                argument,
                                parameter,
                            });
                        }
                    }
                }
            });
        }
        self.forwarders = found;
    }

    /// Whether tokens may have a call of a function, by any name.
    pub(crate) fn may_call(&self, text: &str, tokens: &[Token], functions: &[&str]) -> bool {
        tokens.iter().any(|&token| {
            token.kind == Kind::Identifier && {
                let word = spelling(text, token);
                let resolved = self.resolve(&word);
                functions.contains(&resolved)
                    || (!self.forwarders.is_empty() && self.forwarders.contains_key(resolved))
            }
        })
    }

    /// What a name stands for in the end.
    pub(crate) fn resolve<'n>(&'n self, name: &'n str) -> &'n str {
        let mut name = name;
        for _ in 0..8 {
            match self.aliases.get(name) {
                Some(next) => name = next,
                None => break,
            }
        }
        name
    }

    /// The calls of any of `functions`, by their name or an alias.
    pub(crate) fn calls(&self, stretch: &Stretch<'_, '_>, functions: &[&str]) -> Vec<Call> {
        let stream = &stretch.stream;
        (0..stream.tokens.len())
            .filter(|&index| {
                stream.kind(index) == Some(Kind::Identifier)
                    && (self.names_any(stream, index, functions)
                        || self.points_to_any(stream, index, functions))
                    && !is_member(stream, index)
            })
            .filter_map(|index| call_at(stream, index))
            .collect()
    }

    fn names_any(&self, stream: &Stream<'_>, index: usize, functions: &[&str]) -> bool {
        if self.aliases.is_empty() {
            functions.iter().any(|function| stream.is(index, function))
        } else {
            functions.contains(&self.resolve(&stream.word(index)))
        }
    }

    /// Whether a name is a variable that is set to any of `functions`.
    fn points_to_any(&self, stream: &Stream<'_>, index: usize, functions: &[&str]) -> bool {
        let pointers = self.pointers.get_or_init(|| self.read_pointers());
        !pointers.is_empty()
            && pointers
                .get(&*stream.word(index))
                .is_some_and(|function| functions.contains(&&**function))
    }

    /// The names in `reference = luaL_ref` and `int (*reference)(lua_State *, int) = luaL_ref`.
    fn read_pointers(&self) -> Aliases {
        let word = |at: usize| &self.text[self.code[at].range()];
        let ends = [Kind::Semicolon, Kind::Comma, Kind::BraceClose];
        let mut pointers = Aliases::default();
        for at in 2..self.code.len().saturating_sub(1) {
            let is_function = self.code[at].kind == Kind::Identifier
                && matches!(word(at), "luaL_ref" | "luaL_unref")
                && ends.contains(&self.code[at + 1].kind);
            if !is_function {
                continue;
            }
            let is_address = self.code[at - 1].kind == Kind::Ampersand;
            let assign = at - 1 - usize::from(is_address);
            if assign > 0
                && word(assign) == "="
                && let Some(name) = self.declarator(assign - 1)
            {
                pointers.insert(word(name).into(), word(at).into());
            }
        }
        pointers
    }

    /// The name of the declarator that ends with a token: a name, or `(*name)(…)`.
    fn declarator(&self, last: usize) -> Option<usize> {
        let kind = |at: usize| self.code[at].kind;
        match kind(last) {
            Kind::Identifier => Some(last),
            Kind::ParenClose => {
                let first = last.saturating_sub(32);
                let open = (first..last)
                    .rev()
                    .find(|&at| kind(at) == Kind::ParenOpen)?;
                let name = open.checked_sub(2)?;
                let is_pointer = kind(open - 1) == Kind::ParenClose
                    && kind(name) == Kind::Identifier
                    && name > 0
                    && kind(name - 1) == Kind::Star;
                is_pointer.then_some(name)
            }
            _ => None,
        }
    }

    /// The calls of macros that pass what they are given on to `function`: each with the text of that argument.
    pub(crate) fn forwarded<'s>(
        &self,
        stretch: &Stretch<'s, '_>,
        function: &str,
        argument: usize,
    ) -> Vec<(Call, &'s str)> {
        let mut found = Vec::new();
        if self.forwarders.is_empty() {
            return found;
        }
        let stream = &stretch.stream;
        for index in 0..stream.tokens.len() {
            if stream.kind(index) != Some(Kind::Identifier) {
                continue;
            }
            let word = stream.word(index);
            let Some(forwarders) = self.forwarders.get(self.resolve(&word)) else {
                continue;
            };
            if is_member(stream, index) {
                continue;
            }
            let Some(call) = call_at(stream, index) else {
                continue;
            };
            for forwarder in forwarders {
                if forwarder.target == function
                    && forwarder.argument == argument
                    && let Some(tokens) = call.arguments.get(forwarder.parameter)
                {
                    let text = text_of(stream, tokens);
                    found.push((call.clone(), text));
                }
            }
        }
        found
    }

    /// Whether an argument is the registry: by its name, an alias, in parentheses or as the number it is.
    pub(crate) fn is_registry(&self, text: &str) -> bool {
        let bare: String = text.split_whitespace().collect();
        let bare = bare.trim_start_matches('(');
        let mut bare = bare
            .strip_prefix("int)")
            .unwrap_or(bare)
            .trim_start_matches('(');
        // What is left of `(REGISTRY())` closes once more than it opens.
        while bare.matches(')').count() > bare.matches('(').count()
            && let Some(inner) = bare.strip_suffix(')')
        {
            bare = inner;
        }
        self.resolve(bare) == "LUA_REGISTRYINDEX"
            || bare == "-10000"
            || self.registries().contains(bare)
    }

    /// The names in `reg = LUA_REGISTRYINDEX`.
    fn registries(&self) -> &FxHashSet<Box<str>> {
        let word = |token: &Token| &self.text[token.range()];
        self.registries.get_or_init(|| {
            self.code
                .windows(4)
                .filter(|tokens| {
                    tokens[0].kind == Kind::Identifier
                        && tokens[1].kind == Kind::Assign
                        && word(&tokens[1]) == "="
                        && tokens[2].kind == Kind::Identifier
                        && word(&tokens[2]) == "LUA_REGISTRYINDEX"
                        && matches!(
                            tokens[3].kind,
                            Kind::Semicolon | Kind::Comma | Kind::BraceClose
                        )
                })
                .map(|tokens| word(&tokens[0]).into())
                .collect()
        })
    }
}

fn is_member(stream: &Stream<'_>, index: usize) -> bool {
    matches!(
        index.checked_sub(1).and_then(|before| stream.kind(before)),
        Some(Kind::Dot | Kind::Arrow)
    )
}
