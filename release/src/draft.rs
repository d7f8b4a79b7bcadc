//! Drafts release notes from what is there: a changelog, commits, assets, and a start that was tried.
//!
//! Nothing is invented: where a part is missing, the draft is refused with what to do.

mod text;

use std::path::Path;

use crate::{
    Deadline, Detail, Error, Evidence, Notes, Release, Selection, checks, checksum,
    contract::contract,
    host::{Launcher, Started},
    name,
    notes::Document,
    outcome::Status,
    package, tag, target,
};

/// The script of the Quick Start.
const HELLO: &str = include_str!("draft/hello.lua");

/// What notes are made of.
pub struct Draft<'a> {
    pub tag: &'a str,
    /// The text of `CHANGELOG.md`.
    pub changelog: &'a str,
    /// The tag before this one, if there is one.
    pub previous: Option<&'a str>,
    /// Titles of the commits since, newest first.
    pub commits: &'a [String],
    /// The folder of the assets, checksums included.
    pub folder: &'a Path,
    pub launcher: Launcher<'a>,
}

/// Why there is no draft.
#[derive(Debug)]
pub enum Refusal {
    /// Something is missing or wrong; each with what to do.
    Because(Vec<String>),
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn because<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Because(vec![why.into()]))
}

impl Draft<'_> {
    /// Writes the notes, and judges them as a release would be.
    pub fn write(&self, deadline: &Deadline) -> Result<String, Refusal> {
        let version = tag::version(self.tag)
            .or_else(|why| because(format!("{:?} is no tag of a release: {why}", self.tag)))?;
        let highlights = highlights(self.changelog, version)?;
        let release = Release::in_folder(self.tag, self.folder)?;
        let missing: Vec<String> = contract()
            .assets()
            .filter(|name| release.asset(name).is_none())
            .map(|name| format!("{name} is not in {}", self.folder.display()))
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::Because(missing));
        }
        let mut sums = Vec::new();
        for asset in &release.assets {
            sums.push((asset, checksum::of_file(&asset.path, deadline)?));
        }
        let start = self.quick_start(&release, version, deadline)?;
        let notes = text::notes(self, &highlights, &sums, &start);
        judge(release, notes)
    }

    /// What the commands of the Quick Start print on this host.
    fn quick_start(
        &self,
        release: &Release,
        version: &str,
        deadline: &Deadline,
    ) -> Result<text::QuickStart, Refusal> {
        let Some(archive) = target::host() else {
            return because("no archive is for this host: the Quick Start can't be tried here");
        };
        let Some(asset) = release.asset(&archive.asset) else {
            return because(format!("{} is missing", archive.asset));
        };
        let findings = package::verify(archive, &asset.path, version, deadline)?;
        if !findings.is_empty() {
            let told = findings.iter().map(|finding| {
                format!(
                    "{}: {}: {}",
                    finding.check, finding.subject, finding.message
                )
            });
            return Err(Refusal::Because(told.collect()));
        }
        let evidence = Evidence::of_one(release, archive, deadline)?;
        let Some(reading) = evidence.readings.first() else {
            return because(format!("{} can't be read", archive.asset));
        };
        let started = Started {
            reading,
            path: &asset.path,
            version,
            launcher: self.launcher,
            deadline,
        };
        let printed = started.show("hello.lua", HELLO);
        let [version, hello] =
            printed.or_else(|why| because(format!("the Quick Start does not work: {why}")))?;
        Ok(text::QuickStart {
            program: archive.program.clone(),
            script: HELLO,
            version,
            hello,
        })
    }
}

/// The section of a version in the changelog, without its heading.
fn highlights(changelog: &str, version: &str) -> Result<String, Refusal> {
    let document = Document::parse(changelog);
    let is = |heading: &str| name::names(heading).next() == Some(version);
    let section = document
        .sections
        .iter()
        .find(|section| section.heading.as_deref().is_some_and(is));
    let Some(section) = section else {
        return because(format!(
            "CHANGELOG.md has no section `## [{version}]`: give what is under Unreleased that name"
        ));
    };
    if !section.has_text {
        return because(format!(
            "the section `{version}` of CHANGELOG.md says nothing: highlights are not invented"
        ));
    }
    let text = &changelog[section.range.clone()];
    let text = text.split_once('\n').map_or("", |(_, text)| text);
    // What links refer to by name stands at the end of a changelog.
    let reference = |line: &&str| line.starts_with('[') && line.contains("]: ");
    let lines: Vec<&str> = text.lines().filter(|line| !reference(line)).collect();
    Ok(lines.join("\n").trim().to_owned())
}

/// The notes, if the check of notes passes them.
fn judge(mut release: Release, notes: String) -> Result<String, Refusal> {
    release.notes = Notes::Bytes(notes.clone().into_bytes());
    let selection = Selection::new(vec!["notes".to_owned()], Vec::new(), Vec::new())?;
    let evidence = Evidence::read(&release, &selection, Detail::Judge, &Deadline::far())?;
    let report = checks::judge(&evidence, &selection);
    let findings = report
        .checks
        .into_iter()
        .filter(|outcome| outcome.status != Status::Pass);
    let findings: Vec<String> = findings
        .map(|finding| format!("the draft is unsound: {}", finding.message))
        .collect();
    if findings.is_empty() {
        Ok(notes)
    } else {
        Err(Refusal::Because(findings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(changelog: &str, expected: Result<&str, &str>) {
        match (highlights(changelog, "1.2.0"), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(Refusal::Because(why)), Err(part)) => assert!(why[0].contains(part), "{why:?}"),
            (found, _) => panic!("{changelog}: {found:?}"),
        }
    }

    #[test]
    fn highlights_are_the_section_of_the_version() {
        let text = "# Changelog\n\n## [Unreleased]\n\n- x\n\n## [1.2.0] - 2026-01-31\n\n### Added\n\n- a [b]\n\n## 1.1.0\n- old\n\n[b]: c\n";
        check(text, Ok("### Added\n\n- a [b]"));
        check("## 1.2.0\n- a\n\n[1.2.0]: https://h/x\n", Ok("- a"));
        check(
            "## [Unreleased]\n- a\n## [1.2.0-rc.1]\n- b\n",
            Err("has no section `## [1.2.0]`"),
        );
        check(
            "## [1.2.0]\n\n### Added\n\n## [1.1.0]\n- a\n",
            Err("not invented"),
        );
    }
}
