//! A call that a rule knows, with what it is given: what it says when it is complete.

use std::ops::Range;

use super::literal::blotted;
use super::{Lua, LuaCall};
use crate::script::{FILL, Script};

/// The functions that a rule knows, by their last name.
pub(super) fn is_known(name: &str) -> bool {
    listens(name) || runs_shell(name)
}

fn listens(name: &str) -> bool {
    matches!(name, "listen" | "bind")
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
    /// The literals of the argument that is a script.
    pub(super) literals: Vec<Range<usize>>,
    /// A script that is named instead.
    pub(super) named: Option<(Box<str>, Range<usize>)>,
}

impl<'t> Making<'t> {
    pub(super) fn new(name: &'t str) -> Self {
        Self {
            name,
            is_protected: matches!(name, "pcall" | "xpcall"),
            arguments: 0,
            is_parameter: false,
            strings: Vec::new(),
            literals: Vec::new(),
            named: None,
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
            lua.scripts.push(match self.named {
                Some((value, range)) if self.literals.is_empty() => {
                    let mut script = Script::read(&value, 0, 0);
                    script.move_to(&range);
                    script
                }
                _ => script(text, &self.literals),
            });
        }
    }
}

/// The script that literals make together. What stands between them is a word that nobody knows.
fn script(text: &str, literals: &[Range<usize>]) -> Script {
    let (Some(first), Some(last)) = (literals.first(), literals.last()) else {
        return Script::default();
    };
    let mut bytes = Vec::with_capacity(last.end - first.start);
    let mut end = first.start;
    for range in literals {
        let between = text[end..range.start].trim();
        let blot = if matches!(between, "" | ".." | ",") {
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
