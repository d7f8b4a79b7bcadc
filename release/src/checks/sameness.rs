//! `sameness`: what does not depend on the system is the same in all archives.

use std::collections::{BTreeMap, BTreeSet};

use super::{Applies, Check};
use crate::{
    checksum::Sha256Sum,
    contract::contract,
    evidence::{Evidence, Needs},
    outcome::Outcomes,
    reading::Reading,
};

pub(super) const CHECK: Check = Check {
    name: "sameness",
    summary: "Lua files, headers, types, docs and texts are the same in all archives",
    page: include_str!("../../../docs/release/sameness.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let mut whole: Vec<&Reading> = Vec::new();
    for reading in &evidence.readings {
        match reading.unread() {
            Some(why) => outcomes.skip(
                &reading.archive.asset,
                format!("it can't be compared: {why}"),
            ),
            None => whole.push(reading),
        }
    }
    if whole.len() < 2 {
        return;
    }
    let subject: Vec<&str> = whole
        .iter()
        .map(|reading| reading.archive.asset.as_str())
        .collect();
    outcomes.about(&subject.join(", "), |outcomes| {
        let shared: Vec<_> = whole.iter().map(|reading| shared(reading)).collect();
        let paths: BTreeSet<&[u8]> = shared
            .iter()
            .flat_map(|files| files.keys().copied())
            .collect();
        for path in &paths {
            judge_path(path, &whole, &shared, outcomes);
        }
        format!("{} files are the same", paths.len())
    });
}

/// The files of an archive that have to be the same everywhere.
fn shared(reading: &Reading) -> BTreeMap<&[u8], &Sha256Sum> {
    let same = &contract().contents.same;
    let files = reading.files().map(|file| (file.path.bytes(), &file.sum));
    files
        .filter(|(path, _)| same.iter().any(|pattern| pattern.matches(path)))
        .collect()
}

fn judge_path(
    path: &[u8],
    readings: &[&Reading],
    shared: &[BTreeMap<&[u8], &Sha256Sum>],
    outcomes: &mut Outcomes,
) {
    let having = |has: bool| -> Vec<&str> {
        let pairs = readings.iter().zip(shared);
        pairs
            .filter(|(_, files)| files.contains_key(path) == has)
            .map(|(reading, _)| reading.archive.asset.as_str())
            .collect()
    };
    let sums: BTreeSet<_> = shared.iter().filter_map(|files| files.get(path)).collect();
    let path = path.escape_ascii();
    let missing = having(false);
    if !missing.is_empty() {
        outcomes.fail(format!(
            "{path} is in {}, but not in {}",
            having(true).join(", "),
            missing.join(", ")
        ));
    }
    if sums.len() > 1 {
        outcomes.fail(format!(
            "{path} has other bytes in one archive than in another"
        ));
    }
}
