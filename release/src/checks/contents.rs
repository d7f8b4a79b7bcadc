//! `contents`: everything that an archive has to have is in it, directly at its top.

use super::{Applies, Check};
use crate::{
    contract::{Pattern, contract},
    evidence::{Evidence, Needs},
    outcome::Outcomes,
    reading::Reading,
};

pub(super) const CHECK: Check = Check {
    name: "contents",
    summary: "every archive has the runtime, its modules, headers, types and docs at its top",
    page: include_str!("../../../docs/release/contents.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    evidence.each_archive(outcomes, |reading, outcomes| {
        let contents = &contract().contents;
        let files = [&reading.archive.program]
            .into_iter()
            .chain(&contents.files);
        for path in files {
            match reading.file(path) {
                None => outcomes.fail(format!("expected the file {path}, found none")),
                Some(file) if file.size == 0 => {
                    outcomes.fail(format!("expected bytes in {path}, found 0"));
                }
                Some(_) => {}
            }
        }
        for folder in &contents.folders {
            judge_folder(reading, folder, outcomes);
        }
        format!("all there, {} files", reading.files().count())
    });
}

fn judge_folder(reading: &Reading, folder: &Pattern, outcomes: &mut Outcomes) {
    if !reading
        .files()
        .any(|file| folder.matches(file.path.bytes()))
    {
        let Pattern { name, ending } = folder;
        outcomes.fail(format!("expected a file {name}…{ending}, found none"));
    }
}
