//! A call that a rule knows, with what it is given: what it says when it is complete.

use std::ops::Range;

use super::LuaCall;
use super::literal::{blotted, literal};
use super::strings::Strings;
use crate::piece::{self, Judge, Piece};
use crate::script::{FILL, Script};
use crate::source::to_u32;

/// The functions that a rule knows, by their last name.
pub(super) fn is_known(name: &str) -> bool {
    Callee::of(name) != Callee::Other
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Callee {
    Listen,
    Bind,
    /// What runs a command of the shell.
    Shell,
    Other,
}

impl Callee {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "listen" | "tcp_bind" | "udp_bind" => Self::Listen,
            "bind" => Self::Bind,
            "execute" | "popen" => Self::Shell,
            _ => Self::Other,
        }
    }
}

/// A call that is being read. Calls may stand within one another, thousands of them.
pub(super) struct Making {
    pub(super) callee: Callee,
    /// The function is the first argument of `pcall`.
    pub(super) is_protected: bool,
    pub(super) is_parameter: bool,
    pub(super) arguments: u32,
    /// Its strings are those from this one on.
    first_string: u32,
    /// The same for the pieces of the argument that is a script.
    first_piece: u32,
}

/// What the calls that are being read were given.
#[derive(Default)]
pub(super) struct Given {
    pub(super) strings: Strings,
    pieces: Vec<Part>,
}

/// A piece of an argument that is a script: a literal where it stands, or a name with what it holds.
struct Part {
    start: u32,
    end: u32,
    named: Option<Box<str>>,
}

impl Given {
    /// Notes a string of an argument that is a script: a literal, or a name with what it holds.
    pub(super) fn add_part(&mut self, value: &str, range: &Range<usize>, is_literal: bool) {
        self.pieces.push(Part {
            start: to_u32(range.start),
            end: to_u32(range.end),
            named: (!is_literal).then(|| value.into()),
        });
    }
}

impl Part {
    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Making {
    pub(super) fn new(name: &str, given: &Given) -> Self {
        Self {
            callee: Callee::of(name),
            is_protected: matches!(name, "pcall" | "xpcall"),
            is_parameter: false,
            arguments: 0,
            first_string: to_u32(given.strings.len()),
            first_piece: to_u32(given.pieces.len()),
        }
    }

    /// Whether it is, or may become, a call that starts a shell.
    pub(super) fn may_run_shell(&self) -> bool {
        self.is_protected || self.callee == Callee::Shell
    }

    /// Gives what the call says to who judges it.
    pub(super) fn judge(self, given: &mut Given, text: &str, judge: Judge<'_>) {
        let (first_string, first_piece) = (self.first_string as usize, self.first_piece as usize);
        match self.callee {
            Callee::Listen | Callee::Bind => {
                let mut strings = given.strings.behind(first_string);
                let is_unix = strings.next().is_some_and(|(value, _)| value == "unix");
                judge(&Piece::Call(&LuaCall {
                    is_local: is_unix || self.is_parameter,
                    strings: &given.strings,
                    first_string,
                }));
            }
            Callee::Shell => {
                let parts = &given.pieces[first_piece..];
                let is_named = parts.iter().any(|part| part.named.is_some());
                let script = if is_named {
                    named_script(text, parts)
                } else {
                    script(text, parts)
                };
                piece::judged(script, judge);
            }
            Callee::Other => {}
        }
        given.strings.truncate(first_string);
        given.pieces.truncate(first_piece);
    }
}

/// The script that names and literals make together, all of it at the place where they stand.
fn named_script(text: &str, parts: &[Part]) -> Script {
    let mut value = String::new();
    let mut end = None;
    for part in parts {
        let range = part.range();
        if end.is_some_and(|end: usize| !is_joint(&text[end..range.start])) {
            value.push('x');
        }
        match &part.named {
            Some(named) => value.push_str(named),
            None => value.push_str(&literal(&text[range.clone()])),
        }
        end = Some(range.end);
    }
    let range = match (parts.first(), end) {
        (Some(first), Some(end)) => first.start as usize..end,
        _ => 0..0,
    };
    if is_joined(&text[range.end..]) {
        value.push('x');
    }
    let mut script = Script::read(&value, 0, 0);
    script.move_to(&range);
    script
}

/// Whether nothing stands between two pieces but what joins them.
fn is_joint(between: &str) -> bool {
    matches!(between.trim(), "" | ".." | ",")
}

/// The script that literals make together. What stands between them is a word that nobody knows.
fn script(text: &str, parts: &[Part]) -> Script {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return Script::default();
    };
    let first = first.start as usize;
    let mut bytes = Vec::with_capacity(last.end as usize - first);
    let mut end = first;
    for range in parts.iter().map(Part::range) {
        let blot = if is_joint(&text[end..range.start]) {
            FILL
        } else {
            b'x'
        };
        bytes.resize(bytes.len() + range.start - end, blot);
        bytes.extend(blotted(&text[range.clone()]));
        end = range.end;
    }
    let mut script = String::from_utf8_lossy(&bytes).into_owned();
    if end < text.len() && is_joined(&text[end..]) {
        script.push_str("xx");
    }
    Script::read(&script, first, 0)
}

/// Whether more is put behind a string.
fn is_joined(behind: &str) -> bool {
    behind.trim_start().starts_with("..")
}
