//! What a check found: one outcome per thing it looked at.

use serde::Serialize;

/// How one thing fared in one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pass,
    Fail,
    /// It could not be looked at; the message says why.
    Skip,
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    pub check: &'static str,
    pub status: Status,
    /// The asset, or file in an asset, that was looked at; empty for the whole release.
    pub subject: String,
    /// What was expected and what was found.
    pub message: String,
}

/// Findings of one check on one subject that are told; the rest is counted.
const TOLD: usize = 20;

/// The outcomes of one check, as it makes them.
#[derive(Debug)]
pub(crate) struct Outcomes {
    check: &'static str,
    made: Vec<Outcome>,
    /// Findings on the subject at hand, told or not.
    findings: usize,
    subject: String,
}

impl Outcomes {
    pub(crate) fn new(check: &'static str) -> Self {
        Self {
            check,
            made: Vec::new(),
            findings: 0,
            subject: String::new(),
        }
    }

    /// Judges one subject: what the closure finds, or a pass with that message.
    pub(crate) fn about<M: Into<String>>(
        &mut self,
        subject: &str,
        judge: impl FnOnce(&mut Self) -> M,
    ) {
        subject.clone_into(&mut self.subject);
        self.findings = 0;
        let message = judge(self).into();
        match self.findings {
            0 => self.push(Status::Pass, message),
            found if found > TOLD => {
                let rest = format!("and {} more findings of this kind", found - TOLD);
                self.push(Status::Fail, rest);
            }
            _ => {}
        }
    }

    /// A finding on the subject at hand.
    pub(crate) fn fail(&mut self, message: impl Into<String>) {
        self.findings += 1;
        if self.findings <= TOLD {
            self.push(Status::Fail, message.into());
        }
    }

    /// The subject could not be looked at.
    pub(crate) fn skip(&mut self, subject: &str, reason: impl Into<String>) {
        subject.clone_into(&mut self.subject);
        self.push(Status::Skip, reason.into());
    }

    fn push(&mut self, status: Status, message: String) {
        self.made.push(Outcome {
            check: self.check,
            status,
            subject: self.subject.clone(),
            message,
        });
    }

    pub(crate) fn into_vec(self) -> Vec<Outcome> {
        self.made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_passes_or_has_its_findings_and_many_are_counted() {
        let mut outcomes = Outcomes::new("x");
        outcomes.about("a", |_| "well");
        outcomes.about("b", |outcomes| {
            (0..TOLD + 3).for_each(|at| outcomes.fail(format!("bad {at}")));
            "well"
        });
        outcomes.skip("c", "why");
        let outcomes = outcomes.into_vec();
        assert_eq!(outcomes.len(), TOLD + 3);
        assert_eq!(outcomes[0].status, Status::Pass);
        assert_eq!(
            outcomes[TOLD + 1].message,
            "and 3 more findings of this kind"
        );
        assert_eq!(outcomes[TOLD + 2].status, Status::Skip);
    }
}
