//! What changed between two releases that a user of them would notice. A remark, never a finding.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{evidence::Evidence, reading::Reading};

/// What changed since another release.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// Where the other release was read.
    pub source: String,
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The asset, or a file in it.
    pub subject: String,
    pub what: What,
    pub message: String,
}

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Size,
    File,
    /// A symbol that programs and plugins can link to.
    Export,
    /// A library that a program needs.
    Need,
    /// A function that `types/` declares.
    LuaApi,
}

/// Compares a release with one before it. Archives that can't be read are left out.
pub fn compare(before: &Evidence<'_>, now: &Evidence<'_>) -> Comparison {
    let mut changes = Vec::new();
    for reading in now
        .readings
        .iter()
        .filter(|reading| reading.unread().is_none())
    {
        let asset = reading.archive.asset.as_str();
        let mut others = before.readings.iter();
        let Some(other) =
            others.find(|other| other.archive.asset == asset && other.unread().is_none())
        else {
            continue;
        };
        let size =
            |evidence: &Evidence<'_>| evidence.release.asset(asset).map_or(0, |asset| asset.size);
        changes.extend(grown(asset, size(before), size(now)));
        compare_files(other, reading, &mut changes);
        compare_programs(other, reading, &mut changes);
        let api = differing(asset, What::LuaApi, &other.signatures, &reading.signatures);
        changes.extend(api);
    }
    Comparison {
        source: before.release.source.clone(),
        changes,
    }
}

fn compare_files(before: &Reading, now: &Reading, changes: &mut Vec<Change>) {
    let asset = now.archive.asset.as_str();
    let sizes = |reading: &Reading| -> BTreeMap<String, u64> {
        reading
            .files()
            .map(|file| (file.path.shown(), file.size))
            .collect()
    };
    let (before, now) = (sizes(before), sizes(now));
    let names = |sizes: &BTreeMap<String, u64>| sizes.keys().cloned().collect();
    changes.extend(differing(asset, What::File, &names(&before), &names(&now)));
    for (path, size) in &now {
        if let Some(before) = before.get(path) {
            changes.extend(grown(&format!("{asset}: {path}"), *before, *size));
        }
    }
}

fn compare_programs(before: &Reading, now: &Reading, changes: &mut Vec<Change>) {
    for program in &now.programs {
        let mut others = before.programs.iter();
        let other = others.find(|other| other.path == program.path);
        if let (Some(Ok(before)), Ok(now_facts)) = (other.map(|other| &other.facts), &program.facts)
        {
            let subject = format!("{}: {}", now.archive.asset, program.path);
            changes.extend(differing(
                &subject,
                What::Export,
                &before.exports,
                &now_facts.exports,
            ));
            changes.extend(differing(
                &subject,
                What::Need,
                &before.needs,
                &now_facts.needs,
            ));
        }
    }
}

fn grown(subject: &str, before: u64, now: u64) -> Option<Change> {
    (before != now).then(|| Change {
        subject: subject.to_owned(),
        what: What::Size,
        message: format!("{before} -> {now} bytes"),
    })
}

/// What one set has and the other lacks.
fn differing(
    subject: &str,
    what: What,
    before: &BTreeSet<String>,
    now: &BTreeSet<String>,
) -> Vec<Change> {
    let gone = before.difference(now).map(|name| format!("gone: {name}"));
    let new = now.difference(before).map(|name| format!("new: {name}"));
    let change = |message| Change {
        subject: subject.to_owned(),
        what,
        message,
    };
    gone.chain(new).map(change).collect()
}
