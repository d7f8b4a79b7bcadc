//! What variables hold that stand for a program with its options: `$CURL`, `"${options[@]}"`.

use rustc_hash::FxHashMap;

use super::{Word, quote, wanted};
use crate::address::is_public;

/// Longer values are nothing that a person puts into such a variable.
const VALUE_CAP_BYTES: usize = 256;

/// The variables of a script that hold a program that rules judge, options, or an address, each as it was set last.
#[derive(Debug, Default)]
pub(super) struct Values {
    values: FxHashMap<Box<str>, Box<str>>,
    /// An address is or was among them, alone or behind an option.
    has_addresses: bool,
}

impl Values {
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether what is known may say where a server listens.
    pub(super) fn has_addresses(&self) -> bool {
        self.has_addresses
    }

    /// Notes what a variable is set to, or what is put behind what it holds: by `+=`, or after its own name.
    pub(super) fn set(&mut self, name: &str, raw: &str, is_more: bool) {
        let own = own_value(name, raw);
        if (is_more || own.is_some())
            && let Some(known) = self.values.get(name)
        {
            let more = quote::plain(own.unwrap_or(raw)).0;
            let text = format!("{known} {}", more.trim_matches(['(', ')']));
            if text.len() <= VALUE_CAP_BYTES {
                self.replace(name, &text);
            }
            return;
        }
        self.replace(name, own.unwrap_or(raw));
    }

    fn replace(&mut self, name: &str, raw: &str) {
        let inner = raw
            .strip_prefix('(')
            .map_or(raw, |rest| rest.trim_end_matches(')'));
        let begin = inner.trim_start_matches(['"', '\'', ' ', '\n']);
        let begin = stands_for(begin).unwrap_or(begin);
        let program = begin
            .split([' ', '"', '\'', '\n'])
            .next()
            .unwrap_or_default();
        let is_address = is_public(program);
        let is_wanted = raw.len() <= VALUE_CAP_BYTES
            && (begin.starts_with('-') || is_address || wanted::is_judged_program(program));
        if is_wanted {
            let text = match stands_for(inner.trim_start_matches(['"', '\''])) {
                Some(text) => text.to_owned(),
                None => quote::plain(inner).0.into_owned(),
            };
            self.has_addresses |= is_address
                || (begin.starts_with('-') && text.split_ascii_whitespace().any(names_address));
            self.values.insert(name.into(), text.into());
        } else if !self.values.is_empty() && !raw.is_empty() {
            self.values.remove(name);
        }
    }

    /// The words that a word stands for, or itself.
    pub(super) fn expand<'t>(&self, word: Word<'t>, words: &mut Vec<Word<'t>>) {
        let named = variable(&word.text).and_then(|name| self.values.get(name));
        let Some(value) = named.map(|value| &**value).or_else(|| default(&word)) else {
            let may_have_address = self.has_addresses || word.text.contains("${");
            let spliced = may_have_address.then(|| self.spliced(&word.text));
            words.push(match spliced.flatten() {
                Some(text) => Word {
                    text: text.into(),
                    ..word
                },
                None => word,
            });
            return;
        };
        words.extend(value.split_ascii_whitespace().map(|text| Word {
            // Quotes within are those of a script that is run with `eval` or `trap`.
            text: text.trim_matches(['"', '\'']).to_owned().into(),
            ..word.clone()
        }));
    }

    /// A word with the address that it names put in: of `--bind=$HOST` and `$HOST:80`.
    fn spliced(&self, text: &str) -> Option<String> {
        let start = text.find('$')?;
        let (before, rest) = text.split_at(start);
        let length = if let Some(inner) = rest.strip_prefix("${") {
            inner.find('}')? + "${}".len()
        } else {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let name = rest[1..].find(|letter| !is_name(letter));
            name.map_or(rest.len(), |length| length + 1)
        };
        let (reference, behind) = rest.split_at(length);
        let named = variable(reference).and_then(|name| self.values.get(name));
        let value = named
            .map(|value| &**value)
            .or_else(|| stands_for(reference))?;
        is_public(value).then(|| format!("{before}{value}{behind}"))
    }
}

/// Whether an option or its value may name an address to listen on.
fn names_address(word: &str) -> bool {
    let value = word.rsplit('=').next().unwrap_or(word);
    is_public(value) || value.starts_with(':') || value.contains("://")
}

/// What a value puts behind the variable that it is for: of `"$options -s"`.
fn own_value<'v>(name: &str, raw: &'v str) -> Option<&'v str> {
    let inner = raw.trim_start_matches(['"', '(']).strip_prefix('$')?;
    let braced = inner.strip_prefix('{');
    let rest = braced.unwrap_or(inner).strip_prefix(name)?;
    let rest = match braced {
        Some(_) => rest.strip_prefix("[@]").unwrap_or(rest).strip_prefix('}')?,
        None => rest,
    };
    rest.starts_with([' ', '"'])
        .then(|| rest.trim_matches(['"', ' ', ')']))
}

/// What a word stands for where its variable is not set.
fn default<'w>(word: &'w Word<'_>) -> Option<&'w str> {
    let value = stands_for(&word.text)?;
    let program = value.split_ascii_whitespace().next()?;
    let is_known =
        value.starts_with('-') || is_public(program) || wanted::is_judged_program(program);
    is_known.then_some(value)
}

/// What `${name:-value}` stands for where nothing is known of the name, and the program of `$(command -v program)`.
fn stands_for(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(['"', '\'', ' ']);
    if let Some(inner) = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
    {
        let operator =
            inner.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))?;
        let behind = &inner[operator..];
        let value = behind.strip_prefix(':').unwrap_or(behind);
        let value = value.strip_prefix(['-', '='])?;
        return Some(value.trim_matches(['"', '\'']));
    }
    let inner = text
        .strip_prefix("$(")
        .and_then(|rest| rest.strip_suffix(')'))
        .or_else(|| text.strip_prefix('`')?.strip_suffix('`'))?;
    ["which ", "command -v ", "type -P "]
        .iter()
        .find_map(|asking| inner.trim().strip_prefix(asking))
        .map(|rest| rest.split_ascii_whitespace().next().unwrap_or_default())
}

/// The name in `$name`, `${name}` and `${name[@]}`.
fn variable(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('$')?;
    match rest.strip_prefix('{') {
        Some(rest) => {
            let name = rest.strip_suffix('}')?;
            let name = name.strip_suffix("[@]").or(name.strip_suffix("[*]"));
            Some(name.unwrap_or(&rest[..rest.len() - 1]))
        }
        None => Some(rest),
    }
}
