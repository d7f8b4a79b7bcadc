//! `names`: only files and folders, with names that mean the same on every system.

use std::cmp::Ordering;

use super::{Applies, Check};
use crate::{
    archive::Kind,
    contract::contract,
    evidence::{Evidence, Needs},
    outcome::Outcomes,
    reading::Entry,
};

pub(super) const CHECK: Check = Check {
    name: "names",
    summary: "entries are files and folders whose names are safe on all three systems",
    page: include_str!("../../../docs/release/names.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

/// Bytes that Windows or a shell would read as something else.
const FORBIDDEN: &[u8] = b"\\:*?\"<>|";

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    evidence.each_archive(outcomes, |reading, outcomes| {
        for entry in &reading.entries {
            judge_kind(entry, outcomes);
            if let Some(why) = fault(entry) {
                outcomes.fail(format!("{}: {why}", shown(entry)));
            }
        }
        judge_together(&reading.entries, outcomes);
        format!("{} names are safe", reading.entries.len())
    });
}

fn shown(entry: &Entry) -> String {
    format!("\"{}\"", entry.path.shown())
}

fn judge_kind(entry: &Entry, outcomes: &mut Outcomes) {
    if let Kind::Other(what) = &entry.kind {
        outcomes.fail(format!(
            "{}: expected a file or a folder, found {what}",
            shown(entry)
        ));
    }
    if let Some(why) = entry.ambiguous {
        outcomes.fail(format!("{}: {why}", shown(entry)));
    }
}

/// What is wrong with one name. The root itself is a folder without a name.
fn fault(entry: &Entry) -> Option<String> {
    let name = entry.path.bytes();
    if name.is_empty() && entry.kind == Kind::Folder {
        return None;
    }
    let limit = contract().limits.name_bytes;
    if entry.path.length() > limit {
        return Some(format!(
            "expected at most {limit} bytes, found {}",
            entry.path.length()
        ));
    }
    if let Some(byte) = name.iter().find(|byte| !(b' '..=b'~').contains(*byte)) {
        return Some(format!(
            "expected printable ASCII, found the byte {byte:#04x}"
        ));
    }
    if let Some(byte) = name.iter().find(|byte| FORBIDDEN.contains(byte)) {
        return Some(format!(
            "expected none of \\ : * ? \" < > |, found {:?}",
            char::from(*byte)
        ));
    }
    name.split(|byte| *byte == b'/').find_map(part_fault)
}

fn part_fault(part: &[u8]) -> Option<String> {
    let why = match part {
        b"" => "a part of it is empty",
        b"." | b".." => "a part of it is a dot or two",
        _ if part.ends_with(b".") || part.ends_with(b" ") => {
            "a part of it ends in a dot or a blank"
        }
        _ if is_device(part) => "a part of it is the name of a device on Windows",
        _ => return None,
    };
    Some(why.to_owned())
}

/// Whether Windows takes a name for a device, whatever stands behind its first dot:
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>.
fn is_device(part: &[u8]) -> bool {
    let stem = part.split(|byte| *byte == b'.').next().unwrap_or(part);
    let stem = stem.trim_ascii_end().to_ascii_uppercase();
    match &stem[..] {
        b"CON" | b"PRN" | b"AUX" | b"NUL" => true,
        [b'C', b'O', b'M', digit] | [b'L', b'P', b'T', digit] => (b'1'..=b'9').contains(digit),
        _ => false,
    }
}

/// Names that collide with one another on some system.
///
/// Sorted by parts without regard to case, whatever shares a folder stands together: a collision is
/// seen between neighbours, and no folder has to be remembered.
fn judge_together(entries: &[Entry], outcomes: &mut Outcomes) {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|one, other| order(one.path.bytes(), other.path.bytes()));
    for pair in sorted.windows(2) {
        let [one, other] = pair else { continue };
        if let Some(why) = collision(one, other) {
            outcomes.fail(format!("{} and {}: {why}", shown(one), shown(other)));
        }
    }
}

fn parts(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty())
}

