//! What variables hold that stand for a program with its options: `$CURL`, `"${options[@]}"`.

use rustc_hash::FxHashMap;

use super::{Word, quote, wanted};

/// Longer values are nothing that a person puts into such a variable.
const VALUE_CAP_BYTES: usize = 256;

/// The variables of a script that hold a program that rules judge, or options, each as it was set last.
#[derive(Debug, Default)]
pub(super) struct Values {
    values: FxHashMap<Box<str>, Box<str>>,
}

impl Values {
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Notes what a variable is set to.
    pub(super) fn set(&mut self, name: &str, raw: &str) {
        let inner = raw
            .strip_prefix('(')
            .map_or(raw, |rest| rest.trim_end_matches(')'));
        let begin = inner.trim_start_matches(['"', '\'', ' ', '\n']);
        let program = begin
            .split([' ', '"', '\'', '\n'])
            .next()
            .unwrap_or_default();
        let is_wanted = raw.len() <= VALUE_CAP_BYTES
            && (begin.starts_with('-') || wanted::is_judged_program(program));
        if is_wanted {
            let (text, _) = quote::plain(inner);
            self.values.insert(name.into(), text);
        } else if !self.values.is_empty() && !raw.is_empty() {
            self.values.remove(name);
        }
    }

    /// The words that a word stands for, or itself.
    pub(super) fn expand(&self, word: Word, words: &mut Vec<Word>) {
        let Some(value) = variable(&word.text).and_then(|name| self.values.get(name)) else {
            words.push(word);
            return;
        };
        words.extend(value.split_ascii_whitespace().map(|text| Word {
            // Quotes within are those of a script that is run with `eval` or `trap`.
            text: text.trim_matches(['"', '\'']).into(),
            ..word
        }));
    }
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
