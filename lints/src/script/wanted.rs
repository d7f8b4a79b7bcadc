//! Which commands matter: those that a rule judges, and those that start others. All others are passed over.

use super::reader::Span;
use super::{Command, Script, quote, starter};

/// The programs that rules judge by name, sorted.
const JUDGED: [&str; 11] = [
    "curl", "git", "mariadb", "mysql", "nc", "ncat", "netcat", "psql", "rm", "sqlite3", "wget",
];

const MARKS: [u64; 16] = starter::marked([0; 16], &JUDGED);

/// Commands whose arguments are assignments.
pub(super) const DECLARATIONS: [&str; 5] = ["declare", "export", "local", "readonly", "typeset"];

/// Of words with commands in them only so much is looked at.
const LOOK_BYTES: usize = 64;

/// Whether a command has to be looked at. It is fed to another one if it stands before a `|`.
pub(super) fn may_matter(text: &str, words: &[Span], is_fed: bool, script: &Script) -> bool {
    if words.len() == 1 && text[words[0].range()].bytes().all(names_nothing) {
        return false;
    }
    let raw = beginning(text, words[0]);
    if raw.bytes().any(quote::is_quoting) {
        return true;
    }
    let has_values = !script.values.is_empty();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let names_program = raw.strip_prefix('$').map(|rest| rest.starts_with(is_name));
    if raw.starts_with('`') || names_program.is_some_and(|is_plain| has_values || !is_plain) {
        return true;
    }
    let name = base_name(raw);
    let arguments = words[1..].iter().map(|word| beginning(text, *word));
    is_judged_program(name)
        || starter::starts(name)
        || (is_fed && is_feeder(name))
        || script.passing(raw).is_some()
        || ((may_listen(arguments.clone())
            || (script.values.has_addresses() && arguments.clone().any(names_variable)))
            && !DECLARATIONS.contains(&name))
}

/// Signs of which many stand alone where nobody knows how to read a text.
fn names_nothing(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'$' | b'{' | b'}')
}

/// The name of a program without its directory.
pub(super) fn base_name(path: &str) -> &str {
    memchr::memrchr(b'/', path.as_bytes()).map_or(path, |at| &path[at + 1..])
}

/// Whether a word may be a variable with an address, perhaps behind an option. Long texts are something else.
fn names_variable(word: &str) -> bool {
    word.len() <= LOOK_BYTES && word.contains('$')
}

fn beginning(text: &str, word: Span) -> &str {
    let raw = &text[word.range()];
    if word.has_commands && raw.len() > LOOK_BYTES {
        &raw[..raw.floor_char_boundary(LOOK_BYTES)]
    } else {
        raw
    }
}

/// Whether rules judge a program by its name.
pub(super) fn is_judged_program(program: &str) -> bool {
    let name = base_name(program);
    starter::is_marked(&MARKS, name) && JUDGED.binary_search(&name).is_ok()
}

/// Whether a program writes what it is given or what it reads.
pub(super) fn is_feeder(name: &str) -> bool {
    matches!(name, "cat" | "echo" | "printf" | "tee")
}

/// Whether a rule may have something to say of a command.
pub(super) fn is_judged(command: &Command<'_>) -> bool {
    is_judged_program(command.program())
        || may_listen(command.words[1..].iter().map(|word| &*word.text))
}

/// Whether words may say where a server listens: an option, and an address.
fn may_listen<'w>(mut words: impl Iterator<Item = &'w str> + Clone) -> bool {
    let names = |word: &str| {
        let word = word.trim_start_matches(['"', '\'']);
        word.starts_with('-')
            || word == "runserver"
            || word.contains("bind")
            || word.contains("listen")
    };
    words.clone().any(may_be_address) && words.any(names)
}

/// Whether a word may have an address in it: a `*`, two colons, a port, or numbers with a dot between.
fn may_be_address(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'*' | b':' => true,
        b'.' => bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_is_sorted() {
        assert!(super::JUDGED.is_sorted());
    }
}
