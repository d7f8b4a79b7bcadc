//! Judges an archive that was just packaged, before anybody sees it.

use std::path::Path;

use crate::{
    Asset, Deadline, Error, Evidence, Notes, Release, Selection, checks,
    contract::{Archive, contract},
    outcome::{Outcome, Outcomes, Status},
};

/// The checks that need one archive and nothing else.
const CHECKS: &[&str] = &[
    "archive", "binary", "contents", "hygiene", "manifest", "modes", "names", "tag", "version",
];

/// What is wrong with an archive of a version, besides what only a whole release can have wrong.
///
/// A sanitizer's mark is refused here only: it is no matter of a published release.
pub fn verify(
    archive: &'static Archive,
    path: &Path,
    version: &str,
    deadline: &Deadline,
) -> Result<Vec<Outcome>, Error> {
    let size = std::fs::metadata(path)
        .map_err(Error::file("read", path))?
        .len();
    let release = Release {
        tag: format!("v{version}"),
        source: path.display().to_string(),
        assets: vec![Asset {
            name: archive.asset.clone(),
            path: path.to_owned(),
            size,
            incomplete: None,
        }],
        notes: Notes::Missing,
        published: None,
        downloads: None,
    };
    let only = CHECKS.iter().map(|name| (*name).to_owned()).collect();
    let selection = Selection::new(only, Vec::new(), Vec::new())?;
    let evidence = Evidence::of_one(&release, archive, deadline)?;
    let mut outcomes = checks::judge(&evidence, &selection).checks;
    outcomes.extend(instrumented(&evidence));
    outcomes.retain(|outcome| outcome.status != Status::Pass);
    Ok(outcomes)
}

/// Findings about builds with a sanitizer in them.
fn instrumented(evidence: &Evidence<'_>) -> Vec<Outcome> {
    let marks = &contract().hygiene.sanitizer_marks;
    let mut outcomes = Outcomes::new("hygiene");
    evidence.each_archive(&mut outcomes, |reading, outcomes| {
        for program in &reading.programs {
            for mark in program
                .marks
                .iter()
                .filter(|mark| marks.iter().any(|known| known == *mark))
            {
                outcomes.fail(format!(
                    "{} holds {mark}, the mark of a build with a sanitizer",
                    program.path
                ));
            }
        }
        String::new()
    });
    outcomes.into_vec()
}
