//! What the checks judge by: everything read out of a release, without judgement.

use std::collections::BTreeMap;

use crate::{
    Asset, Deadline, Error, Release,
    checks::{self, Check},
    checksum::{self, Sha256Sum},
    contract::{Archive, Container, contract},
    host::Launcher,
    outcome::Outcomes,
    reading::{Detail, Reading},
    selection::Selection,
    side_by_side, tag,
};

/// What has to be read for a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// The digest of every asset.
    Digests,
    /// What the archives hold.
    Archives,
}

/// A release and what was read out of its assets.
pub struct Evidence<'a> {
    pub(crate) release: &'a Release,
    /// The version that the tag names; nothing if its shape is wrong.
    pub(crate) version: Option<&'a str>,
    /// By name of the asset; empty if no selected check needs it.
    pub(crate) digests: BTreeMap<String, Sha256Sum>,
    /// One per archive of the contract; empty if no selected check needs them.
    pub(crate) readings: Vec<Reading>,
    /// How to start this host's archive, and until when; nothing if it must not be started.
    pub(crate) start: Option<(Launcher<'a>, Deadline)>,
}

impl<'a> Evidence<'a> {
    /// Reads what the selected checks need, in parallel and in constant memory.
    pub fn read(
        release: &'a Release,
        selection: &Selection,
        detail: Detail,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let needs = |needs: Needs| {
            let made = checks::ALL.iter().filter(|check| selection.makes(check));
            made.into_iter().any(|check| check.needs.contains(&needs))
        };
        let digested = needs(Needs::Digests).then_some(&release.assets);
        let digested = digested
            .into_iter()
            .flatten()
            .filter(|asset| asset.incomplete.is_none());
        let is_read = needs(Needs::Archives) || detail == Detail::Compare;
        let archives = is_read.then_some(&contract().archives);
        let archives = archives.into_iter().flatten().map(Work::Read);
        // What takes longest first.
        let work: Vec<_> = archives.chain(digested.map(Work::Digest)).collect();
        let mut evidence = Self {
            release,
            version: tag::version(&release.tag).ok(),
            digests: BTreeMap::new(),
            readings: Vec::new(),
            start: None,
        };
        for done in side_by_side::map(&work, 1, |work| work.done(release, detail, deadline)) {
            match done? {
                Done::Read(reading) => evidence.readings.push(reading),
                Done::Digest(name, sum) => _ = evidence.digests.insert(name, sum),
            }
        }
        Ok(evidence)
    }

    /// Lets the check `runs` start this host's archive.
    #[must_use]
    pub fn starting(mut self, launcher: Launcher<'a>, deadline: Deadline) -> Self {
        self.start = Some((launcher, deadline));
        self
    }

    /// Reads one archive and nothing else.
    pub(crate) fn of_one(
        release: &'a Release,
        archive: &'static Archive,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let reading = Reading::of(
            archive,
            release.asset(&archive.asset),
            Detail::Judge,
            deadline,
        )?;
        Ok(Self {
            release,
            version: tag::version(&release.tag).ok(),
            digests: BTreeMap::new(),
            readings: vec![reading],
            start: None,
        })
    }
}

/// What can be done side by side.
enum Work<'a> {
    Read(&'static Archive),
    Digest(&'a Asset),
}

enum Done {
    Read(Reading),
    Digest(String, Sha256Sum),
}

impl Work<'_> {
    fn done(&self, release: &Release, detail: Detail, deadline: &Deadline) -> Result<Done, Error> {
        match self {
            Self::Read(archive) => {
                let asset = release.asset(&archive.asset);
                Reading::of(archive, asset, detail, deadline).map(Done::Read)
            }
            Self::Digest(asset) => {
                let sum = checksum::of_file(&asset.path, deadline)?;
                Ok(Done::Digest(asset.name.clone(), sum))
            }
        }
    }
}

impl Evidence<'_> {
    /// Why there is nothing that a check could look at.
    pub(crate) fn nothing_for(&self, check: &Check) -> Option<&'static str> {
        let published = self.release.published.as_ref()?;
        let own = ["build-run", "page", "tag"].contains(&check.name);
        if own || published.page.is_some() {
            return None;
        }
        Some(match self.version {
            Some(_) => "there is no published release to look at",
            None => "the tag names no version, so nothing was fetched",
        })
    }

    /// Judges each archive that can be read; the others are skipped with the reason.
    pub(crate) fn each_archive(
        &self,
        outcomes: &mut Outcomes,
        judge: impl FnMut(&Reading, &mut Outcomes) -> String,
    ) {
        self.each_archive_of(None, outcomes, judge);
    }

    /// The same for archives of one container.
    pub(crate) fn each_archive_of(
        &self,
        container: Option<Container>,
        outcomes: &mut Outcomes,
        mut judge: impl FnMut(&Reading, &mut Outcomes) -> String,
    ) {
        for reading in &self.readings {
            let Archive { asset, .. } = reading.archive;
            if container.is_some_and(|container| container != reading.archive.container) {
                continue;
            }
            match reading.unread() {
                Some(why) => outcomes.skip(asset, why),
                None => outcomes.about(asset, |outcomes| judge(reading, outcomes)),
            }
        }
    }
}
