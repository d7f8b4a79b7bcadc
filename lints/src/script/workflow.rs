//! The `run:` blocks of a workflow file, each as a script at its place in the file.
//! The file is read line by line: broken YAML must not hide a command. The rest of a workflow is not judged.

use super::Script;

/// The scripts of a workflow. Comments outside of the blocks are among those of the first.
pub(crate) fn scripts(text: &str) -> Vec<Script> {
    let lines = lines(text);
    let mut scripts = vec![Script::default()];
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        if line.content.starts_with('#') {
            scripts[0]
                .comments
                .push(line.content_start..line.content_start + line.content.len());
        }
        at = match line.run_value() {
            Some(value) => block(text, &lines, at, value, &mut scripts),
            None => at + 1,
        };
    }
    scripts
}

struct Line<'a> {
    start: usize,
    /// How far the content is indented, a list's `- ` included.
    indent: usize,
    /// It begins an item of a list.
    is_item: bool,
    content_start: usize,
    content: &'a str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let body = line.trim_end();
            let trimmed = body.trim_start().trim_start_matches("- ").trim_start();
            let indent = body.len() - trimmed.len();
            let found = Line {
                start,
                indent,
                is_item: body.trim_start().starts_with("- "),
                content_start: start + indent,
                content: trimmed,
            };
            start += line.len();
            found
        })
        .collect()
}

impl<'a> Line<'a> {
    /// What stands behind `run:`.
    fn run_value(&self) -> Option<&'a str> {
        let rest = self
            .content
            .strip_prefix("run:")
            .or_else(|| self.content.strip_prefix("\"run\":"))?;
        (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
    }
}

/// Reads the block that begins in a line; answers the line behind it.
fn block(
    text: &str,
    lines: &[Line<'_>],
    at: usize,
    value: &str,
    scripts: &mut Vec<Script>,
) -> usize {
    let key = &lines[at];
    let mut end = at + 1;
    while lines
        .get(end)
        .is_some_and(|line| line.content.is_empty() || raw_indent(text, line) > key.indent)
    {
        end += 1;
    }
    if !is_shell(lines, at, end) {
        return end;
    }
    let (start, stop) = if value.starts_with(['|', '>']) {
        let start = lines.get(at + 1).map_or(text.len(), |line| line.start);
        (start, lines.get(end).map_or(text.len(), |line| line.start))
    } else if let Some(quote) = value
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))
    {
        let inner = &value[1..];
        let start = inner.as_ptr() as usize - text.as_ptr() as usize;
        (start, start + inner.find(quote).unwrap_or(inner.len()))
    } else {
        let start = value.as_ptr() as usize - text.as_ptr() as usize;
        (start, lines.get(end).map_or(text.len(), |line| line.start))
    };
    scripts.push(Script::read(&masked(&text[start..stop.max(start)]), start));
    end
}

/// The blanks at the begin of a line, a list's `- ` not counted.
fn raw_indent(text: &str, line: &Line<'_>) -> usize {
    let raw = &text[line.start..line.content_start];
    raw.len() - raw.trim_start_matches([' ', '\t']).len()
}

/// Whether the step runs in a shell of the family: a `shell:` of the same step may say otherwise.
fn is_shell(lines: &[Line<'_>], at: usize, end: usize) -> bool {
    let indent = lines[at].indent;
    let is_other = |line: &Line<'_>| {
        line.indent == indent
            && line.content.strip_prefix("shell:").is_some_and(|shell| {
                ["pwsh", "powershell", "cmd", "python", "node"]
                    .iter()
                    .any(|other| shell.trim().trim_matches(['"', '\'']).starts_with(other))
            })
    };
    let within = |line: &&Line<'_>| line.indent >= indent || line.content.is_empty();
    let behind = lines[end.min(lines.len())..]
        .iter()
        .take_while(within)
        .take_while(|line| !line.is_item);
    // Backwards up to the line that begins the step.
    let mut at_begin = lines[at].is_item;
    let before = lines[..at]
        .iter()
        .rev()
        .take_while(within)
        .take_while(|line| {
            let go_on = !at_begin;
            at_begin |= line.is_item && line.indent == indent;
            go_on
        });
    !before.chain(behind).any(is_other)
}

/// The text with GitHub's expressions as plain words of the same length.
fn masked(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("${{") {
        let length = rest[open..].find("}}").map_or(3, |length| length + 2);
        result.push_str(&rest[..open]);
        result.extend(std::iter::repeat_n('x', length));
        rest = &rest[open + length..];
    }
    result + rest
}
