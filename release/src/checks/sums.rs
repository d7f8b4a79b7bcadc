//! `sums`: SHA256SUMS lists the archives, and every line agrees with its asset.

use std::collections::BTreeSet;

use super::{Applies, Check};
use crate::{
    checksum::{self, Line},
    contract::contract,
    evidence::{Evidence, Needs},
    outcome::Outcomes,
    release::read_bounded,
};

pub(super) const CHECK: Check = Check {
    name: "sums",
    summary: "SHA256SUMS lists every archive, and its digests agree with the assets",
    page: include_str!("../../../docs/release/sums.md"),
    applies: Applies::Always,
    needs: &[Needs::Digests],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let contract = contract();
    let name = contract.sums_file.as_str();
    let Some(asset) = evidence.release.asset(name) else {
        outcomes.skip(name, "the asset is missing");
        return;
    };
    if let Some(why) = &asset.incomplete {
        outcomes.skip(name, why);
        return;
    }
    let bytes = match read_bounded(&asset.path, contract.limits.text_bytes) {
        Ok(bytes) => bytes,
        Err(error) => {
            outcomes.skip(name, error.to_string());
            return;
        }
    };
    outcomes.about(name, |outcomes| {
        let Some(bytes) = bytes else {
            outcomes.fail("expected a list of checksums, found a file too long to be one");
            return String::new();
        };
        let lines = checksum::lines(&bytes);
        let listed = judge_lines(evidence, outcomes, &lines);
        for archive in &contract.archives {
            if !listed.contains(archive.asset.as_str()) {
                outcomes.fail(format!("expected a line for {}, found none", archive.asset));
            }
        }
        format!("{} assets listed, every digest agrees", listed.len())
    });
}

/// Judges each line, and gives the names listed.
fn judge_lines<'a>(
    evidence: &Evidence<'_>,
    outcomes: &mut Outcomes,
    lines: &[Result<Line<'a>, usize>],
) -> BTreeSet<&'a str> {
    let mut listed = BTreeSet::new();
    for line in lines {
        let Line { sum, name } = match line {
            Ok(line) => line,
            Err(number) => {
                outcomes.fail(format!(
                    "line {number}: expected 64 lower-case hex digits, two blanks, a bare name and a line feed"
                ));
                continue;
            }
        };
        if !listed.insert(*name) {
            outcomes.fail(format!("{name:?} is listed twice"));
        }
        let asset = evidence.release.asset(name);
        match (asset, evidence.digests.get(*name)) {
            (None, _) => outcomes.fail(format!("{name:?} is listed, but there is no such asset")),
            (Some(_), None) => {
                outcomes.fail(format!("{name}: its bytes are not all there to compare"));
            }
            (_, Some(found)) if found != sum => outcomes.fail(format!(
                "{name}: expected sha256 {}, found {}",
                checksum::hex(sum),
                checksum::hex(found)
            )),
            (_, Some(_)) => {}
        }
    }
    listed
}
