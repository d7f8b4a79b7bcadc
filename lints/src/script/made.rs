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
        if !self.is_wanted {
            return;
        }
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
        let value = value.trim();
        if !value.is_empty() {
            let is_made = match value
                .strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'))
            {
                Some(values) => {
                    let mut values = elements(values).peekable();
                    if values.peek().is_none() {
                        return;
                    }
                    values.all(|value| self.is_made(value, place, None))
                }
                None => self.is_made(value, place, None),
            };
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
            Some(_) => behind
                .split_once('}')
                .filter(|(operator, _)| keeps_value(operator, name))
                .map(|(_, behind)| behind),
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

/// Whether `${name…}` is what the variable holds, or nothing. `${tmp:?}` guards against the empty variable, with a
/// message perhaps; of a list each element counts.
fn keeps_value(operator: &str, name: &str) -> bool {
    let behind_index = operator
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or(operator, |(_, behind)| behind);
    let same = behind_index
        .trim_start_matches(':')
        .strip_prefix('+')
        .map(|other| other.trim_matches(['"', '$', '{']));
    behind_index.trim_start_matches(':').starts_with('?')
        || matches!(behind_index, "" | "-" | ":-" | "%/" | "%%/")
        || same == Some(name)
}

/// The values between the parentheses of a list: commands and quotes hold blanks together.
fn elements(values: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let mut is_quoted = false;
    let words = values.split(move |letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '"' if depth == 0 => is_quoted = !is_quoted,
            _ => {}
        }
        depth == 0 && !is_quoted && letter.is_ascii_whitespace()
    });
    words
        .map(|word| word.trim_matches('"'))
        .filter(|word| !word.is_empty())
}

/// What stands in `$(…)` or in backticks at the begin of a value, and what stands behind.
fn commands(value: &str) -> Option<(&str, &str)> {
    if let Some(rest) = value.strip_prefix('`') {
        return rest.split_once('`');
    }
    let rest = value.strip_prefix("$(")?;
    let mut depth = 1_usize;
    let end = rest.find(|letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    Some((&rest[..end], &rest[end + 1..]))
}

/// Whether a value is the output of `mktemp -d`, perhaps with a path below it.
fn is_mktemp(value: &str) -> bool {
    let Some((inner, behind)) = commands(value) else {
        return false;
    };
    let is_below = (behind.is_empty() || behind.starts_with('/')) && !behind.contains("..");
    is_below && (makes(inner) || resolves(inner.trim()).is_some_and(is_mktemp))
}

/// Whether commands print a directory that they make: the last one of them does.
fn makes(commands: &str) -> bool {
    let last = commands
        .rsplit(['&', ';', '\n'])
        .find(|command| !command.trim().is_empty());
    let mut words = last
        .unwrap_or_default()
        .split_ascii_whitespace()
        .map(|word| word.trim_start_matches('('))
        .skip_while(|word| is_preparation(word));
    if !names_mktemp(words.next().unwrap_or_default()) {
        return false;
    }
    let mut is_directory = false;
    for word in words.take_while(|word| *word != "||") {
        let option = word.trim_matches(['"', '\'']);
        let is_short = option.starts_with('-') && !option.starts_with("--");
        // Nothing is made with `-u`.
        if option == "--dry-run" || (is_short && option.contains('u')) {
            return false;
        }
        is_directory |= option == "--directory" || (is_short && option.contains('d'));
    }
    is_directory
}

/// The path that commands print as it is without links: `cd "$(mktemp -d)" && pwd -P`, `realpath "$(mktemp -d)"`.
fn resolves(commands: &str) -> Option<&str> {
    let words = match commands.strip_prefix("cd ") {
        Some(rest) => {
            let (path, printing) = rest.split_once("&&").or_else(|| rest.split_once(';'))?;
            let is_path = matches!(
                printing.trim(),
                "pwd" | "pwd -P" | "/bin/pwd" | "/bin/pwd -P"
            );
            is_path.then_some(path)?
        }
        None => ["realpath ", "readlink -f ", "readlink -e "]
            .iter()
            .find_map(|program| commands.strip_prefix(program))?,
    };
    let words = words.trim();
    Some(
        words
            .strip_prefix("-- ")
            .unwrap_or(words)
            .trim()
            .trim_matches('"'),
    )
}

/// Whether a word is the program: by its path, or by a variable that is named for it.
fn names_mktemp(program: &str) -> bool {
    let plain = program.trim_matches(['"', '$', '{', '}']);
    let name = plain.rsplit('/').next().unwrap_or_default();
    matches!(name, "mktemp" | "gmktemp") || (plain.len() < program.len() && name == "MKTEMP")
}

/// What may stand before `mktemp` in its command: `command`, `TMPDIR=/tmp`.
fn is_preparation(word: &str) -> bool {
    matches!(
        word,
        "" | "builtin" | "busybox" | "command" | "env" | "sudo"
    ) || word.contains('=')
}
