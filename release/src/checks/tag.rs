//! `tag`: the tag is `v` and a version.

use super::{Applies, Check};
use crate::{evidence::Evidence, outcome::Outcomes, tag};

pub(super) const CHECK: Check = Check {
    name: "tag",
    summary: "the tag is `v` and a version by Semantic Versioning",
    page: include_str!("../../../docs/release/tag.md"),
    applies: Applies::Always,
    needs: &[],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let tag = evidence.release.tag.as_str();
    outcomes.about(tag, |outcomes| match tag::version(tag) {
        Ok(version) => format!("names version {version}"),
        Err(why) => {
            outcomes.fail(format!(
                "expected vMAJOR.MINOR.PATCH or vMAJOR.MINOR.PATCH-PRE, found {tag:?}: {why}"
            ));
            String::new()
        }
    });
}
