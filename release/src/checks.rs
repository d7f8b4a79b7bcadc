//! The checks of a release, one file each, and how they become a verdict.
//!
//! A [`Check`] is data and a function over [`Evidence`]: what was read of the release, whole and
//! without judgement. To add one: a file, two lines here, a page in `docs/release/`.

mod archive;
mod assets;
mod binary;
mod build_run;
mod contents;
mod hygiene;
mod manifest;
mod modes;
mod names;
mod notes;
mod page;
mod runs;
mod sameness;
mod sums;
mod tag;
mod version;

use crate::{
    Error,
    evidence::{Evidence, Needs},
    outcome::{Outcome, Outcomes, Status},
    report::{Report, Verdict},
    selection::Selection,
};

/// One check.
pub struct Check {
    /// Its name, as `--only` takes it and a report prints it.
    pub name: &'static str,
    /// What holds where it passes, in one line.
    pub summary: &'static str,
    /// Its page.
    pub page: &'static str,
    pub(crate) applies: Applies,
    pub(crate) needs: &'static [Needs],
    pub(crate) judge: fn(&Evidence<'_>, &mut Outcomes),
}

/// To which releases a check applies; others have no line about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applies {
    Always,
    /// To one that the API told of.
    Published,
    /// Where this host's archive may be started.
    Started,
}

impl Applies {
    fn to(self, evidence: &Evidence<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::Published => evidence.release.published.is_some(),
            Self::Started => evidence.start.is_some(),
        }
    }
}

/// Every check, sorted by name.
pub const ALL: &[&Check] = &[
    &archive::CHECK,
    &assets::CHECK,
    &binary::CHECK,
    &build_run::CHECK,
    &contents::CHECK,
    &hygiene::CHECK,
    &manifest::CHECK,
    &modes::CHECK,
    &names::CHECK,
    &notes::CHECK,
    &page::CHECK,
    &runs::CHECK,
    &sameness::CHECK,
    &sums::CHECK,
    &tag::CHECK,
    &version::CHECK,
];

/// The check of a name.
pub fn find(name: &str) -> Result<&'static Check, Error> {
    let found = ALL.iter().copied().find(|check| check.name == name);
    found.ok_or_else(|| Error::UnknownCheck(name.to_owned()))
}

/// Judges a release by the selected checks.
pub fn judge(evidence: &Evidence<'_>, selection: &Selection) -> Report {
    let mut checks = Vec::new();
    for check in ALL {
        if !selection.reports(check) || !check.applies.to(evidence) {
            continue;
        }
        let mut outcomes = Outcomes::new(check.name);
        if selection.skips(check) {
            outcomes.skip("", "skipped as asked (--skip)");
        } else if let Some(why) = evidence.nothing_for(check) {
            outcomes.skip("", why);
        } else {
            (check.judge)(evidence, &mut outcomes);
        }
        checks.extend(outcomes.into_vec());
    }
    let release = evidence.release;
    Report {
        tag: release.tag.clone(),
        source: release.source.clone(),
        verdict: verdict(&checks, selection),
        checks,
        against: None,
    }
}

/// Sound is what has no finding, and nothing left open that was not left open on purpose.
fn verdict(outcomes: &[Outcome], selection: &Selection) -> Verdict {
    let sound = |outcome: &Outcome| match outcome.status {
        Status::Pass => true,
        Status::Fail => false,
        Status::Skip => selection.allows_skip(outcome.check),
    };
    if outcomes.iter().all(sound) {
        Verdict::Sound
    } else {
        Verdict::Unsound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_found_by_its_name_and_has_a_page() {
        for check in ALL {
            assert_eq!(find(check.name).unwrap().name, check.name);
            assert!(
                check.page.starts_with(&format!("# `{}`", check.name)),
                "{}",
                check.name
            );
        }
        assert!(find("nonsense").is_err());
    }
}
