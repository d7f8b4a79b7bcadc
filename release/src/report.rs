//! The verdict on a release with everything it rests on, in the shape that machines read.

use serde::Serialize;

use crate::{
    against::Comparison,
    outcome::{Outcome, Status},
};

/// Whether a release may be announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Sound,
    Unsound,
}

/// What was judged, and how.
#[derive(Debug, Serialize)]
pub struct Report {
    pub tag: String,
    pub source: String,
    pub verdict: Verdict,
    /// By check, in the order of their names.
    pub checks: Vec<Outcome>,
    /// What changed since another release, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Comparison>,
}

impl Report {
    /// Rewrites every text that may hold what a stranger wrote.
    pub fn map_texts(&mut self, rewrite: impl Fn(&str) -> String) {
        let outcomes = self.checks.iter_mut();
        let texts = outcomes.flat_map(|outcome| [&mut outcome.subject, &mut outcome.message]);
        let against = self.against.iter_mut();
        let changes = against.flat_map(|against| &mut against.changes);
        let changes = changes.flat_map(|change| [&mut change.subject, &mut change.message]);
        for text in texts
            .chain(changes)
            .chain([&mut self.tag, &mut self.source])
        {
            *text = rewrite(text);
        }
    }

    /// The checks that have an outcome of a status, each once, in order.
    pub fn checks_with(&self, status: Status) -> Vec<&'static str> {
        let mut names: Vec<_> = self
            .checks
            .iter()
            .filter(|outcome| outcome.status == status)
            .map(|outcome| outcome.check)
            .collect();
        names.dedup();
        names
    }
}
