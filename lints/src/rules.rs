//! The rules: one file each, and one sorted list.

mod internal_call;
mod internal_definition;
mod raw_coref_create;
mod raw_coref_release;
mod unknown_suppression;
mod unused_suppression;

use crate::rule::Rule;

/// All rules, sorted by name.
pub const ALL: [&Rule; 6] = [
    &internal_call::RULE,
    &internal_definition::RULE,
    &raw_coref_create::RULE,
    &raw_coref_release::RULE,
    &unknown_suppression::RULE,
    &unused_suppression::RULE,
];

/// The rule of a name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.into_iter().find(|rule| rule.name == name)
}
