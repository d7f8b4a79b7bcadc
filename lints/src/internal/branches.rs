//! Names that end a branch of `#if`: what they declare goes on behind `#endif`.

use std::cell::OnceCell;

use crate::lexer::{Directive, DirectiveKind, Kind};
use crate::role::{Role, Stream};

/// The conditionals of a text, read when a name ends a branch.
pub(super) struct Branches<'a> {
    directives: &'a [Directive],
    /// For each directive within a conditional, the one that ends it; its own number without one.
    ends: OnceCell<Vec<u32>>,
}

impl<'a> Branches<'a> {
    pub(super) fn of(directives: &'a [Directive]) -> Self {
        let ends = OnceCell::new();
        Self { directives, ends }
    }

    /// The role of the name in the last branch, if the name at `index` is all that an earlier one has in its place:
    /// `#if A`, `one`, `#else`, `other`, `#endif`, `(int x) { … }`.
    pub(super) fn role_of_alternative(&self, stream: &Stream<'_>, index: usize) -> Option<Role> {
        let all = self.directives;
        let next = all.partition_point(|directive| directive.at as usize <= index);
        let is_alternative = all.get(next).is_some_and(|directive| {
            directive.at as usize == index + 1
                && matches!(directive.kind, DirectiveKind::Elif | DirectiveKind::Else)
        });
        if !is_alternative {
            return None;
        }
        let end = self.ends.get_or_init(|| ends(all))[next] as usize;
        let last = (all[end].at as usize)
            .checked_sub(1)
            .filter(|&last| last > index && stream.kind(last) == Some(Kind::Identifier))?;
        let role = stream.role(last);
        matches!(role, Role::Definition | Role::Prototype).then_some(role)
    }
}

fn ends(directives: &[Directive]) -> Vec<u32> {
    let mut ends: Vec<u32> = (0..).take(directives.len()).collect();
    let mut open: Vec<u32> = Vec::new();
    for number in (0..directives.len()).rev() {
        match directives[number].kind {
            DirectiveKind::Endif => open.push(ends[number]),
            DirectiveKind::If | DirectiveKind::Ifdef => drop(open.pop()),
            _ => {
                if let Some(&end) = open.last() {
                    ends[number] = end;
                }
            }
        }
    }
    ends
}
