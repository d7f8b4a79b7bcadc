//! `build-run`: the tag's own run of the build workflow made the release, and succeeded.

use super::{Applies, Check};
use crate::{contract::contract, evidence::Evidence, github::Run, outcome::Outcomes};

pub(super) const CHECK: Check = Check {
    name: "build-run",
    summary: "a run of the build workflow that the tag started succeeded for its commit",
    page: include_str!("../../../docs/release/build-run.md"),
    applies: Applies::Published,
    needs: &[],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let Some(published) = &evidence.release.published else {
        return;
    };
    if evidence.version.is_none() {
        outcomes.skip("", "the tag names no version, so nothing was fetched");
        return;
    }
    let tag = evidence.release.tag.as_str();
    let workflow = contract().workflow.as_str();
    outcomes.about(tag, |outcomes| {
        let Some(commit) = &published.commit else {
            outcomes.fail("expected a tag that leads to a commit, found none");
            return String::new();
        };
        let wanted = |run: &&Run| {
            run.event == "push"
                && run.head_branch.as_deref() == Some(tag)
                && run.head_sha == *commit
                && run.conclusion.as_deref() == Some("success")
        };
        if !published.runs.iter().any(|run| wanted(&run)) {
            let found: Vec<String> = published.runs.iter().take(5).map(told).collect();
            let found = if found.is_empty() { "none".to_owned() } else { found.join("; ") };
            outcomes.fail(format!(
                "expected a run of {workflow} by push of {tag} at {commit} with success, found {found}"
            ));
        }
        format!("{workflow} succeeded at {commit}")
    });
}

fn told(run: &Run) -> String {
    let Run {
        event,
        head_branch,
        head_sha,
        conclusion,
    } = run;
    let branch = head_branch.as_deref().unwrap_or("no branch");
    let conclusion = conclusion.as_deref().unwrap_or("no conclusion yet");
    format!("{event} of {branch} at {head_sha} with {conclusion}")
}
