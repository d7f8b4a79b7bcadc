//! Programs that only start others: what of a line of words is run in the end.

mod started;

use super::Word;
use super::command::{Command, is_zero};
pub(super) use started::PARALLEL_OPTIONS;
use started::started;

/// Shells, sorted.
pub(super) const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// Programs that start others in ways of their own, sorted.
const RUNNERS: [&str; 14] = [
    "docker",
    "docker-compose",
    "eval",
    "find",
    "kubectl",
    "nerdctl",
    "parallel",
    "podman",
    "script",
    "ssh",
    "su",
    "trap",
    "watch",
    "xargs",
];

/// Names by a bit each, which a few share: most words are none of them, and are told so at once.
const KNOWN: [u64; 16] = {
    let mut bits = marked([0; 16], &SHELLS);
    bits = marked(bits, &RUNNERS);
    let mut index = 0;
    while index < STARTERS.len() {
        bits = marked(bits, &[STARTERS[index].0]);
        index += 1;
    }
    bits
};

pub(super) const fn marked(mut bits: [u64; 16], names: &[&str]) -> [u64; 16] {
    let mut index = 0;
    while index < names.len() {
        let place = place(names[index].as_bytes());
        bits[place / 64] |= 1 << (place % 64);
        index += 1;
    }
    bits
}

pub(super) const fn is_marked(bits: &[u64; 16], name: &str) -> bool {
    let place = place(name.as_bytes());
    bits[place / 64] >> (place % 64) & 1 == 1
}

/// The bit of a name, of 1,024.
const fn place(name: &[u8]) -> usize {
    if name.is_empty() {
        return 0;
    }
    let (first, last) = (name[0] as usize, name[name.len() - 1] as usize);
    (first * 7 + name[name.len() / 2] as usize * 3 + last * 31 + name.len() * 131) % 1024
}

/// Whether a program starts others, or reads a script.
pub(super) fn starts(name: &str) -> bool {
    is_marked(&KNOWN, name)
        && (SHELLS.binary_search(&name).is_ok()
            || RUNNERS.binary_search(&name).is_ok()
            || starter(name).is_some())
}

/// The options of `ssh` that take a value.
pub(super) const SSH_OPTIONS: [&str; 12] = [
    "-b", "-c", "-D", "-E", "-e", "-F", "-i", "-J", "-L", "-l", "-o", "-p",
];

