//! A sound release, and releases with one planted defect each: the checks have to tell them apart.
//!
//! The sound one is written by the packager, three times over with stand-in programs. A defect is data:
//! what is planted, and exactly which checks fail by it. `unusual` holds releases that look odd and pass.

#![cfg(test)]

#[path = "kit/containers.rs"]
mod containers;
#[path = "kit/defects.rs"]
mod defects;
#[path = "kit/pack.rs"]
mod pack;
#[path = "kit/programs.rs"]
mod programs;
#[path = "kit/unusual.rs"]
mod unusual;

use std::time::Duration;

use lunet_release::{
    Deadline, Detail, Evidence, Release, Selection, checks, outcome::Status, report::Verdict,
};
use pack::Kit;

/// A release with something planted in it, and which checks fail by that.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) plant: fn(&mut Kit),
    /// Sorted; empty for a sound release.
    pub(crate) fails: &'static [&'static str],
}

/// Checks each case and tells all that went wrong at once.
fn check(cases: &[Case]) {
    let wrong: Vec<String> = cases.iter().filter_map(|case| judge(case).err()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

fn judge(case: &Case) -> Result<(), String> {
    let mut kit = Kit::sound();
    (case.plant)(&mut kit);
    let folder = tempfile::tempdir().unwrap();
    kit.write(folder.path());
    let release = Release::in_folder(&kit.tag, folder.path()).unwrap();
    let selection = Selection::default();
    let deadline = Deadline::after(Duration::from_mins(2));
    let evidence = Evidence::read(&release, &selection, Detail::Judge, &deadline).unwrap();
    let report = checks::judge(&evidence, &selection);
    let fails = report.checks_with(Status::Fail);
    let sound = report.verdict == Verdict::Sound;
    if fails == case.fails && sound == case.fails.is_empty() {
        return Ok(());
    }
    let told = report
        .checks
        .iter()
        .filter(|outcome| outcome.status != Status::Pass);
    let told: Vec<String> = told.map(|outcome| format!("    {outcome:?}")).collect();
    Err(format!(
        "{}: expected {:?}, found {fails:?}\n{}",
        case.name,
        case.fails,
        told.join("\n")
    ))
}

#[test]
fn what_the_packager_writes_is_sound() {
    check(&[Case {
        name: "sound",
        plant: |_| {},
        fails: &[],
    }]);
}

#[test]
fn every_planted_defect_is_found_by_its_check() {
    assert!(defects::ALL.iter().map(|cases| cases.len()).sum::<usize>() >= 40);
    for cases in defects::ALL {
        check(cases);
    }
}

#[test]
fn unusual_releases_are_sound() {
    for cases in unusual::ALL {
        check(cases);
    }
}
