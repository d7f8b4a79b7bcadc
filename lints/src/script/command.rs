//! One command, without the programs that only start it.

use std::ops::Range;

use super::Word;
use super::starter::{PARALLEL_OPTIONS, SHELLS, SSH_OPTIONS, behind_options, starter};

/// A command as it is run.
#[derive(Clone, Debug)]
pub(crate) struct Command<'t> {
    /// The program, then its arguments.
    pub(crate) words: Vec<Word<'t>>,
    /// `timeout` stands before it.
    pub(crate) is_bounded: bool,
    /// No other program starts it: its name may be that of a function.
    pub(crate) is_plain: bool,
    /// It is run later than what stands behind it: by a function or a trap.
    pub(crate) is_deferred: bool,
}

impl<'t> Command<'t> {
    /// Words as they stand there.
    pub(super) fn plain(words: Vec<Word<'t>>, is_bounded: bool) -> Self {
        Self {
            is_plain: words.first().is_some_and(Word::is_bare),
            words,
            is_bounded,
            is_deferred: false,
        }
    }

    /// The name of the program without its directory.
    pub(crate) fn program(&self) -> &str {
        let word = self.words.first().map_or("", |word| &*word.text);
        super::wanted::base_name(word)
    }

    /// The arguments.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Word<'t>> {
        self.words.iter().skip(1)
    }

    /// The arguments that may be options: those before `--`.
    fn options(&self) -> impl Iterator<Item = &Word<'t>> {
        self.arguments().take_while(|word| &*word.text != "--")
    }

    /// The arguments that are no options.
    pub(crate) fn operands(&self) -> impl Iterator<Item = &Word<'t>> {
        let mut is_behind = false;
        self.arguments().filter(move |word| {
            let was_behind = is_behind;
            is_behind |= &*word.text == "--";
            was_behind || !word.text.starts_with('-')
        })
    }

    /// Whether an argument is one of these, as it is or with `=value` behind it.
    pub(crate) fn has_option(&self, long: &[&str]) -> bool {
        self.options().any(|word| {
            let name = word.text.split('=').next().unwrap_or_default();
            long.contains(&name)
        })
    }

    /// Whether a long option is given, at least so much of it.
    pub(crate) fn has_beginning(&self, long: &str, least: usize) -> bool {
        self.options()
            .any(|word| word.text.len() >= least && long.starts_with(&*word.text))
    }

    /// Whether a short option is given, alone or among others: `-r` in `-rf`.
    pub(crate) fn has_flag(&self, flag: char) -> bool {
        self.options().any(|word| {
            word.text.len() > 1
                && word.text.starts_with('-')
                && !word.text.starts_with("--")
                && word.text.contains(flag)
        })
    }

    /// The value of an option: of `-m 5`, `-m5`, `-sm5`, `--max-time 5` and `--max-time=5`, the last one given.
    /// `valued` are the short options that take a value, so that what follows them is no option.
    pub(crate) fn option_value(&self, valued: &str, short: char, long: &str) -> Option<&str> {
        let mut found = None;
        let mut at = 1;
        while let Some(word) = self.words.get(at) {
            at += 1;
            let next = self.words.get(at).map(|next| &*next.text);
            let text = &*word.text;
            if text == "--" {
                break;
            }
            if let Some(option) = text.strip_prefix("--") {
                match option.split_once('=') {
                    Some((name, value)) if name == long => found = Some(value),
                    None if option == long => found = next,
                    _ => {}
                }
                // What follows an option of another name is not read: it may be its value.
                at += usize::from(option == long);
            } else if let Some(letters) = text.strip_prefix('-') {
                let takes = letters.find(|letter: char| valued.contains(letter));
                if let Some(place) = takes {
                    let (letter, rest) = letters[place..].split_at(1);
                    let value = if rest.is_empty() { next } else { Some(rest) };
                    at += usize::from(rest.is_empty());
                    if letter.starts_with(short) {
                        found = value;
                    }
                }
            }
        }
        found
    }

    /// The words that are run as a script, in bytes of the file: of `sh -c`, `su -c`, `ssh host`, `eval` and `trap`.
    pub(super) fn nested_script(&self) -> Option<Range<usize>> {
        let first = match self.program() {
            "su" | "script" => return self.behind_option('c'),
            "runuser" if !self.has_flag('u') => return self.behind_option('c'),
            "flock" => {
                let (_, valued, operands) = starter("flock")?;
                let at = behind_options(&self.words, valued, *operands);
                let is_script = &*self.words.get(at)?.text == "-c";
                return is_script
                    .then(|| self.words.get(at + 1))
                    .flatten()
                    .map(Word::range);
            }
            "ssh" => {
                let first = behind_options(&self.words, &SSH_OPTIONS, 0) + 1;
                first
                    + usize::from(
                        self.words
                            .get(first)
                            .is_some_and(|word| &*word.text == "--"),
                    )
            }
            "env" => {
                let option = self.words.iter().position(|word| &*word.text == "-S")?;
                option + 1
            }
            // `git submodule foreach` runs the words behind its options.
            "git" => {
                let mut words = self.words.iter().map(|word| &*word.text);
                let submodule = words.position(|word| word == "submodule")?;
                let foreach = submodule + 1 + words.position(|word| word == "foreach")?;
                foreach + behind_options(&self.words[foreach..], &[], 0)
            }
            "watch" => behind_options(&self.words, &["-n", "--interval"], 0),
            // One word is a script, with `{}` in it perhaps.
            "parallel" => {
                let word = self
                    .words
                    .get(behind_options(&self.words, &PARALLEL_OPTIONS, 0))?;
                return word.text.contains(' ').then(|| word.range());
            }
            "eval" => 1 + usize::from(self.words.get(1).is_some_and(|word| &*word.text == "--")),
            "trap" => {
                let word = self.arguments().find(|word| &*word.text != "--")?;
                return Some(word.range());
            }
            _ if self.is_shell() => {
                let (end, script) = self.shell_options();
                script?;
                return self.words.get(end).map(Word::range);
            }
            _ => return None,
        };
        let last = self.words.last()?.range().end;
        Some(self.words.get(first)?.range().start..last)
    }

    fn is_shell(&self) -> bool {
        SHELLS.binary_search(&self.program()).is_ok()
    }

    /// The word behind a short option, alone or the last one among others.
    fn behind_option(&self, option: char) -> Option<Range<usize>> {
        let at = self.words.iter().position(|word| {
            let text = &*word.text;
            text.starts_with('-') && !text.starts_with("--") && text.ends_with(option)
        })?;
        self.words.get(at + 1).map(Word::range)
    }

    /// Where the options of a shell end, and where its `-c` stands among them, alone or with others: `-ec`.
    fn shell_options(&self) -> (usize, Option<usize>) {
        let mut script = None;
        let mut at = 1;
        while let Some(word) = self.words.get(at) {
            let text = &*word.text;
            if !text.starts_with(['-', '+']) || text == "-" {
                break;
            }
            let is_long = text.starts_with("--");
            let takes_value = matches!(text, "--rcfile" | "--init-file")
                || (!is_long && text.ends_with(['o', 'O']));
            if !is_long && text.starts_with('-') && text.contains('c') {
                script = Some(at);
            }
            at += 1 + usize::from(takes_value);
        }
        (at, script)
    }

    /// Whether it is a shell that runs what it is fed.
    pub(super) fn reads_script(&self) -> bool {
        match self.program() {
            "ssh" => {
                let host = behind_options(&self.words, &SSH_OPTIONS, 0);
                self.words.len() == host + 1
            }
            "su" => self.nested_script().is_none(),
            _ if self.is_shell() => {
                let (end, script) = self.shell_options();
                let operand = self.words.get(end);
                let is_fed = operand.is_none_or(|word| matches!(&*word.text, "/dev/stdin" | "-"));
                script.is_none() && (is_fed || self.has_flag('s'))
            }
            _ => false,
        }
    }
}

/// Whether a time limit is none: `0`, `0s`, `0.0`.
pub(crate) fn is_zero(limit: &str) -> bool {
    let number = limit.trim_end_matches(['s', 'm', 'h', 'd']);
    !number.is_empty() && number.chars().all(|digit| matches!(digit, '0' | '.'))
}
