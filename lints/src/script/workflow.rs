//! The `run:` blocks of a workflow file, each as a script at its place in the file.
//! The file is read line by line: broken YAML must not hide a command. The rest of a workflow is not judged.

use std::ops::Range;

use super::{FILL, Script};

/// The scripts of a workflow. Comments outside of the blocks are among those of the first.
pub(crate) fn scripts(text: &str) -> Vec<Script> {
    let (blocks, comments) = blocks(text);
    let around = Script {
        comments,
        ..Script::default()
    };
    let blocks = blocks
        .iter()
        .map(|(start, text)| Script::read(text, *start, indent(text)));
    std::iter::once(around).chain(blocks).collect()
}

/// The text of a shell script in a workflow, and where it begins.
pub(crate) type Block = (usize, String);

/// The blocks that a shell runs, and the comments outside of them.
pub(crate) fn blocks(text: &str) -> (Vec<Block>, Vec<Range<usize>>) {
    let lines = lines(text);
    let defaults = defaults(&lines);
    let mut comments = Vec::new();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        if line.content.starts_with('#') {
            comments.push(line.content_start..line.content_start + line.content.len());
        }
        at = match line.run_value() {
            Some(value) => block(text, &lines, &defaults, at, value, &mut blocks),
            None => at + 1,
        };
    }
    (blocks, comments)
}

/// The blanks before each line of a block: those before its first one.
pub(crate) fn indent(block: &str) -> usize {
    let mut lines = block.lines();
    let first = lines.find(|line| !line.trim().is_empty());
    first.map_or(0, |line| line.len() - line.trim_start_matches(' ').len())
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
    /// What stands behind `run:`, or within `{run: …}`.
    fn run_value(&self) -> Option<&'a str> {
        let block = ["run", "\"run\"", "'run'"].iter().find_map(|key| {
            let rest = self.content.strip_prefix(key)?;
            rest.trim_start_matches([' ', '\t']).strip_prefix(':')
        });
        match block {
            Some(rest) => {
                let is_value = rest.is_empty() || rest.starts_with([' ', '\t']);
                is_value.then(|| without_comment(without_anchor(rest.trim())))
            }
            None => self.flow_value(),
        }
    }

    /// The value of `run` in a mapping in braces that begins and ends in this line.
    fn flow_value(&self) -> Option<&'a str> {
        let inner = self.content.strip_prefix('{')?;
        let at = inner.match_indices("run:").map(|(at, _)| at).find(|at| {
            let before = inner[..*at].trim_end();
            before.is_empty() || before.ends_with(',')
        })?;
        let value = inner[at + "run:".len()..].trim_start();
        if value.starts_with(['"', '\'']) {
            return Some(value);
        }
        let end = value.find([',', '}']).unwrap_or(value.len());
        Some(value[..end].trim_end())
    }
}

/// The value behind the name that other places repeat it by: `run: &build make`.
fn without_anchor(value: &str) -> &str {
    let Some(named) = value.strip_prefix('&') else {
        return value;
    };
    let name = named.len() - named.trim_start_matches(|sign: char| sign != ' ').len();
    named[name..].trim_start()
}

/// A comment behind `run:` alone is no value.
fn without_comment(value: &str) -> &str {
    if value.starts_with('#') {
        &value[..0]
    } else {
        value
    }
}

/// Reads the block that begins in a line; answers the line behind it.
fn block(
    text: &str,
    lines: &[Line<'_>],
    defaults: &[Default],
    at: usize,
    value: &str,
    blocks: &mut Vec<Block>,
) -> usize {
    let key = &lines[at];
    let mut end = at + 1;
    while lines
        .get(end)
        .is_some_and(|line| line.content.is_empty() || raw_indent(text, line) > key.indent)
    {
        end += 1;
    }
    if !is_shell(lines, defaults, at, end) {
        return end;
    }
    let behind = lines.get(end).map_or(text.len(), |line| line.start);
    let offset = value.as_ptr() as usize - text.as_ptr() as usize;
    let (start, block) = match value.as_bytes().first() {
        Some(b'|' | b'>') => {
            let start = lines.get(at + 1).map_or(text.len(), |line| line.start);
            let block = &text[start..behind.max(start)];
            let is_folded = value.starts_with('>');
            let folded = is_folded.then(|| folded(block));
            (start, folded.unwrap_or_else(|| block.to_owned()))
        }
        None => {
            let start = lines.get(at + 1).map_or(text.len(), |line| line.start);
            (start, folded(&text[start..behind.max(start)]))
        }
        Some(b'"' | b'\'') => (offset + 1, quoted(&folded(&text[offset..behind]))),
        _ => {
            let is_flow = key.content.starts_with('{');
            let stop = if is_flow {
                offset + value.len()
            } else {
                behind
            };
            (offset, folded(&text[offset..stop]))
        }
    };
    blocks.push((start, masked(&block)));
    end
}

/// A block whose lines are one, where YAML makes them one: those that are indented alike. Source: YAML 1.2, 6.5.
fn folded(block: &str) -> String {
    let indent = indent(block);
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut result = String::with_capacity(block.len());
    let mut lines = block.split_inclusive('\n').peekable();
    // A value that begins behind its key is indented as what follows.
    let mut is_even = true;
    while let Some(line) = lines.next() {
        let next = lines.peek().filter(|next| !next.trim().is_empty());
        let next_depth = next.map(|next| depth(next));
        let joins = is_even && next_depth.is_some_and(|depth| depth == indent || indent == 0);
        is_even = next_depth.is_none_or(|depth| depth == indent || indent == 0);
        match line
            .strip_suffix('\n')
            .filter(|line| joins && !line.trim().is_empty())
        {
            Some(line) => result.extend([line, " "]),
            None => result.push_str(line),
        }
    }
    result
}

/// What stands in the quotes with which a text begins, each byte at its place: a scalar of YAML.
fn quoted(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let quote = bytes[0];
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        if byte == b'\\' && quote == b'"' {
            bytes[at] = FILL;
            match next {
                Some(b'n') => bytes[at + 1] = b'\n',
                Some(b't') => bytes[at + 1] = b'\t',
                _ => {}
            }
            at += 1;
        } else if byte == quote {
            if quote == b'"' || next != Some(quote) {
                break;
            }
            bytes[at] = FILL;
            at += 1;
        }
        at += 1;
    }
    bytes.truncate(at.min(text.len()));
    String::from_utf8_lossy(&bytes[1..]).into_owned()
}

