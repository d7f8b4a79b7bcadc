//! The `run:` blocks of a workflow file, each as a script at its place in the file.
//! The file is read line by line: broken YAML must not hide a command. The rest of a workflow is not judged.

mod flow;

use std::ops::Range;

use super::{FILL, Script};
use crate::suppress;

/// Gives the scripts of a workflow to who takes them and answers their comments; answers those and the comments
/// outside of the blocks.
pub(crate) fn comments(
    text: &str,
    mut take: impl FnMut(Script) -> Vec<Range<usize>>,
) -> Vec<Range<usize>> {
    let mut within = Vec::new();
    let mut comments = each_block(text, |start, block| {
        within.extend(take(Script::read(&block, start, indent(&block))));
    });
    comments.append(&mut within);
    comments
}

/// Gives the blocks that a shell runs to who takes them, each with the place where it begins. Answers the comments
/// outside of them that may be suppressions.
pub(crate) fn each_block(text: &str, mut take: impl FnMut(usize, String)) -> Vec<Range<usize>> {
    let lines = lines(text);
    let defaults = defaults(&lines);
    let mut comments = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        if line.content.starts_with('#') && suppress::mentions_marker(line.content) {
            comments.push(line.content_start..line.content_start + line.content.len());
        }
        at = match line.run_value() {
            Some(value) if !is_mapping(&lines, at, value) => {
                block(text, &lines, &defaults, at, value, &mut take)
            }
            _ if begins_text(line.content) => end_of_block(text, &lines, at),
            _ => {
                flow::scripts(line.content, line.content_start, &mut take);
                at + 1
            }
        };
    }
    comments
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
    /// What stands behind `run:`.
    fn run_value(&self) -> Option<&'a str> {
        let rest = ["run", "\"run\"", "'run'"].iter().find_map(|key| {
            let rest = self.content.strip_prefix(key)?;
            rest.trim_start_matches([' ', '\t']).strip_prefix(':')
        })?;
        let is_value = rest.is_empty() || rest.starts_with([' ', '\t']);
        is_value.then(|| without_comment(without_properties(rest.trim())))
    }
}

/// The value behind its tag and the name that other places repeat it by: `run: &build make`.
fn without_properties(value: &str) -> &str {
    let mut value = value;
    while value.starts_with(['&', '!']) {
        let end = value.find(' ').unwrap_or(value.len());
        value = value[end..].trim_start();
    }
    value
}

/// A comment behind `run:` alone is no value.
fn without_comment(value: &str) -> &str {
    if value.starts_with('#') {
        &value[..0]
    } else {
        value
    }
}

/// Reads the block that begins in a line and gives it away; answers the line behind it.
fn block(
    text: &str,
    lines: &[Line<'_>],
    defaults: &[Default],
    at: usize,
    value: &str,
    take: &mut impl FnMut(usize, String),
) -> usize {
    let end = end_of_block(text, lines, at);
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
        _ => (offset, folded(&text[offset..behind])),
    };
    take(start, masked(&block));
    end
}

/// The line behind those that belong to the key of a line.
fn end_of_block(text: &str, lines: &[Line<'_>], at: usize) -> usize {
    let key = &lines[at];
    let belongs = |line: &&Line<'_>| line.content.is_empty() || raw_indent(text, line) > key.indent;
    at + 1 + lines[at + 1..].iter().take_while(belongs).count()
}

/// Whether `run:` is the name of a job or the like, with keys of its own below it, and no script.
fn is_mapping(lines: &[Line<'_>], at: usize, value: &str) -> bool {
    let mut behind = lines[at + 1..].iter();
    let first = behind.find(|line| !line.content.is_empty() && !line.content.starts_with('#'));
    value.starts_with('{')
        || (value.is_empty()
            && first.is_some_and(|line| line.indent > lines[at].indent && is_key(line.content)))
}

/// Whether a line begins with a key: a word and a colon.
fn is_key(content: &str) -> bool {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let behind = content.trim_start_matches(is_name);
    behind.len() < content.len()
        && behind
            .strip_prefix(':')
            .is_some_and(|value| value.is_empty() || value.starts_with(' '))
}

/// Whether the lines below a key are a text of no interest: `description: |`.
fn begins_text(content: &str) -> bool {
    let value = content.split_once(": ").map_or("", |(_, value)| value);
    let value = without_properties(value.trim());
    let indicators = value
        .strip_prefix(['|', '>'])
        .and_then(|rest| rest.split(' ').next());
    indicators.is_some_and(|rest| {
        rest.bytes()
            .all(|sign| matches!(sign, b'+' | b'-' | b'1'..=b'9'))
    }) && !content.starts_with(['#', '"', '\'', '{', '['])
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
    let keys = ["shell:", "\"shell\":", "'shell':"];
    let shell = keys.iter().find_map(|key| content.strip_prefix(key))?;
    Some(names_shell(shell))
}

/// Whether the value of `shell` names a shell of the family.
fn names_shell(value: &str) -> bool {
    let shell = value.trim().trim_start_matches(['"', '\'']);
    let program = shell.split([' ', '"', '\'']).next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    let others = ["pwsh", "powershell", "cmd", "python", "perl", "ruby", "php"];
    let is_other = others.iter().any(|other| name.starts_with(other));
    !is_other && !["node", "deno", "bun", "nu", "lua", "Rscript"].contains(&name)
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
        .filter(|(_, line)| line.content.starts_with("defaults:"));
    named
        .take(DEFAULTS_CAP)
        .filter_map(|(number, line)| {
            let is_within = |next: &&Line<'_>| next.content.is_empty() || next.indent > line.indent;
            let within = lines[number + 1..].iter().take_while(is_within);
            let below = within.filter_map(|next| shell_value(next.content)).last();
            let is_shell = below.or_else(|| flow::shell(line.content))?;
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
