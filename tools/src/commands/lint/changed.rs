//! `--changed [BASE]`: only the lines that differ from a revision, and files that git does not know yet.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use lunet_ci::process::{Interrupt, Process, Stream};

use super::files;

const LIMIT: Duration = Duration::from_mins(1);

/// The changed lines of each file, by the path that is shown.
pub(super) struct Changes {
    files: BTreeMap<String, Lines>,
}

enum Lines {
    All,
    Some(Vec<RangeInclusive<u32>>),
}

impl Changes {
    /// Asks git.
    pub(super) fn since(base: &str) -> anyhow::Result<Self> {
        let up = git(&["rev-parse", "--show-cdup"])?;
        let root = PathBuf::from(up.trim());
        let revision = revision(base)?;
        let diff = git(&[
            "diff",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--no-renames",
            "--no-relative",
            "--no-textconv",
            "--inter-hunk-context=0",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            revision.trim(),
            "--",
        ])?;
        let mut files = parse(&diff, &root);
        let fresh = git(&[
            "ls-files",
            "--others",
            "--exclude-standard",
            "--full-name",
            ":/",
        ])?;
        for path in fresh.lines() {
            files.insert(files::shown(&root.join(unquoted(path))), Lines::All);
        }
        Ok(Self { files })
    }

    /// Whether a file has changed lines.
    pub(super) fn has_file(&self, path: &Path) -> bool {
        self.files.contains_key(&files::shown(path))
    }

    /// Whether a line of a file has changed.
    pub(super) fn has_line(&self, path: &str, line: u32) -> bool {
        match self.files.get(path) {
            Some(Lines::All) => true,
            Some(Lines::Some(ranges)) => ranges.iter().any(|range| range.contains(&line)),
            None => false,
        }
    }
}

/// The commit that a name stands for. Before the first one everything is new: the empty tree stands for it.
fn revision(base: &str) -> anyhow::Result<String> {
    let commit = format!("{base}^{{commit}}");
    match git(&["rev-parse", "--verify", "--end-of-options", &commit]) {
        Err(_) if base == "HEAD" && git(&["symbolic-ref", "--quiet", "HEAD"]).is_ok() => {
            git(&["hash-object", "-t", "tree", "/dev/null"])
        }
        found => found.with_context(|| format!("`{base}` is no revision")),
    }
}

/// The new sides of the hunks of a diff without context.
fn parse(diff: &str, root: &Path) -> BTreeMap<String, Lines> {
    let mut files = BTreeMap::new();
    let mut ranges: Option<&mut Lines> = None;
    // How many lines of the hunk are still to come: `++i;` added at the begin of a line looks like a name.
    let mut inside = 0;
    for line in diff.split('\n') {
        if inside > 0 && line.starts_with(['+', '-']) {
            inside -= 1;
        } else if let Some(path) = line.strip_prefix("+++ ") {
            // A tab ends names that have blanks in them.
            let path = unquoted(path.trim_end_matches('\t'));
            let path = path.strip_prefix("b/").unwrap_or(&path);
            let entry = files.entry(files::shown(&root.join(path)));
            ranges = Some(entry.or_insert(Lines::Some(Vec::new())));
        } else if let (Some(hunk), Some(Lines::Some(list))) = (hunk(line), ranges.as_deref_mut()) {
            list.push(hunk.lines);
            inside = hunk.size;
        }
    }
    files
}

/// What the head of a hunk says.
#[derive(Debug, PartialEq)]
struct Hunk {
    /// The lines of the new side. A deletion touches the lines around it.
    lines: RangeInclusive<u32>,
    /// How many lines of both sides follow.
    size: u32,
}

