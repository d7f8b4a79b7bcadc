//! One finding as a result object (SARIF 2.1.0, 3.27).

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;

use super::Columns;
use crate::finding::{Finding, Fix, Related};
use crate::rules;
use crate::source::Position;

/// The file in which findings are.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) uri: &'a str,
    pub(super) columns: &'a Columns<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'a> {
    rule_id: &'a str,
    rule_index: Option<usize>,
    level: &'a str,
    message: Text<Cow<'a, str>>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    related_locations: Vec<RelatedLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[Change<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[Suppression<'a>; 1]>,
}

#[derive(Serialize)]
struct Text<T> {
    text: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: Artifact<'a>,
    region: Region,
}

#[derive(Serialize)]
struct Artifact<'a> {
    uri: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: usize,
    end_line: u32,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RelatedLocation<'a> {
    id: usize,
    message: Text<&'a str>,
    physical_location: Physical<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    description: Text<&'a str>,
    artifact_changes: [ArtifactChange<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: Artifact<'a>,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<&'a str>,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'a str,
    justification: &'a str,
}

/// The result of a finding.
pub(super) fn of<'a>(file: File<'a>, finding: &'a Finding) -> Item<'a> {
    let message = match &*finding.help {
        "" => Cow::Borrowed(&*finding.message),
        help => Cow::Owned([&*finding.message, "\nhelp: ", help].concat()),
    };
    Item {
        rule_id: finding.rule,
        rule_index: rules::ALL.iter().position(|rule| rule.name == finding.rule),
        level: finding.level.name(),
        message: Text { text: message },
        locations: [Location {
            physical_location: physical(file, &finding.range, finding.start, finding.end),
        }],
        related_locations: finding
            .related
            .iter()
            .enumerate()
            .map(|(id, place)| related(file, id, place))
            .collect(),
        fixes: finding.fix.as_deref().map(|fix| [change(file, fix)]),
        suppressions: finding.suppressed.as_deref().map(|justification| {
            let kind = "inSource";
            [Suppression {
                kind,
                justification,
            }]
        }),
    }
}

fn related<'a>(file: File<'a>, id: usize, related: &'a Related) -> RelatedLocation<'a> {
    RelatedLocation {
        id,
        message: Text {
            text: &related.message,
        },
        physical_location: physical(file, &related.range, related.start, related.end),
    }
}

fn change<'a>(file: File<'a>, fix: &'a Fix) -> Change<'a> {
    let replacements = fix.edits.iter().map(|edit| Replacement {
        deleted_region: region(file, &edit.range, edit.start, edit.end),
        inserted_content: Text {
            text: &edit.replacement,
        },
    });
    Change {
        description: Text {
            text: &fix.description,
        },
        artifact_changes: [ArtifactChange {
            artifact_location: Artifact { uri: file.uri },
            replacements: replacements.collect(),
        }],
    }
}

fn physical<'a>(
    file: File<'a>,
    range: &Range<usize>,
    start: Position,
    end: Position,
) -> Physical<'a> {
    Physical {
        artifact_location: Artifact { uri: file.uri },
        region: region(file, range, start, end),
    }
}

fn region(file: File<'_>, range: &Range<usize>, start: Position, end: Position) -> Region {
    Region {
        start_line: start.line,
        start_column: file.columns.column(range.start, start),
        end_line: end.line,
        end_column: file.columns.column(range.end, end),
    }
}
