//! `manifest`: manifest.json tells the truth about the archive it lies in.

use std::collections::BTreeMap;

use super::{Applies, Check};
use crate::{
    checksum,
    contract::contract,
    evidence::{Evidence, Needs},
    manifest::{File, Manifest},
    outcome::Outcomes,
    reading::{Reading, Text},
};

pub(super) const CHECK: Check = Check {
    name: "manifest",
    summary: "manifest.json lists every file of its archive with its size and digest",
    page: include_str!("../../../docs/release/manifest.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let file = contract().contents.manifest_file.as_str();
    for reading in &evidence.readings {
        let subject = format!("{}: {file}", reading.archive.asset);
        if let Some(why) = reading.unread() {
            outcomes.skip(&subject, why);
            continue;
        }
        let text = match &reading.manifest {
            Text::Missing => {
                outcomes.skip(&subject, "the file is missing");
                continue;
            }
            Text::TooLong => Err("it is too long to be read".to_owned()),
            Text::Bytes(text) => Manifest::parse(text),
        };
        if evidence.version.is_none() {
            outcomes.skip(
                &subject,
                "its version can't be compared: the tag names no version",
            );
        }
        outcomes.about(&subject, |outcomes| match text {
            Err(why) => {
                outcomes.fail(format!("expected a manifest in JSON, found none: {why}"));
                String::new()
            }
            Ok(manifest) => judge_one(evidence, reading, &manifest, outcomes),
        });
    }
}

fn judge_one(
    evidence: &Evidence<'_>,
    reading: &Reading,
    manifest: &Manifest,
    outcomes: &mut Outcomes,
) -> String {
    let target = &reading.archive.target;
    if let Some(version) = evidence
        .version
        .filter(|version| *version != manifest.version)
    {
        outcomes.fail(format!(
            "expected version {version}, found {:?}",
            manifest.version
        ));
    }
    if manifest.target != *target {
        outcomes.fail(format!(
            "expected target {target}, found {:?}",
            manifest.target
        ));
    }
    let mut listed = BTreeMap::new();
    for file in &manifest.files {
        if listed.insert(file.path.as_bytes(), file).is_some() {
            outcomes.fail(format!("{:?} is listed twice", file.path));
        }
    }
    let itself = contract().contents.manifest_file.as_str();
    if listed.remove(itself.as_bytes()).is_some() {
        outcomes.fail("it lists itself");
    }
    for entry in reading.files().filter(|entry| !entry.is_file_at(itself)) {
        let path = entry.path.shown();
        match listed.get(entry.path.bytes()) {
            None => outcomes.fail(format!("{path} is in the archive, but not listed")),
            Some(file) => judge_file(file, entry.size, &entry.sum, outcomes),
        }
    }
    for entry in reading.files() {
        listed.remove(entry.path.bytes());
    }
    for file in listed.values() {
        outcomes.fail(format!("{:?} is listed, but not in the archive", file.path));
    }
    format!(
        "{} files listed, every size and digest agrees",
        manifest.files.len()
    )
}

fn judge_file(file: &File, size: u64, sum: &checksum::Sha256Sum, outcomes: &mut Outcomes) {
    let File { path, .. } = file;
    if file.size != size {
        outcomes.fail(format!(
            "{path}: expected {} bytes, found {size}",
            file.size
        ));
    } else if checksum::from_hex(&file.sha256).as_ref() != Some(sum) {
        let found = checksum::hex(sum);
        outcomes.fail(format!(
            "{path}: expected sha256 {:?}, found {found}",
            file.sha256
        ));
    }
}
