//! `archive`: every byte of every archive is read, and its container is sound to the last.

use super::{Applies, Check};
use crate::{
    evidence::{Evidence, Needs},
    outcome::Outcomes,
    reading::State,
};

pub(super) const CHECK: Check = Check {
    name: "archive",
    summary: "every byte of every archive can be read, and nothing stands between or behind",
    page: include_str!("../../../docs/release/archive.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    for reading in &evidence.readings {
        let asset = reading.archive.asset.as_str();
        if let State::Absent(why) = &reading.state {
            outcomes.skip(asset, why);
            continue;
        }
        outcomes.about(asset, |outcomes| {
            if let State::Refused(why) = &reading.state {
                outcomes.fail(why);
            }
            let bytes: u64 = reading.files().map(|file| file.size).sum();
            format!("{} entries, {bytes} bytes in files", reading.entries.len())
        });
    }
}
