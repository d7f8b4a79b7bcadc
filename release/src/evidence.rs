//! What the checks judge by: everything read out of a release, without judgement.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::{
    Deadline, Error, Release, checks,
    checksum::{self, Sha256Sum},
    selection::Selection,
    tag,
};

/// What has to be read for a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Names, sizes and notes, which are always there.
    Nothing,
    /// The digest of every asset.
    Digests,
}

/// A release and what was read out of its assets.
#[derive(Debug)]
pub struct Evidence<'a> {
    pub(crate) release: &'a Release,
    /// The version that the tag names; nothing if its shape is wrong.
    pub(crate) version: Option<&'a str>,
    /// By name of the asset; empty if no selected check needs it.
    pub(crate) digests: BTreeMap<String, Sha256Sum>,
}

impl<'a> Evidence<'a> {
    /// Reads what the selected checks need, in parallel and in constant memory.
    pub fn read(
        release: &'a Release,
        selection: &Selection,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let needs = |needs: Needs| {
            let made = checks::ALL.iter().filter(|check| selection.makes(check));
            made.into_iter().any(|check| check.needs == needs)
        };
        let digests = if needs(Needs::Digests) {
            let assets = release.assets.par_iter();
            assets
                .map(|asset| {
                    Ok((
                        asset.name.clone(),
                        checksum::of_file(&asset.path, deadline)?,
                    ))
                })
                .collect::<Result<_, Error>>()?
        } else {
            BTreeMap::new()
        };
        Ok(Self {
            release,
            version: tag::version(&release.tag).ok(),
            digests,
        })
    }
}
