//! Applies fixes to a text. Fixes that share bytes exclude one another; equal edits are made once.

use std::collections::BTreeMap;

use crate::finding::{Edit, Fix, List};

/// Edits that do not overlap, by their bytes.
type Accepted<'a> = BTreeMap<(usize, usize), &'a Edit>;

/// The text with all safe fixes of findings that are not suppressed, and how many were applied.
pub fn apply(text: &str, findings: &List) -> (String, usize) {
    let fixes: Vec<Box<Fix>> = findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .filter_map(|finding| finding.fix.filter(|fix| fix.safe))
        .collect();
    let mut accepted = Accepted::new();
    let mut count = 0;
    for fix in &fixes {
        let key = |edit: &Edit| (edit.range.start, edit.range.end);
        let fresh: Vec<_> = fix
            .edits
            .iter()
            .filter(|edit| accepted.get(&key(edit)) != Some(edit))
            .collect();
        if !fresh.is_empty() && !fresh.iter().any(|edit| collides(edit, &accepted)) {
            accepted.extend(fresh.into_iter().map(|edit| (key(edit), edit)));
            count += 1;
        }
    }
    (edited(text, accepted.into_values()), count)
}

/// Whether an edit shares bytes with one that was accepted, or inserts where one inserts.
fn collides(edit: &Edit, accepted: &Accepted<'_>) -> bool {
    let (start, end) = (edit.range.start, edit.range.end);
    if accepted.contains_key(&(start, end)) {
        return true;
    }
    let before = accepted.range(..(start, end)).next_back();
    let behind = accepted.range((start, end)..).next();
    before.is_some_and(|(&(_, other), _)| other > start)
        || behind.is_some_and(|(&(other, _), _)| other < end)
}

/// The text with edits that do not overlap, in order.
fn edited<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        result.push_str(&text[at..edit.range.start]);
        result.push_str(&edit.replacement);
        at = edit.range.end;
    }
    result + &text[at..]
}
