//! `runs`: this host's archive can be unpacked and started.

use super::{Applies, Check};
use crate::{
    evidence::{Evidence, Needs},
    host::Started,
    outcome::{Outcome, Outcomes, Status},
    target,
};

pub(super) const CHECK: Check = Check {
    name: "runs",
    summary: "this host's archive, unpacked and started, loads every module and serves a request",
    page: include_str!("../../../docs/release/runs.md"),
    applies: Applies::Started,
    needs: &[Needs::Archives, Needs::Digests],
    judge,
};

/// What has to hold for an archive before anything of it is started.
const BEFORE: &[&Check] = &[
    &super::archive::CHECK,
    &super::binary::CHECK,
    &super::contents::CHECK,
    &super::hygiene::CHECK,
    &super::manifest::CHECK,
    &super::modes::CHECK,
    &super::names::CHECK,
    &super::page::CHECK,
    &super::sameness::CHECK,
    &super::sums::CHECK,
    &super::tag::CHECK,
    &super::version::CHECK,
];

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let Some(archive) = target::host() else {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        outcomes.skip(
            "",
            format!("there is no archive for this host ({os} on {arch})"),
        );
        return;
    };
    let asset = archive.asset.as_str();
    let readings = evidence.readings.iter();
    let reading = readings
        .into_iter()
        .find(|reading| reading.archive.asset == asset);
    let parts = (
        reading,
        evidence.release.asset(asset),
        evidence.version,
        &evidence.start,
    );
    let (Some(reading), Some(file), Some(version), Some((launcher, deadline))) = parts else {
        outcomes.skip(asset, "not started: there is nothing to start");
        return;
    };
    if let Some(before) = obstacle(evidence, asset) {
        let Outcome { check, message, .. } = before;
        outcomes.skip(
            asset,
            format!("not started because of `{check}`: {message}"),
        );
        return;
    }
    outcomes.about(asset, |outcomes| {
        let started = Started {
            reading,
            path: &file.path,
            version,
            launcher: *launcher,
            deadline,
        };
        match started.try_out() {
            Ok(told) => told,
            Err(why) => {
                outcomes.fail(why);
                String::new()
            }
        }
    });
}

/// The first thing that speaks against starting an archive, whatever checks were asked for.
fn obstacle(evidence: &Evidence<'_>, asset: &str) -> Option<Outcome> {
    let about = |outcome: &Outcome| {
        let named = outcome.subject.contains(asset) || outcome.message.contains(asset);
        let whole =
            outcome.check == "tag" || outcome.status == Status::Skip && outcome.check == "sums";
        outcome.status != Status::Pass && (named || whole)
    };
    BEFORE.iter().find_map(|check| {
        let mut outcomes = Outcomes::new(check.name);
        if check.applies.to(evidence) {
            (check.judge)(evidence, &mut outcomes);
        }
        outcomes.into_vec().into_iter().find(about)
    })
}
