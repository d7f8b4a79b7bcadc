//! One command, without the programs that only start it.

use super::Word;

/// A command as it is run.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// The program, then its arguments.
    pub(crate) words: Vec<Word>,
    /// `timeout` stands before it.
    pub(crate) is_bounded: bool,
    /// No other program starts it: its name may be that of a function.
    pub(crate) is_plain: bool,
    /// It is run later than what stands behind it: by a function or a trap.
    pub(crate) is_deferred: bool,
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

    /// The arguments that may be options: those before `--`.
    fn options(&self) -> impl Iterator<Item = &Word> {
        self.arguments().take_while(|word| word.text != "--")
    }

    /// The arguments that are no options.
    pub(crate) fn operands(&self) -> impl Iterator<Item = &Word> {
        let mut is_behind = false;
        self.arguments().filter(move |word| {
            let was_behind = is_behind;
            is_behind |= word.text == "--";
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
            let next = self.words.get(at).map(|next| next.text.as_str());
            let text = word.text.as_str();
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

    /// The argument that is run as a script: of `sh -c`, `su -c`, `ssh host`, `eval` and `trap`.
    pub(super) fn nested_script(&self) -> Option<Word> {
        match self.program() {
            "su" | "runuser" | "script" => {
                let option = self.words.iter().position(|word| word.text == "-c")?;
                self.words.get(option + 1).cloned()
            }
            "ssh" => {
                let host = behind_options(&self.words, &SSH_OPTIONS, 0);
                let rest = self.words.get(host + 1..)?;
                rest.first().filter(|_| rest.len() == 1).cloned()
            }
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

/// The options of `ssh` that take a value.
const SSH_OPTIONS: [&str; 12] = [
    "-b", "-c", "-D", "-E", "-e", "-F", "-i", "-J", "-L", "-l", "-o", "-p",
];

/// Programs that start the one behind their options, and which of their options take a value.
const STARTERS: [(&str, &[&str]); 19] = [
    ("builtin", &[]),
    ("busybox", &[]),
    ("chronic", &[]),
    ("command", &[]),
    ("doas", &["-u"]),
    ("env", &["-u", "--unset", "-C", "--chdir"]),
    ("exec", &["-a"]),
    ("gtimeout", &["-k", "-s", "--signal", "--kill-after"]),
    ("ionice", &["-c", "-n"]),
    ("nice", &["-n"]),
    ("nohup", &[]),
    ("runuser", &["-u", "-g", "-G"]),
    ("setsid", &[]),
    ("stdbuf", &["-i", "-o", "-e"]),
    ("sudo", &["-u", "-g", "-C", "-h", "-p", "--user", "--group"]),
    ("time", &["-f", "-o"]),
    ("timeout", &["-k", "-s", "--signal", "--kill-after"]),
    ("unbuffer", &[]),
    ("watch", &["-n", "--interval"]),
];

/// The command that a line of words runs in the end. `xargs` and `find -exec` run one besides themselves.
pub(super) fn unwrapped(words: Vec<Word>, bounded: bool) -> Vec<Command> {
    let mut words = words;
    let given = words.len();
    let mut is_bounded = bounded;
    for _ in 0..8 {
        let command = Command {
            words: words.clone(),
            is_bounded,
            is_plain: true,
            is_deferred: false,
        };
        let program = command.program().to_owned();
        let Some((_, valued)) = STARTERS.iter().find(|(name, _)| *name == program) else {
            break;
        };
        // `command -v curl` only asks.
        if program == "command" && (command.has_flag('v') || command.has_flag('V')) {
            return Vec::new();
        }
        // `su -c` and `runuser -c` run a script.
        if program == "runuser" && command.nested_script().is_some() {
            break;
        }
        let is_timeout = program.ends_with("timeout");
        let start = behind_options(&words, valued, usize::from(is_timeout));
        // `timeout 0` is no limit.
        let limit = start.checked_sub(1).and_then(|at| words.get(at));
        is_bounded |= is_timeout && !limit.is_some_and(|limit| is_zero(&limit.text));
        words.drain(..start.min(words.len()));
    }
    let command = Command {
        is_plain: words.len() == given,
        is_deferred: false,
        words,
        is_bounded,
    };
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
        } else if text == "--" {
            at += 1;
            break;
        } else if text.starts_with('-') || is_assignment(text) {
            at += 1;
        } else {
            break;
        }
    }
    at + operands
}

/// Whether a time limit is none: `0`, `0s`, `0.0`.
pub(crate) fn is_zero(limit: &str) -> bool {
    let number = limit.trim_end_matches(['s', 'm', 'h', 'd']);
    !number.is_empty() && number.chars().all(|digit| matches!(digit, '0' | '.'))
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
        "ssh" => {
            let host = behind_options(&command.words, &SSH_OPTIONS, 0);
            // One word behind the host is a script of its own.
            (command.words.len() > host + 2).then_some(host + 1)?
        }
        "docker" | "podman" | "kubectl" | "nerdctl" => in_container(&command.words)?,
        _ => return None,
    };
    let words = command
        .words
        .get(start..)
        .filter(|words| !words.is_empty())?;
    // What is started may start another one.
    let inner = unwrapped(words.to_vec(), command.is_bounded)
        .into_iter()
        .next();
    inner.map(|inner| Command {
        is_plain: false,
        ..inner
    })
}

/// Where the command of `docker exec`, `docker compose exec` and `kubectl exec` begins, behind the container.
fn in_container(words: &[Word]) -> Option<usize> {
    let exec = words.iter().position(|word| word.text == "exec")?;
    if let Some(dashes) = words.iter().position(|word| word.text == "--") {
        return Some(dashes + 1);
    }
    let valued = [
        "-e",
        "--env",
        "-u",
        "--user",
        "-w",
        "--workdir",
        "-n",
        "--namespace",
        "-c",
        "--container",
    ];
    Some(exec + behind_options(&words[exec..], &valued, 1))
}
