//! The `#include` lines of a text.

use crate::lexer::{DirectiveKind, Kind, spelling};
use crate::unit::C;

/// One include that a compiler may see.
#[derive(Debug)]
pub(crate) struct Include {
    /// The path between the quotes or brackets.
    pub(crate) path: String,
    /// Bytes of the directive.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Include {
    /// The last component of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// The includes of a text, in order.
pub(crate) fn includes<'c>(c: &'c C<'_>) -> &'c [Include] {
    c.includes.get_or_init(|| read(c))
}

fn read(c: &C<'_>) -> Vec<Include> {
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
                path: path.trim_matches(['"', '<', '>']).to_owned(),
                start: directive.start as usize,
                end: token.end as usize,
            })
        })
        .collect()
}
