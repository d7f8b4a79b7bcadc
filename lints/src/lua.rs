//! Lua sources as the calls that they make with literal arguments, and the shell commands in their strings.
//! They are read from their tokens alone, once for what their names hold and once for their calls.

mod calls;
mod constants;
mod gate;
mod lexer;
mod literal;
mod making;
mod strings;

use std::ops::Range;

use crate::piece::Judge;
pub(crate) use gate::Gate;
use lexer::Kind;
use strings::Strings;

/// A call that may open a listener.
#[derive(Debug)]
pub(crate) struct LuaCall<'p> {
    /// What it is given can't be reached from outside: a Unix socket, or a value for a statement.
    pub(crate) is_local: bool,
    /// Its strings are the last ones of all.
    strings: &'p Strings,
    first_string: usize,
}

impl LuaCall<'_> {
    /// The strings among the arguments, also within tables: value and bytes with the quotes.
    pub(crate) fn strings(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.strings.behind(self.first_string)
    }
}

/// Gives the calls of a source, and the commands that `os.execute` and `io.popen` are given, to who judges them.
/// Answers the comments that may be suppressions.
pub(crate) fn read(text: &str, judge: Judge<'_>) -> Vec<Range<usize>> {
    calls::read(text, judge)
}

/// Bytes of code, and how many of them stand in strings without an end.
pub(crate) fn sizes(text: &str) -> (usize, usize) {
    let mut lexer = lexer::Lexer::new(text);
    let tokens = lexer.by_ref().filter(|token| token.kind != Kind::Comment);
    let blank = |byte: &u8| byte.is_ascii_whitespace();
    let code = tokens.map(|token| token.text.bytes().filter(|byte| !blank(byte)).count());
    (code.sum(), lexer.lost)
}