/// A program that starts the one behind its options: its name, the options that take a value, and how many operands
/// stand before the command.
pub(super) type Starter = (&'static str, &'static [&'static str], usize);

/// Programs that only start another one, sorted.
const STARTERS: [Starter; 42] = [
    ("builtin", &[], 0),
    ("busybox", &[], 0),
    ("caffeinate", &["-t", "-w"], 0),
    ("chronic", &[], 0),
    ("chroot", &[], 1),
    ("chrt", &["-T", "-P", "-D"], 1),
    ("command", &[], 0),
    ("cpulimit", &["-l", "-e", "-p"], 0),
    ("dbus-run-session", &[], 0),
    ("doas", &["-u", "-C"], 0),
    ("env", &["-u", "--unset", "-C", "--chdir"], 0),
    ("exec", &["-a"], 0),
    ("fakeroot", &["-l", "-s", "-i", "-b"], 0),
    (
        "flock",
        &["-w", "--timeout", "-E", "--conflict-exit-code"],
        1,
    ),
    ("gosu", &[], 1),
    ("gtimeout", &TIMEOUT_OPTIONS, 1),
    ("ionice", &["-c", "-n", "--class", "--classdata"], 0),
    ("ltrace", &["-o", "-e", "-p", "-s", "-u"], 0),
    ("nice", &["-n", "--adjustment"], 0),
    ("nohup", &[], 0),
    ("nsenter", &["-t", "--target", "-S", "-G"], 0),
    ("numactl", &["-N", "-m", "-C"], 0),
    ("proxychains", &["-f"], 0),
    ("proxychains4", &["-f"], 0),
    ("retry", &["-t", "--times", "-d", "--delay"], 0),
    ("runuser", &["-u", "-g", "-G"], 0),
    ("setpriv", &[], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("strace", &["-o", "-e", "-p", "-s", "-u"], 0),
    ("su-exec", &[], 1),
    ("sudo", &SUDO_OPTIONS, 0),
    (
        "systemd-run",
        &["-u", "--unit", "-p", "--property", "-E"],
        0,
    ),
    ("taskset", &[], 1),
    ("time", &["-f", "-o", "--format", "--output"], 0),
    ("timeout", &TIMEOUT_OPTIONS, 1),
    ("torify", &[], 0),
    ("torsocks", &[], 0),
    ("unbuffer", &[], 0),
    ("unshare", &[], 0),
    ("valgrind", &[], 0),
    ("xvfb-run", &["-n", "-s", "-e", "-f", "-w"], 0),
];

/// Source: timeout(1), coreutils 9.1.
const TIMEOUT_OPTIONS: [&str; 4] = ["-k", "-s", "--signal", "--kill-after"];

/// Source: sudo(8), 1.9.
const SUDO_OPTIONS: [&str; 16] = [
    "-u", "-g", "-C", "-h", "-p", "-r", "-t", "-T", "-U", "-D", "-R", "--user", "--group",
    "--host", "--prompt", "--chdir",
];

pub(super) fn starter(name: &str) -> Option<&'static Starter> {
    let place = STARTERS.binary_search_by(|starter| starter.0.cmp(name));
    place.ok().map(|place| &STARTERS[place])
}

/// Starters within starters are followed this far.
const STARTERS_CAP: usize = 8;

/// The command that a line of words runs in the end. `xargs` and `find -exec` run one besides themselves.
pub(super) fn unwrapped(words: Vec<Word<'_>>, is_bounded: bool) -> Vec<Command<'_>> {
    let mut command = Command::plain(words, is_bounded);
    let mut scripts = Vec::new();
    for _ in 0..STARTERS_CAP {
        let program = command.program();
        let Some((name, valued, operands)) = starter(program) else {
            break;
        };
        // `command -v curl` only asks.
        if *name == "command" && (command.has_flag('v') || command.has_flag('V')) {
            return Vec::new();
        }
        // `runuser -c` and `flock -c` run a script.
        if matches!(*name, "runuser" | "flock" | "env") && command.nested_script().is_some() {
            scripts.push(command);
            return scripts;
        }
        let start = behind_options(&command.words, valued, *operands);
        let is_timeout = name.ends_with("timeout");
        // `timeout 0` is no limit.
        let limit = start.checked_sub(1).and_then(|at| command.words.get(at));
        let is_limited = is_timeout && !limit.is_some_and(|limit| is_zero(&limit.text));
        command.is_bounded |= is_limited;
        command.is_plain = false;
        command.words.drain(..start.min(command.words.len()));
    }
    if command.words.is_empty() {
        return scripts;
    }
    let inner = started(&command);
    scripts.push(command);
    scripts.extend(inner);
    scripts
}

/// The first word behind the options, assignments and so many operands.
pub(super) fn behind_options(words: &[Word<'_>], valued: &[&str], operands: usize) -> usize {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let text = &*word.text;
        if takes_next(text, valued) {
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

/// Whether the value of an option is the next word: `-u root`, and `-iu root` among others.
fn takes_next(option: &str, valued: &[&str]) -> bool {
    let letters = option
        .strip_prefix('-')
        .filter(|rest| !rest.starts_with('-'));
    valued.contains(&option)
        || letters.is_some_and(|letters| {
            let is_valued = |letter: char| {
                let mut short = valued.iter().filter_map(|option| option.strip_prefix('-'));
                short.any(|option| option.starts_with(letter) && option.len() == letter.len_utf8())
            };
            let last = letters.find(is_valued);
            last.is_some_and(|last| last > 0 && last + 1 == letters.len())
        })
}

fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::{RUNNERS, SHELLS, STARTERS};

    #[test]
    fn the_lists_are_sorted() {
        assert!(SHELLS.is_sorted() && RUNNERS.is_sorted());
        assert!(STARTERS.is_sorted_by_key(|starter| starter.0));
    }
}
