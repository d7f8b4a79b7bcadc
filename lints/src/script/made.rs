//! Which variables name directories that the script itself made with `mktemp -d`, or what lies below them.

use std::ops::Range;

use rustc_hash::FxHashMap;

/// The variables of a script, and what they ever hold.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// The script mentions `mktemp`. Otherwise no variable is of interest.
    pub(super) is_wanted: bool,
    /// Those that are local to no function, by name.
    global: FxHashMap<Box<str>, Made>,
    /// By name, whatever function sets it: who calls a function gives it its own local variables, too.
    anywhere: FxHashMap<Box<str>, Made>,
    /// The bodies of functions, in the order of their begin.
    scopes: Vec<Scope>,
    /// The numbers of those that are being read.
    open: Vec<usize>,
}

/// The body of a function.
#[derive(Debug)]
struct Scope {
    range: Range<u32>,
    /// Its local variables, and what they hold as far as it is set here.
    locals: FxHashMap<Box<str>, Option<Made>>,
}

/// What is known of a variable.
#[derive(Clone, Copy, Debug)]
struct Made {
    /// All that it ever holds are directories made with `mktemp -d`, or what lies below them.
    always: bool,
    /// Where it is set first: before, it may be anything.
    since: u32,
}

impl Made {
    fn and(self, other: Self) -> Self {
        Self {
            always: self.always && other.always,
            since: self.since.min(other.since),
        }
    }
}

fn add(map: &mut FxHashMap<Box<str>, Made>, name: &str, held: Made) {
    if let Some(made) = map.get_mut(name) {
        *made = made.and(held);
    } else {
        map.insert(name.into(), held);
    }
}

/// Functions are not within more functions than this.
const SCOPES_CAP: usize = 8;

impl Variables {
    /// The body of a function begins.
    pub(super) fn open(&mut self, place: u32) {
        self.open.push(self.scopes.len());
        self.scopes.push(Scope {
            range: place..u32::MAX,
            locals: FxHashMap::default(),
        });
    }

    /// The body of a function ends.
    pub(super) fn close(&mut self, place: u32) {
        if let Some(number) = self.open.pop() {
            self.scopes[number].range.end = place;
        }
    }

    /// Notes that a variable belongs to the function that is being read.
    pub(super) fn declare(&mut self, name: &str) {
        if let Some(&number) = self.open.last().filter(|_| self.is_wanted) {
            let locals = &mut self.scopes[number].locals;
            locals.entry(name.into()).or_default();
        }
    }

    /// Notes that a variable holds a value from a place on. Empty, it says nothing.
    pub(super) fn set(&mut self, name: &str, value: &str, place: u32) {
        if !value.trim().is_empty() {
            let is_made = self.is_made(value.trim(), place, None);
            self.hold(name, is_made, place);
        }
    }

    /// Notes what a variable holds from a place on.
    pub(super) fn hold(&mut self, name: &str, is_made: bool, place: u32) {
        if !self.is_wanted {
            return;
        }
        let held = Made {
            always: is_made,
            since: place,
        };
        let inner = self.open.last().map(|&number| &mut self.scopes[number]);
        if let Some(local) = inner.and_then(|scope| scope.locals.get_mut(name)) {
            *local = Some(local.map_or(held, |known| known.and(held)));
        } else {
            add(&mut self.global, name, held);
        }
        add(&mut self.anywhere, name, held);
    }

    /// What is known of a variable at a place.
    fn known(&self, name: &str, place: u32) -> Option<Made> {
        let begun = self
            .scopes
            .partition_point(|scope| scope.range.start <= place);
        // A function within another one is rare: of those before, the last that is still open there is the inner one.
        let around = self.scopes[..begun].iter().rev().take(SCOPES_CAP);
        let local = around
            .filter(|scope| scope.range.end > place)
            .find_map(|scope| *scope.locals.get(name)?);
        let others = [&self.global, &self.anywhere];
        local.or_else(|| others.iter().find_map(|map| map.get(name).copied()))
    }

    /// Whether a word without its quotes names such a directory at a place, by a variable that is set before another.
    pub(super) fn is_made(&self, word: &str, place: u32, before: Option<u32>) -> bool {
        if is_mktemp(word) {
            return true;
        }
        let Some(rest) = word.strip_prefix('$') else {
            return false;
        };
        let braced = rest.strip_prefix('{');
        let rest = braced.unwrap_or(rest);
        let end = rest
            .find(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
            .unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let behind = match braced {
            // `${tmp:?}` guards against the empty variable, with a message perhaps.
            Some(_) => behind.split_once('}').and_then(|(guard, behind)| {
                let is_guard =
                    guard.is_empty() || guard.starts_with(":?") || guard.starts_with('?');
                is_guard.then_some(behind)
            }),
            None => Some(behind),
        };
        let inside = behind.is_some_and(|behind| {
            (behind.is_empty() || behind.starts_with('/')) && !behind.contains("..")
        });
        inside
            && self
                .known(name, place)
                .filter(|made| made.always)
                .is_some_and(|made| before.is_none_or(|before| made.since < before))
    }
}

/// Whether a value is the output of `mktemp -d`, perhaps with a path below it.
fn is_mktemp(value: &str) -> bool {
    let inner = value
        .strip_prefix("$(")
        .and_then(|rest| rest.split_once(')'))
        .or_else(|| {
            value
                .strip_prefix('`')
                .and_then(|rest| rest.split_once('`'))
        });
    let Some((inner, behind)) = inner else {
        return false;
    };
    let mut words = inner
        .split_ascii_whitespace()
        .map(|word| word.trim_start_matches('('))
        .skip_while(|word| is_preparation(word));
    let program = words.next().unwrap_or_default();
    let makes = names_mktemp(program)
        && words.any(|word| {
            word == "--directory"
                || (word.starts_with('-') && !word.starts_with("--") && word.contains('d'))
        });
    makes && (behind.is_empty() || behind.starts_with('/')) && !behind.contains("..")
}

/// Whether a word is the program: by its path, or by a variable that is named for it.
fn names_mktemp(program: &str) -> bool {
    let plain = program.trim_matches(['"', '$', '{', '}']);
    let name = plain.rsplit('/').next().unwrap_or_default();
    name == "mktemp" || (plain.len() < program.len() && name == "MKTEMP")
}

/// What may stand before `mktemp`: `umask 077 &&`, `command`, `TMPDIR=/tmp`.
fn is_preparation(word: &str) -> bool {
    matches!(word, "" | "&&" | "command" | "env" | "umask")
        || word.contains('=')
        || word
            .trim_end_matches(';')
            .bytes()
            .all(|byte| byte.is_ascii_digit())
}
