//! Which variables name directories that the script itself made with `mktemp -d`, or what lies below them.

use rustc_hash::FxHashMap;

/// The variables of a script, and what they ever hold.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// The script mentions `mktemp`. Otherwise no variable is of interest.
    pub(super) is_wanted: bool,
    made: FxHashMap<Box<str>, Made>,
}

/// What is known of a variable.
#[derive(Clone, Copy, Debug)]
struct Made {
    /// All that it ever holds are directories made with `mktemp -d`, or what lies below them.
    always: bool,
    /// Where it is set first: before, it may be anything.
    since: u32,
}

impl Variables {
    /// Notes that a variable holds a value from a place on. Empty, it says nothing.
    pub(super) fn set(&mut self, name: &str, value: &str, place: u32) {
        if !value.trim().is_empty() {
            let is_made = self.is_made(value.trim(), None);
            self.hold(name, is_made, place);
        }
    }

    /// Notes what a variable holds from a place on.
    pub(super) fn hold(&mut self, name: &str, is_made: bool, place: u32) {
        if !self.is_wanted {
            return;
        }
        if let Some(made) = self.made.get_mut(name) {
            made.always &= is_made;
            made.since = made.since.min(place);
        } else {
            let made = Made {
                always: is_made,
                since: place,
            };
            self.made.insert(name.into(), made);
        }
    }

    /// Whether a word without its quotes names such a directory, by a variable that is set before a place.
    pub(super) fn is_made(&self, word: &str, before: Option<u32>) -> bool {
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
        let made = self.made.get(name).filter(|made| made.always);
        inside && made.is_some_and(|made| before.is_none_or(|place| made.since < place))
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
