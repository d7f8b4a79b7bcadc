//! The `#include` lines of a text.

use crate::lexer::{DirectiveKind, Kind, Token, spelling};
use crate::unit::C;

/// One include that a compiler may see.
#[derive(Debug)]
pub(crate) struct Include {
    /// The path between the quotes or brackets.
    pub(crate) path: String,
    /// Bytes of the directive.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// It stands in `"…"`, not in `<…>`.
    pub(crate) is_quoted: bool,
    /// It stands under a condition.
    pub(crate) is_conditional: bool,
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
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for directive in &c.lexed.directives {
        match directive.kind {
            DirectiveKind::If | DirectiveKind::Ifdef => depth += 1,
            DirectiveKind::Endif => depth = depth.saturating_sub(1),
            DirectiveKind::Include if !c.conditionals.is_dead(directive.start as usize) => {
                let content = c.lexed.content_of(directive);
                let Some(token) = named_header(c, content) else {
                    continue;
                };
                let path = &c.lexed.text[token.range()];
                // A spliced path names no header that is asked for.
                if spelling(c.lexed.text, token) == path {
                    let last = content.iter().find(|own| **own == token).or(content.last());
                    found.push(Include {
                        path: path.trim_matches(['"', '<', '>']).to_owned(),
                        start: directive.start as usize,
                        end: last.map_or(token, |last| *last).end() as usize,
                        is_quoted: path.starts_with('"'),
                        is_conditional: depth > 0,
                    });
                }
            }
            _ => {}
        }
    }
    found
}

/// The string with the path: in the directive itself, or the body of the macro that stands there.
fn named_header(c: &C<'_>, content: &[Token]) -> Option<Token> {
    let string = content.iter().find(|token| token.kind == Kind::String);
    string.copied().or_else(|| {
        let name = content
            .first()
            .filter(|token| token.kind == Kind::Identifier)?;
        let definition = c.macro_named(&c.lexed.spelling(*name))?;
        match &c.lexed.content[definition.body.clone()] {
            [path] if path.kind == Kind::String => Some(*path),
            _ => None,
        }
    })
}