fn order(one: &[u8], other: &[u8]) -> Ordering {
    let lower = |name| parts(name).map(|part: &[u8]| part.iter().map(u8::to_ascii_lowercase));
    let (mut ones, mut others) = (lower(one), lower(other));
    loop {
        let order = match (ones.next(), others.next()) {
            (Some(one), Some(other)) => one.cmp(other),
            (None, None) => return one.cmp(other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn collision(one: &Entry, other: &Entry) -> Option<&'static str> {
    if one.path == other.path {
        return Some("the same name twice");
    }
    let (mut ones, mut others) = (parts(one.path.bytes()), parts(other.path.bytes()));
    loop {
        match (ones.next(), others.next()) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) if one.eq_ignore_ascii_case(other) => {
                return Some("names that are equal but for case");
            }
            (None, Some(_)) if one.kind != Kind::Folder => {
                return Some("a file that is also a folder");
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{archive::RawPath, checksum::Sha256Sum};

    fn entry(name: &str, kind: Kind) -> Entry {
        Entry {
            path: RawPath::new(name.as_bytes(), &kind),
            kind,
            mode: None,
            size: 0,
            sum: Sha256Sum::default(),
            ambiguous: None,
        }
    }

    #[test]
    fn single_names_are_judged_by_their_parts() {
        let fault = |name: &str| fault(&entry(name, Kind::File));
        let long = "a/".repeat(99) + "ab";
        for name in [
            "a",
            "./a",
            "a/b.c",
            ".hidden/..x",
            "a b",
            "console",
            "com10",
            "com0.txt",
            "nul-1",
            "xcon",
            "a~b!#$%&'()+,-;=@[]^_`{}",
            &long,
        ] {
            assert_eq!(fault(name), None, "{name}");
        }
        let longer = long.clone() + "c";
        for name in [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/../b",
            "a/./b",
            "././a",
            ".",
            "..",
            "a.",
            "a /b",
            "a\\b",
            "C:/a",
            "a*",
            "a\tb",
            "\u{e9}",
            "CON",
            "nul.txt",
            "a/Aux.tar.gz",
            "com1",
            "LPT9.x/a",
            "con .txt",
            "\0",
            &longer,
        ] {
            assert!(fault(name).is_some(), "{name:?}");
        }
        assert_eq!(super::fault(&entry("./", Kind::Folder)), None);
        assert_eq!(super::fault(&entry("a/b/", Kind::Folder)), None);
        assert!(super::fault(&entry("a//", Kind::Folder)).is_some());
    }

    #[test]
    fn names_are_judged_together() {
        let collisions = |names: &[&str]| {
            let kind = |name: &str| {
                if name.ends_with('/') {
                    Kind::Folder
                } else {
                    Kind::File
                }
            };
            let entries: Vec<Entry> = names.iter().map(|name| entry(name, kind(name))).collect();
            let mut outcomes = Outcomes::new("names");
            outcomes.about("x", |outcomes| {
                judge_together(&entries, outcomes);
                ""
            });
            let outcomes = outcomes.into_vec();
            outcomes
                .iter()
                .filter(|outcome| outcome.status == crate::outcome::Status::Fail)
                .count()
        };
        assert_eq!(
            collisions(&["a", "b", "a-b", "ab", "a.b/c", "./", "d/", "d/e", "d/f"]),
            0
        );
        assert_eq!(
            collisions(&["lunet-run", "lunet/", "lunet/x.lua", "lunet.txt"]),
            0
        );
        assert_eq!(collisions(&["a", "a"]), 1);
        assert_eq!(collisions(&["d/", "x", "d/"]), 1);
        assert_eq!(collisions(&["./a", "a"]), 1);
        assert_eq!(collisions(&["a/B", "x", "a/b"]), 1);
        assert_eq!(collisions(&["docs/x", "Docs/y"]), 1);
        assert_eq!(collisions(&["a", "a-b", "a/b"]), 1);
        assert_eq!(collisions(&["A", "a/b"]), 1);
        assert_eq!(collisions(&["./", "./"]), 1);
    }
}