/// The head of a hunk: of `@@ -1,2 +3,4 @@` the lines are 3 to 6.
fn hunk(line: &str) -> Option<Hunk> {
    let (old, new) = line.strip_prefix("@@ -")?.split_once(" +")?;
    let (_, removed) = side(old)?;
    let (start, count) = side(new.split_once(" @@")?.0)?;
    let lines = if count == 0 {
        start..=start + 1
    } else {
        start..=start + count - 1
    };
    Some(Hunk {
        lines,
        size: removed + count,
    })
}

/// The first line and the number of lines of one side.
fn side(text: &str) -> Option<(u32, u32)> {
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// A path as git prints it: in quotes, with escapes, where it has a quote, a backslash or a control character.
/// Source: git-config(1), core.quotePath.
fn unquoted(path: &str) -> String {
    let Some(inner) = path
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return path.to_owned();
    };
    let mut bytes = Vec::new();
    let mut rest = inner.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let octal = behind
            .get(..3)
            .filter(|_| byte == b'\\')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        let (decoded, length) = match (byte, octal, behind.first()) {
            (b'\\', Some(code), _) => (code, 4),
            (b'\\', None, Some(b'n')) => (b'\n', 2),
            (b'\\', None, Some(b't')) => (b'\t', 2),
            (b'\\', None, Some(&letter)) => (letter, 2),
            _ => (byte, 1),
        };
        bytes.push(decoded);
        rest = &rest[length.min(rest.len())..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn git(args: &[&str]) -> anyhow::Result<String> {
    let mut out = Vec::new();
    let mut complaint = String::new();
    let ended = Process::new("git")
        .args(["-c", "core.quotePath=off"])
        .args(args)
        .time_limit(LIMIT)
        .run(&Interrupt::never(), |line| match line.stream {
            Stream::Stdout => {
                out.extend_from_slice(line.bytes);
                out.push(b'\n');
            }
            Stream::Stderr => {
                complaint.push_str(&String::from_utf8_lossy(line.bytes));
                complaint.push('\n');
            }
        })
        .context("git")?;
    anyhow::ensure!(ended.success(), "git {}: {}", args[0], complaint.trim_end());
    // A diff shows lines of files that are no UTF-8, too; what matters of it is ASCII.
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Lines, hunk, parse, unquoted};

    #[test]
    fn hunks_name_the_lines_of_the_new_side() {
        let lines = |line: &str| hunk(line).map(|hunk| hunk.lines);
        assert_eq!(lines("@@ -1,2 +3,4 @@ int f"), Some(3..=6));
        assert_eq!(lines("@@ -1 +7 @@"), Some(7..=7));
        assert_eq!(lines("@@ -5,3 +4,0 @@"), Some(4..=5));
        assert_eq!(lines("+++ b/x.c"), None);
    }

    #[test]
    fn files_are_the_new_sides() {
        let diff = "--- a/x.c\n+++ b/x.c\n@@ -1 +2 @@\n-a\n+b\n--- a/y.c\n+++ /dev/null\n";
        let files = parse(diff, std::path::Path::new(""));
        assert!(files.contains_key("x.c"));
    }

    #[test]
    fn a_changed_line_is_no_head() {
        let diff = "+++ b/x.c\n@@ -3 +3 @@\n--- b/y.c\n+++ b/z.c\n@@ -8,0 +9 @@\n+@@ -1 +1 @@\n";
        let files = parse(diff, std::path::Path::new(""));
        let Some(Lines::Some(ranges)) = files.get("x.c") else {
            panic!("x.c has changed lines");
        };
        assert_eq!(files.len(), 1);
        assert_eq!(*ranges, [3..=3, 9..=9]);
    }

    #[test]
    fn paths_are_read_as_git_quotes_them() {
        assert_eq!(unquoted("b/x.c"), "b/x.c");
        assert_eq!(unquoted("\"b/\\303\\244 \\\"x\\\\.c\""), "b/ä \"x\\.c");
        let diff = "+++ b/ä b.c\t\n@@ -1 +2 @@\n";
        assert!(parse(diff, std::path::Path::new("")).contains_key("ä b.c"));
    }
}
