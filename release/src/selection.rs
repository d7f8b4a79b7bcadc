//! Which checks are made, and which may be left open.

use crate::{
    Error,
    checks::{self, Check},
};

/// A choice of checks by name.
#[derive(Debug, Default, Clone)]
pub struct Selection {
    only: Vec<String>,
    skip: Vec<String>,
    allow_skip: Vec<String>,
}

impl Selection {
    /// Takes the names of checks; one that no check has is an error.
    ///
    /// An empty `only` means all. What `skip` names is not looked at and counts as left open on
    /// purpose, what `allow_skip` names may turn out impossible to look at.
    pub fn new(
        only: Vec<String>,
        skip: Vec<String>,
        allow_skip: Vec<String>,
    ) -> Result<Self, Error> {
        for name in only.iter().chain(&skip).chain(&allow_skip) {
            checks::find(name)?;
        }
        Ok(Self {
            only,
            skip,
            allow_skip,
        })
    }

    /// Whether the report has a line on a check.
    pub(crate) fn reports(&self, check: &Check) -> bool {
        self.only.is_empty() || names(&self.only, check.name) || self.skips(check)
    }

    pub(crate) fn skips(&self, check: &Check) -> bool {
        names(&self.skip, check.name)
    }

    /// Whether a check is really made.
    pub(crate) fn makes(&self, check: &Check) -> bool {
        self.reports(check) && !self.skips(check)
    }

    pub(crate) fn allows_skip(&self, check: &str) -> bool {
        names(&self.skip, check) || names(&self.allow_skip, check)
    }
}

fn names(list: &[String], name: &str) -> bool {
    list.iter().any(|listed| listed == name)
}
