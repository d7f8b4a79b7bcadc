//! The rules: one file each, and one sorted list.

mod calling_state_in_handle;
mod destroyed_while_locked;
mod handle_before_state;
mod history_rewrite;
mod internal_call;
mod internal_definition;
mod leaked_coref;
mod missing_trace_header;
mod public_bind;
mod raw_allocation;
mod raw_coref_create;
mod raw_coref_release;
mod recursive_delete;
mod static_inline_collision;
mod unbalanced_stack;
mod unbounded_server_command;
mod unchecked_allocation;
mod unknown_suppression;
mod unused_suppression;

use crate::rule::{Functions, Rule};

/// All rules, sorted by name.
pub const ALL: [&Rule; 19] = [
    &calling_state_in_handle::RULE,
    &destroyed_while_locked::RULE,
    &handle_before_state::RULE,
    &history_rewrite::RULE,
    &internal_call::RULE,
    &internal_definition::RULE,
    &leaked_coref::RULE,
    &missing_trace_header::RULE,
    &public_bind::RULE,
    &raw_allocation::RULE,
    &raw_coref_create::RULE,
    &raw_coref_release::RULE,
    &recursive_delete::RULE,
    &static_inline_collision::RULE,
    &unbalanced_stack::RULE,
    &unbounded_server_command::RULE,
    &unchecked_allocation::RULE,
    &unknown_suppression::RULE,
    &unused_suppression::RULE,
];

/// What judges a text of which nothing but its allocations is of interest.
pub(crate) const OF_ALLOCATIONS: &Functions = &unchecked_allocation::FUNCTIONS;

/// The rule of a name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.into_iter().find(|rule| rule.name == name)
}
