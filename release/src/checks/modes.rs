//! `modes`: what a tar lets whom do with an entry.

use super::{Applies, Check};
use crate::{
    contract::Container,
    evidence::{Evidence, Needs},
    outcome::Outcomes,
};

pub(super) const CHECK: Check = Check {
    name: "modes",
    summary: "in a tar, lunet-run can be started, and nothing is setuid or writable for others",
    page: include_str!("../../../docs/release/modes.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

/// Setuid, setgid, sticky.
const SPECIAL: u32 = 0o7000;
const OTHERS_WRITE: u32 = 0o002;
const ALL_START: u32 = 0o111;

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    evidence.each_archive_of(Some(Container::TarGzip), outcomes, |reading, outcomes| {
        let program = reading.archive.program.as_str();
        for entry in &reading.entries {
            let mode = entry.mode.unwrap_or_default();
            let mut fail = |why: &str| {
                outcomes.fail(format!(
                    "\"{}\": {why}, found {mode:04o}",
                    entry.path.shown()
                ));
            };
            if mode & SPECIAL != 0 {
                fail("expected no setuid, setgid or sticky bit");
            }
            if mode & OTHERS_WRITE != 0 {
                fail("expected no write for others");
            }
            if entry.is_file_at(program) && mode & ALL_START != ALL_START {
                fail("expected all three x bits");
            }
        }
        format!("{} modes are safe", reading.entries.len())
    });
}
