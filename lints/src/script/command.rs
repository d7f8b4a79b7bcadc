//! One command, without the programs that only start it.

use super::Word;

/// A command as it is run.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// The program, then its arguments.
    pub(crate) words: Vec<Word>,
    /// `timeout` stands before it.
    pub(crate) is_bounded: bool,
}

impl Command {
    /// The name of the program without its directory.
    pub(crate) fn program(&self) -> &str {
        let word = self.words.first().map_or("", |word| word.text.as_str());
        word.rsplit('/').next().unwrap_or(word)
    }

    /// The arguments.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().skip(1)
    }

    /// Whether an argument is one of these, as it is or with `=value` behind it.
    pub(crate) fn has_option(&self, long: &[&str]) -> bool {
        self.arguments().any(|word| {
            let name = word.text.split('=').next().unwrap_or_default();
            long.contains(&name)
        })
    }

    /// Whether a short option is given, alone or among others: `-r` in `-rf`.
    pub(crate) fn has_flag(&self, flag: char) -> bool {
        self.arguments().any(|word| {
            word.text.len() > 1
                && word.text.starts_with('-')
                && !word.text.starts_with("--")
                && word.text.contains(flag)
        })
    }

    /// The argument that is run as a script: of `sh -c`, `eval` and `trap`.
    pub(super) fn nested_script(&self) -> Option<Word> {
        match self.program() {
            "sh" | "bash" | "dash" | "zsh" | "ksh" => {
                let option = self.words.iter().position(|word| {
                    word.text.starts_with('-')
                        && !word.text.starts_with("--")
                        && word.text.ends_with('c')
                })?;
                self.words.get(option + 1).cloned()
            }
            "eval" | "trap" => self.words.get(1).cloned(),
            _ => None,
        }
    }
}

/// Programs that start the one behind their options, and which of their options take a value.
const STARTERS: [(&str, &[&str]); 14] = [
    ("builtin", &[]),
    ("command", &[]),
    ("doas", &["-u"]),
    ("env", &["-u", "--unset", "-C", "--chdir"]),
    ("exec", &["-a"]),
    ("gtimeout", &["-k", "-s", "--signal", "--kill-after"]),
    ("ionice", &["-c", "-n"]),
    ("nice", &["-n"]),
    ("nohup", &[]),
    ("setsid", &[]),
    ("stdbuf", &["-i", "-o", "-e"]),
    ("sudo", &["-u", "-g", "--user", "--group"]),
    ("time", &["-f", "-o"]),
    ("timeout", &["-k", "-s", "--signal", "--kill-after"]),
];

/// The command that a line of words runs in the end. `xargs` and `find -exec` run one besides themselves.
pub(super) fn unwrapped(words: Vec<Word>, bounded: bool) -> Vec<Command> {
    let mut words = words;
    let mut is_bounded = bounded;
    for _ in 0..8 {
        let command = Command {
            words: words.clone(),
            is_bounded,
        };
        let program = command.program().to_owned();
        let Some((_, valued)) = STARTERS.iter().find(|(name, _)| *name == program) else {
            break;
        };
        // `command -v curl` only asks.
        if program == "command" && (command.has_flag('v') || command.has_flag('V')) {
            return Vec::new();
        }
        let is_timeout = program.ends_with("timeout");
        is_bounded |= is_timeout;
        let start = behind_options(&words, valued, usize::from(is_timeout));
        words.drain(..start.min(words.len()));
    }
    let command = Command { words, is_bounded };
    let inner = started(&command);
    if command.words.is_empty() {
        return Vec::new();
    }
    let mut commands = vec![command];
    commands.extend(inner);
    commands
}

/// The first word behind the options, assignments and so many operands.
fn behind_options(words: &[Word], valued: &[&str], operands: usize) -> usize {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        if valued.contains(&text) {
            at += 2;
        } else if text.starts_with('-') || is_assignment(text) {
            at += 1;
        } else {
            break;
        }
    }
    at + operands
}

fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// The command that another one starts for each of its inputs.
fn started(command: &Command) -> Option<Command> {
    let start = match command.program() {
        "xargs" => behind_options(
            &command.words,
            &["-n", "-I", "-P", "-L", "-d", "-a", "-s"],
            0,
        ),
        "find" => {
            let action = command.words.iter().position(|word| {
                matches!(word.text.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir")
            })?;
            action + 1
        }
        _ => return None,
    };
    let words = command
        .words
        .get(start..)
        .filter(|words| !words.is_empty())?;
    Some(Command {
        words: words.to_vec(),
        is_bounded: command.is_bounded,
    })
}
