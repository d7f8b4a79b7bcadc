//! `assets`: the three archives and the checksums are there, and hold something.

use super::{Applies, Check};
use crate::{contract::contract, evidence::Evidence, outcome::Outcomes};

pub(super) const CHECK: Check = Check {
    name: "assets",
    summary: "the three archives and SHA256SUMS are there, none of them empty",
    page: include_str!("../../../docs/release/assets.md"),
    applies: Applies::Always,
    needs: &[],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    for name in contract().assets() {
        outcomes.about(name, |outcomes| judge_one(evidence, outcomes, name));
    }
}

fn judge_one(evidence: &Evidence<'_>, outcomes: &mut Outcomes, name: &str) -> String {
    let release = evidence.release;
    let others = release.assets.iter().map(|asset| asset.name.as_str());
    let misspelt: Vec<_> = others
        .filter(|other| *other != name && other.eq_ignore_ascii_case(name))
        .collect();
    for other in &misspelt {
        outcomes.fail(format!(
            "expected {name}, found {other}, which is spelt in another case"
        ));
    }
    match release.asset(name) {
        None if misspelt.is_empty() => outcomes.fail("expected this asset, found none"),
        Some(asset) if asset.size == 0 => {
            outcomes.fail("expected a file with bytes, found 0 bytes");
        }
        Some(asset) => return format!("there, {} bytes", asset.size),
        None => {}
    }
    String::new()
}