/// The blanks at the begin of a line, a list's `- ` not counted.
fn raw_indent(text: &str, line: &Line<'_>) -> usize {
    let raw = &text[line.start..line.content_start];
    raw.len() - raw.trim_start_matches([' ', '\t']).len()
}

/// Steps have fewer lines before and behind their script.
const STEP_CAP_LINES: usize = 500;

/// Whether the step runs in a shell of the family: a `shell:` of the same step may say otherwise.
fn is_shell(lines: &[Line<'_>], defaults: &[Default], at: usize, end: usize) -> bool {
    let indent = lines[at].indent;
    let shell_of = |line: &Line<'_>| {
        let is_here = line.indent == indent;
        is_here.then(|| shell_value(line.content)).flatten()
    };
    // Another script at the same place is one of another step, whatever the file says.
    let within = |line: &&Line<'_>| {
        (line.indent >= indent || line.content.is_empty())
            && !(line.indent == indent && line.content.starts_with("run:"))
    };
    let behind = lines[end.min(lines.len())..]
        .iter()
        .take(STEP_CAP_LINES)
        .take_while(within)
        .take_while(|line| !line.is_item);
    // Backwards up to the line that begins the step.
    let mut at_begin = lines[at].is_item;
    let before = lines[..at]
        .iter()
        .rev()
        .take(STEP_CAP_LINES)
        .take_while(within)
        .take_while(|line| {
            let go_on = !at_begin;
            at_begin |= line.is_item && line.indent == indent;
            go_on
        });
    let own = before.chain(behind).find_map(shell_of);
    own.or_else(|| default_shell(defaults, at)).unwrap_or(true)
}

/// Whether a `shell:` names a shell of the family.
fn shell_value(content: &str) -> Option<bool> {
    let shell = content.strip_prefix("shell:")?;
    let shell = shell.trim().trim_matches(['"', '\'']);
    let others = ["pwsh", "powershell", "cmd", "python", "node", "perl"];
    Some(!others.iter().any(|other| shell.starts_with(other)))
}

/// More `defaults:` than this no workflow has.
const DEFAULTS_CAP: usize = 64;

/// A `defaults:` that says which shell runs.
struct Default {
    indent: usize,
    /// The lines of the job, or of the workflow, that it stands in.
    lines: Range<usize>,
    is_shell: bool,
}

/// The defaults of a workflow and its jobs.
fn defaults(lines: &[Line<'_>]) -> Vec<Default> {
    let named = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.content.trim_end() == "defaults:");
    named
        .take(DEFAULTS_CAP)
        .filter_map(|(number, line)| {
            let is_within = |next: &&Line<'_>| next.content.is_empty() || next.indent > line.indent;
            let within = lines[number + 1..].iter().take_while(is_within);
            let is_shell = within.filter_map(|next| shell_value(next.content)).last()?;
            let holds = |next: &&Line<'_>| next.content.is_empty() || next.indent >= line.indent;
            let before = lines[..number].iter().rev().take_while(holds).count();
            let behind = lines[number..].iter().take_while(holds).count();
            Some(Default {
                indent: line.indent,
                lines: number - before..number + behind,
                is_shell,
            })
        })
        .collect()
}

/// What the defaults say for a line, the inner ones first.
fn default_shell(defaults: &[Default], at: usize) -> Option<bool> {
    let holding = defaults
        .iter()
        .filter(|default| default.lines.contains(&at));
    let inner = holding.max_by_key(|default| default.indent)?;
    Some(inner.is_shell)
}

/// The text with GitHub's expressions as plain words of the same length. One before a command is a word that may be
/// empty, such as `sudo` on some systems: it is taken away.
fn masked(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    // Whether nothing but blanks stands before, back to where a command begins.
    let mut begins = true;
    let mut is_closed = true;
    while let Some(open) = rest.find("${{") {
        let close = is_closed.then(|| rest[open..].find("}}")).flatten();
        // Without an end behind this one there is none behind the next.
        is_closed = close.is_some();
        let length = close.map_or(3, |length| length + 2);
        let (before, behind) = (&rest[..open], &rest[open + length..]);
        let word = before.trim_end_matches([' ', '\t']);
        if !word.is_empty() {
            begins = word.ends_with(['\n', ';', '|', '&', '(']);
        }
        begins &= behind.starts_with(' ');
        let mask = if begins { ' ' } else { 'x' };
        result.push_str(before);
        result.extend(std::iter::repeat_n(mask, length));
        rest = behind;
    }
    result + rest
}
