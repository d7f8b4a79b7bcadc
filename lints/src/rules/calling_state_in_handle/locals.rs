//! The names of a function: those that hold the state of the caller, and those of values that end with the call.

use std::borrow::Cow;
use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::value::held;
use crate::lexer::Kind;
use crate::outline::Function;
use crate::role::{Role, Stream};
use crate::unit::C;

/// The names of one function.
pub(super) struct Locals<'a> {
    pub(super) stream: Stream<'a>,
    function: &'a Function,
    /// The names of the calling state, each with the token from which on it is one: parameters of type
    /// `lua_State *`, and locals that are set to one.
    pub(super) states: FxHashMap<Cow<'a, str>, usize>,
    /// For each name where it was declared first, made when somebody asks.
    firsts: OnceCell<FxHashMap<Cow<'a, str>, First>>,
    /// For each name how it is set, made when somebody asks.
    settings: OnceCell<FxHashMap<Cow<'a, str>, Setting>>,
}

/// The first declaration of a name.
#[derive(Clone, Copy)]
struct First {
    at: usize,
    is_pointer: bool,
}

/// How a name is set as a whole, wherever it is.
struct Setting {
    /// Each time to the address of a value of the function.
    points_to_one: bool,
    /// Where it is set to something else than the calling state, and the last token up to which one of the blocks
    /// goes in which that was done so far.
    others: Vec<(usize, usize)>,
    /// Where it is set to the calling state.
    states: Vec<usize>,
}

impl<'a> Locals<'a> {
    pub(super) fn new(c: &'a C<'_>, function: &'a Function) -> Self {
        let (stream, types) = (c.stream(), c.state_types());
        let states = (function.name as usize..function.open as usize)
            .filter_map(|at| types.declared(&stream, at))
            .filter(|&name| name < function.open as usize)
            .map(|name| (stream.word(name), 0))
            .collect();
        Self {
            stream,
            function,
            states,
            firsts: OnceCell::new(),
            settings: OnceCell::new(),
        }
    }

    /// Whether the name at `index` holds the state of the caller, as far as the names were read.
    pub(super) fn is_state(&self, index: usize) -> bool {
        self.holds_state(&self.stream.word(index), index)
    }

    /// Whether a name holds the state of the caller at a token.
    pub(super) fn holds_state(&self, name: &str, index: usize) -> bool {
        self.states.get(name).is_some_and(|&since| since < index)
    }

    /// Whether the `=` at a token sets a local to the state that stands behind it; the local is a name of it then.
    pub(super) fn names_state(&mut self, assign: usize) -> bool {
        let stream = self.stream;
        let Some(name) = assign.checked_sub(1) else {
            return false;
        };
        let is_name = stream.kind(name) == Some(Kind::Identifier)
            && !matches!(
                name.checked_sub(1).and_then(|before| stream.kind(before)),
                Some(Kind::Dot | Kind::Arrow)
            );
        if is_name && self.first(name).is_some_and(|first| first.at <= name) {
            self.states.entry(stream.word(name)).or_insert(assign);
        }
        is_name
    }

    /// Whether the name at `index` is that of a value which ends with the function, declared before it.
    pub(super) fn has(&self, index: usize) -> bool {
        let first = self.first(index);
        first.is_some_and(|first| first.at < index && !first.is_pointer)
    }

    /// Whether a name is that of such a value.
    pub(super) fn is_value(&self, name: &str) -> bool {
        self.firsts()
            .get(name)
            .is_some_and(|first| !first.is_pointer)
    }

    fn first(&self, index: usize) -> Option<First> {
        self.firsts().get(&self.stream.word(index)).copied()
    }

