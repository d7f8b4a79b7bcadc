//! A call that a rule knows, with what it is given: what it says when it is complete.

use std::ops::Range;

use super::literal::{blotted, literal};
use super::{Lua, LuaCall};
use crate::script::{FILL, Script};

/// The functions that a rule knows, by their last name.
pub(super) fn is_known(name: &str) -> bool {
    listens(name) || runs_shell(name)
}

fn listens(name: &str) -> bool {
    matches!(name, "listen" | "bind" | "tcp_bind" | "udp_bind")
}

fn runs_shell(name: &str) -> bool {
    matches!(name, "execute" | "popen")
}

/// A call that is being read.
pub(super) struct Making<'t> {
    pub(super) name: &'t str,
    /// The function is the first argument of `pcall`.
    pub(super) is_protected: bool,
    pub(super) arguments: u32,
    pub(super) is_parameter: bool,
    pub(super) strings: Vec<(Box<str>, Range<usize>)>,
    /// The literals of the argument that is a script, and the names in it with what they hold.
    pub(super) pieces: Vec<(Range<usize>, Option<Box<str>>)>,
}

impl<'t> Making<'t> {
    pub(super) fn new(name: &'t str) -> Self {
        Self {
            name,
            is_protected: matches!(name, "pcall" | "xpcall"),
            arguments: 0,
            is_parameter: false,
            strings: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// Adds what the call says to the source.
    pub(super) fn add_to(self, lua: &mut Lua, text: &str) {
        if listens(self.name) {
            let is_unix = self
                .strings
                .first()
                .is_some_and(|(value, _)| &**value == "unix");
            lua.calls.push(LuaCall {
                is_local: is_unix || self.is_parameter,
                strings: self.strings,
            });
        } else if runs_shell(self.name) {
            let is_named = self.pieces.iter().any(|(_, named)| named.is_some());
            lua.scripts.push(if is_named {
                named_script(text, &self.pieces)
            } else {
                let literals: Vec<_> = self.pieces.into_iter().map(|(range, _)| range).collect();
                script(text, &literals)
            });
        }
    }

    /// Whether it is, or may become, a call that starts a shell.
    pub(super) fn may_run_shell(&self) -> bool {
        self.is_protected || runs_shell(self.name)
    }
}

/// The script that names and literals make together, all of it at the place where they stand.
fn named_script(text: &str, pieces: &[(Range<usize>, Option<Box<str>>)]) -> Script {
    let mut value = String::new();
    let mut end = None;
    for (range, named) in pieces {
        if end.is_some_and(|end: usize| !is_joint(&text[end..range.start])) {
            value.push('x');
        }
        match named {
            Some(named) => value.push_str(named),
            None => value.push_str(&literal(&text[range.clone()])),
        }
        end = Some(range.end);
    }
    let range = match (pieces.first(), end) {
        (Some((first, _)), Some(end)) => first.start..end,
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
fn script(text: &str, literals: &[Range<usize>]) -> Script {
    let (Some(first), Some(last)) = (literals.first(), literals.last()) else {
        return Script::default();
    };
    let mut bytes = Vec::with_capacity(last.end - first.start);
    let mut end = first.start;
    for range in literals {
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
    Script::read(&script, first.start, 0)
}

/// Whether more is put behind a string.
fn is_joined(behind: &str) -> bool {
    behind.trim_start().starts_with("..")
}
