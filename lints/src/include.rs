//! The `#include` lines of a text.

use crate::lexer::{DirectiveKind, Kind, spelling};
use crate::unit::C;

/// One include that a compiler may see.
pub(crate) struct Include<'a> {
    /// The path between the quotes or brackets.
    pub(crate) path: &'a str,
    /// Bytes of the directive.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'a> Include<'a> {
    /// The last component of the path.
    pub(crate) fn name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// The includes of a text, in order.
pub(crate) fn includes<'a>(c: &C<'a>) -> Vec<Include<'a>> {
    let directives = c.lexed.directives.iter();
    directives
        .filter(|directive| directive.kind == DirectiveKind::Include)
        .filter(|directive| !c.conditionals.is_dead(directive.start as usize))
        .filter_map(|directive| {
            let token = c
                .lexed
                .content_of(directive)
                .iter()
                .find(|token| token.kind == Kind::String)?;
            let path = &c.lexed.text[token.range()];
            // A spliced path names no header that is asked for.
            (spelling(c.lexed.text, *token) == path).then(|| Include {
                path: path.trim_matches(['"', '<', '>']),
                start: directive.start as usize,
                end: token.end as usize,
            })
        })
        .collect()
}
