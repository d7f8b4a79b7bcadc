//! Workflow commands: lines such as `::error file=a.c,line=3::text` that a step prints.
//!
//! Not here: what the replay does about them.

/// A line that is a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// In lower case.
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) data: String,
}

/// The commands that GitHub's runner knows; other lines of that shape are just lines.
const KNOWN: [&str; 15] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

impl Command {
    /// The value of a property.
    pub(crate) fn property(&self, name: &str) -> Option<&str> {
        let found = self
            .properties
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

/// The command that a line is, if it is one that is known.
pub(crate) fn parse(line: &str) -> Option<Command> {
    let command = double_colon(line).or_else(|| bracket(line))?;
    KNOWN.contains(&command.name.as_str()).then_some(command)
}

/// Whether a line ends a stop of commands: `::TOKEN::`.
pub(crate) fn is_resume(line: &str, token: &str) -> bool {
    double_colon(line).is_some_and(|command| command.name == token.to_lowercase())
}

/// Whether this can't be the token of `stop-commands`.
pub(crate) fn is_bad_token(token: &str) -> bool {
    token.is_empty() || token == "pause-logging" || KNOWN.contains(&token.to_lowercase().as_str())
}

/// `::name key=value,key=value::data`
fn double_colon(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, data) = rest.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties.trim().split(',').filter_map(|property| {
        let (key, value) = property.split_once('=')?;
        let value = unescape(
            value,
            &[
                ("%0D", "\r"),
                ("%0A", "\n"),
                ("%3A", ":"),
                ("%2C", ","),
                ("%25", "%"),
            ],
        );
        Some((key.trim().to_owned(), value))
    });
    Some(Command {
        name: name.to_lowercase(),
        properties: properties.collect(),
        data: unescape(data, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]),
    })
}

/// `##[name key=value;key=value]data`
fn bracket(line: &str) -> Option<Command> {
    let start = line.find("##[")?;
    let (head, data) = line[start + 3..].split_once(']')?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let escapes = [
        ("%3B", ";"),
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%5D", "]"),
        ("%25", "%"),
    ];
    let properties = properties.trim().split(';').filter_map(|property| {
        let (key, value) = property.split_once('=')?;
        Some((key.trim().to_owned(), unescape(value, &escapes)))
    });
    Some(Command {
        name: name.to_lowercase(),
        properties: properties.collect(),
        data: unescape(data, &escapes),
    })
}

fn unescape(text: &str, escapes: &[(&str, &str)]) -> String {
    escapes
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::{is_resume, parse};

    fn check(line: &str, expected: &str) {
        let found = parse(line).map(|command| {
            let properties: Vec<_> = command
                .properties
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            format!(
                "{} [{}] {}",
                command.name,
                properties.join("|"),
                command.data
            )
        });
        assert_eq!(found.as_deref().unwrap_or("none"), expected, "{line}");
    }

    #[test]
    fn lines_are_commands_or_not() {
        check(
            "::error file=a.c,line=3,title=T%2C%3A::it%0Afailed %25",
            "error [file=a.c|line=3|title=T,:] it\nfailed %",
        );
        check("  ::group::Title", "group [] Title");
        check("::GROUP::x", "group [] x");
        check("x ::group::Title", "none");
        check("::unknown::x", "none");
        check("::notice", "none");
        check("##[group]Old", "group [] Old");
        check("##[error file=b;line=1]old", "error [file=b|line=1] old");
        check("::set-output name=a::b::c", "set-output [name=a] b::c");
        check("::add-mask::%", "add-mask [] %");
    }

    #[test]
    fn a_stop_ends_with_its_token() {
        assert!(is_resume("::abC-1::", "abc-1"));
        assert!(!is_resume("::other::", "abc-1"));
    }
}