    fn firsts(&self) -> &FxHashMap<Cow<'a, str>, First> {
        self.firsts.get_or_init(|| {
            let mut firsts = FxHashMap::default();
            for at in self.function.name as usize..self.function.close as usize {
                if self.declares(at) {
                    // A list among the parameters is a pointer to one of the caller's.
                    let is_pointer = self.stream.kind(at - 1) == Some(Kind::Star)
                        || (at < self.function.open as usize
                            && self.stream.kind(at + 1) == Some(Kind::BracketOpen));
                    let first = First { at, is_pointer };
                    firsts.entry(self.stream.word(at)).or_insert(first);
                }
            }
            firsts
        })
    }

    /// Whether the name at `index` is a pointer that only ever points to a value of the function: `ctx = &local`, or a
    /// list of such values. Parentheses and stars may stand before it.
    pub(super) fn points_to_one(&self, index: usize) -> bool {
        let is_before =
            |at: &usize| matches!(self.stream.kind(*at), Some(Kind::ParenOpen | Kind::Star));
        let name = (index..index + 8)
            .find(|at| !is_before(at))
            .unwrap_or(index);
        let setting = self.settings().get(&self.stream.word(name));
        self.is_list(name) || setting.is_some_and(|setting| setting.points_to_one)
    }

    /// Whether the name at `index` is that of a list of values which ends with the function.
    fn is_list(&self, index: usize) -> bool {
        let first = self.first(index);
        first.is_some_and(|first| {
            first.at < index
                && !first.is_pointer
                && self.stream.kind(first.at + 1) == Some(Kind::BracketOpen)
        })
    }

    /// Whether what is given at a token points to values of the function and nothing else.
    pub(super) fn gives_local(&self, at: usize) -> bool {
        self.is_address(at)
            || (self.stream.kind(at) == Some(Kind::Identifier) && self.points_to_one(at))
    }

    /// Whether a name holds another state by then: `L = default_luaL();` stands before, and every path goes through it.
    pub(super) fn is_replaced(&self, state: &str, index: usize) -> bool {
        self.settings().get(state).is_some_and(|setting| {
            let before = setting.others.partition_point(|&(at, _)| at < index);
            let last = before.checked_sub(1).map(|last| setting.others[last]);
            last.is_some_and(|(at, close)| {
                let behind = setting.states.partition_point(|&state| state < at);
                close > index
                    && setting
                        .states
                        .get(behind)
                        .is_none_or(|&state| state > index)
            })
        })
    }

    fn settings(&self) -> &FxHashMap<Cow<'a, str>, Setting> {
        self.settings.get_or_init(|| {
            let stream = self.stream;
            let mut settings = FxHashMap::default();
            for at in self.function.open as usize + 1..self.function.close as usize {
                let is_set = stream.kind(at) == Some(Kind::Identifier)
                    && stream.is(at + 1, "=")
                    && !matches!(stream.kind(at - 1), Some(Kind::Dot | Kind::Arrow));
                if is_set {
                    let setting = settings.entry(stream.word(at)).or_insert(Setting {
                        points_to_one: true,
                        others: Vec::new(),
                        states: Vec::new(),
                    });
                    setting.points_to_one &= self.is_address(at + 2);
                    if held(&stream, at + 2, |at| self.is_state(at)).is_some() {
                        setting.states.push(at);
                    } else if let Some(close) = self.end_of_statement(at) {
                        let before = setting.others.last().map_or(0, |&(_, close)| close);
                        setting.others.push((at, close.max(before)));
                    }
                }
            }
            settings
        })
    }

    /// Whether `&local`, `&local.part`, `&list[1]`, `&(struct handle){0}`, memory of the stack or a list itself stands
    /// there, and nothing else.
    fn is_address(&self, at: usize) -> bool {
        let stream = self.stream;
        let is_address = stream.kind(at) == Some(Kind::Ampersand);
        let name = if is_address { at + 1 } else { at };
        let is_list = || self.is_list(name);
        let behind = |open: usize| stream.close(open).map(|close| close + 1);
        if stream.kind(name) == Some(Kind::ParenOpen) {
            let operand = behind(name);
            return if is_address {
                operand.and_then(|brace| stream.kind(brace)) == Some(Kind::BraceOpen)
            } else {
                // Behind a cast.
                operand.is_some_and(|callee| self.is_of_stack(callee))
            };
        }
        if self.is_of_stack(name) {
            return true;
        }
        let mut end = name + 1;
        while is_address && end < name + 16 {
            match stream.kind(end) {
                Some(Kind::Dot | Kind::Identifier) => end += 1,
                Some(Kind::BracketOpen) => match stream.close(end) {
                    // What a pointer points to is none of the function's.
                    Some(close) if end > name + 1 || is_list() => end = close + 1,
                    _ => return false,
                },
                _ => break,
            }
        }
        self.has(name)
            && (is_address || is_list())
            && matches!(
                stream.kind(end),
                Some(Kind::Semicolon | Kind::Comma | Kind::BraceClose | Kind::ParenClose)
            )
    }

    /// `alloca(n)`.
    fn is_of_stack(&self, at: usize) -> bool {
        matches!(
            &*self.stream.word(at),
            "alloca" | "__builtin_alloca" | "_alloca"
        ) && self.stream.kind(at + 1) == Some(Kind::ParenOpen)
    }

    /// The end of the block of a statement that sets a name, or of the one for which a name is declared anew.
    fn end_of_statement(&self, at: usize) -> Option<usize> {
        let stream = self.stream;
        let begin = stream.outline.begin(at) as usize;
        let open = stream.outline.parent(at) as usize;
        let is_declared = begin < at && self.declares(at);
        if begin != at && !is_declared {
            return None;
        }
        let close = stream.close(open)?;
        let is_loop = is_declared && open > 0 && stream.is(open - 1, "for");
        if !is_loop {
            return Some(close);
        }
        // The name of a loop is known in its body.
        let body = close + 1;
        match stream.kind(body) {
            Some(Kind::BraceOpen) => stream.close(body),
            _ => (body..body + 64).find(|&at| stream.kind(at) == Some(Kind::Semicolon)),
        }
    }

    fn declares(&self, index: usize) -> bool {
        let stream = self.stream;
        let is_name = matches!(
            index.checked_sub(1).and_then(|before| stream.kind(before)),
            Some(Kind::Identifier | Kind::Comma | Kind::BraceClose | Kind::Star)
        );
        stream.kind(index) == Some(Kind::Identifier)
            && is_name
            && !stream.is(stream.outline.begin(index) as usize, "static")
            && stream.role(index) == Role::Declared
    }
}
