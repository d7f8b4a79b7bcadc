//! Lua sources as the calls that they make with literal arguments, and the shell commands in their strings.
//! They are read from their tokens alone, once for what their names hold and once for their calls.

mod calls;
mod constants;
mod gate;
mod lexer;
mod literal;
mod making;

use std::ops::Range;

use crate::script::Script;
pub(crate) use gate::Gate;
use lexer::Kind;

/// A Lua source.
#[derive(Debug, Default)]
pub(crate) struct Lua {
    pub(crate) calls: Vec<LuaCall>,
    /// What `os.execute` and `io.popen` are given.
    pub(crate) scripts: Vec<Script>,
    /// Those that may be suppressions.
    pub(crate) comments: Vec<Range<usize>>,
}

/// A call that may open a listener.
#[derive(Debug)]
pub(crate) struct LuaCall {
    /// What it is given can't be reached from outside: a Unix socket, or a value for a statement.
    pub(crate) is_local: bool,
    /// The strings among the arguments, also within tables: value and bytes with the quotes.
    pub(crate) strings: Vec<(Box<str>, Range<usize>)>,
}

/// Reads a source.
pub(crate) fn read(text: &str) -> Lua {
    calls::read(text)
}

/// Bytes of code, and how many of them stand in strings without an end.
pub(crate) fn sizes(text: &str) -> (usize, usize) {
    let mut lexer = lexer::Lexer::new(text);
    let tokens = lexer.by_ref().filter(|token| token.kind != Kind::Comment);
    let blank = |byte: &u8| byte.is_ascii_whitespace();
    let code = tokens.map(|token| token.text.bytes().filter(|byte| !blank(byte)).count());
    (code.sum(), lexer.lost)
}
