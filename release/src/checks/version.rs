//! `version`: the file VERSION is the version of the tag.

use super::{Applies, Check};
use crate::{
    contract::contract,
    evidence::{Evidence, Needs},
    outcome::Outcomes,
};

pub(super) const CHECK: Check = Check {
    name: "version",
    summary: "VERSION is the version of the tag and nothing else",
    page: include_str!("../../../docs/release/version.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let file = contract().contents.version_file.as_str();
    for reading in &evidence.readings {
        let asset = reading.archive.asset.as_str();
        let subject = format!("{asset}: {file}");
        if let Some(why) = reading.unread() {
            outcomes.skip(&subject, why);
            continue;
        }
        let (Some(text), Some(version)) = (&reading.version, evidence.version) else {
            let why = if evidence.version.is_some() {
                "the file is missing"
            } else {
                "the tag names no version"
            };
            outcomes.skip(&subject, why);
            continue;
        };
        outcomes.about(&subject, |outcomes| {
            let line = text.strip_suffix(b"\n").unwrap_or(text);
            let line = if line.len() < text.len() {
                line.strip_suffix(b"\r").unwrap_or(line)
            } else {
                line
            };
            if line != version.as_bytes() {
                outcomes.fail(format!(
                    "expected {version}, found \"{}\"",
                    text.escape_ascii()
                ));
            }
            version.to_owned()
        });
    }
}
