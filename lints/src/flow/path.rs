//! A path for people: the lines of the conditions on it, and how each turned out.

use std::ops::Range;

use super::{Graph, NodeId};
use crate::finding::{Findings, Related};

/// More conditions than this are not listed one by one.
const RELATED_CAP: usize = 12;

/// The lines on a path, up to its end: `3 → 7 → 9`.
pub(crate) fn lines(
    findings: &Findings<'_>,
    graph: &Graph,
    branches: &[(NodeId, bool)],
    end: &Range<usize>,
) -> String {
    let ranges = branches.iter().map(|(node, _)| graph.place(*node));
    let mut lines: Vec<String> = ranges
        .chain([end.clone()])
        .map(|range| findings.related(range, "").start.line.to_string())
        .collect();
    lines.dedup();
    if lines.len() > RELATED_CAP {
        let tail = lines.split_off(lines.len() - RELATED_CAP);
        return format!("… → {}", tail.join(" → "));
    }
    lines.join(" → ")
}

/// The conditions on a path, each with its outcome.
pub(crate) fn conditions(
    findings: &Findings<'_>,
    graph: &Graph,
    branches: &[(NodeId, bool)],
) -> Vec<Related> {
    let skipped = branches.len().saturating_sub(RELATED_CAP);
    branches[skipped..]
        .iter()
        .map(|(node, taken)| {
            let outcome = if *taken {
                "true on this path"
            } else {
                "false on this path"
            };
            findings.related(graph.place(*node), outcome)
        })
        .collect()
}
