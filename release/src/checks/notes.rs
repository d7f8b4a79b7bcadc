//! `notes`: the release notes say what was released, what to download and how to begin.

use std::collections::BTreeSet;

use super::{Applies, Check};
use crate::{
    contract::contract,
    evidence::Evidence,
    name,
    notes::{self, Document, Section},
    outcome::Outcomes,
    release::Notes,
};

pub(super) const CHECK: Check = Check {
    name: "notes",
    summary: "the notes name the tag, have their three sections and name every asset",
    page: include_str!("../../../docs/release/notes.md"),
    applies: Applies::Always,
    needs: &[],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let subject = contract().notes_file.as_str();
    if evidence.version.is_none() {
        outcomes.skip(
            subject,
            "the title can't be compared: the tag names no version",
        );
    }
    outcomes.about(subject, |outcomes| {
        match &evidence.release.notes {
            Notes::Missing => outcomes.fail("expected release notes, found none"),
            Notes::TooLong => {
                outcomes.fail("expected release notes, found a text too long to be one");
            }
            Notes::Bytes(bytes) => match notes::text(bytes) {
                Ok(text) => judge_text(evidence, outcomes, text),
                Err(why) => outcomes.fail(format!("expected UTF-8 with LF or CRLF: {why}")),
            },
        }
        "title, sections and assets agree with the release"
    });
}

fn judge_text(evidence: &Evidence<'_>, outcomes: &mut Outcomes, text: &str) {
    let rules = &contract().notes;
    let document = Document::parse(text);
    judge_title(evidence, outcomes, &document);
    for heading in &rules.sections {
        let mut sections = document
            .sections
            .iter()
            .filter(|section| is(section, heading))
            .peekable();
        if sections.peek().is_none() {
            outcomes.fail(format!("expected the heading `## {heading}`, found none"));
        } else if !sections.all(|section| section.has_text) {
            outcomes.fail(format!(
                "expected text in the section `{heading}`, found none"
            ));
        }
    }
    judge_assets(evidence, outcomes, &document);
    for placeholder in notes::placeholders(text, rules) {
        outcomes.fail(placeholder);
    }
}

fn judge_title(evidence: &Evidence<'_>, outcomes: &mut Outcomes, document: &Document) {
    let tag = evidence.release.tag.as_str();
    match &document.title {
        None => outcomes.fail("expected a level-1 heading as the first line of text, found none"),
        Some(title) if evidence.version.is_some() && !name::contains(title, tag) => {
            outcomes.fail(format!(
                "expected {tag} in the title, found {:?}",
                title.trim()
            ));
        }
        Some(_) => {}
    }
}

/// Every asset is named in its section, and every archive named there is an asset.
fn judge_assets(evidence: &Evidence<'_>, outcomes: &mut Outcomes, document: &Document) {
    let rules = &contract().notes;
    let sections: Vec<&Section> = document
        .sections
        .iter()
        .filter(|section| is(section, &rules.assets_section))
        .collect();
    if sections.is_empty() {
        return;
    }
    let named: BTreeSet<&str> = sections
        .iter()
        .flat_map(|section| name::names(&section.words))
        .collect();
    let section = &rules.assets_section;
    for asset in &evidence.release.assets {
        if !named.contains(asset.name.as_str()) {
            outcomes.fail(format!(
                "expected {} in the section `{section}`, found it not",
                asset.name
            ));
        }
    }
    let archive = |name: &&&str| {
        rules
            .archive_endings
            .iter()
            .any(|ending| name.ends_with(ending))
    };
    for name in named.iter().filter(archive) {
        if evidence.release.asset(name).is_none() {
            outcomes.fail(format!(
                "the section `{section}` names {name}, which is no asset"
            ));
        }
    }
}

fn is(section: &Section, heading: &str) -> bool {
    section.heading.as_deref() == Some(heading)
}
