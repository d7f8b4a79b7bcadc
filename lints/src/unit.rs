//! One text as the rules see it: source, settings, facts, and the content in the form of its language.

use crate::facts::Facts;
use crate::lexer::{Kind, Lexed, Token};
use crate::macros::{Macro, macros};
use crate::outline::{Conditionals, Outline, outline, outline_of};
use crate::role::Stream;
use crate::source::Source;

/// What the rules judge.
pub(crate) struct Unit<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) prefix: &'a str,
    pub(crate) facts: &'a Facts,
    /// The file may use internals.
    pub(crate) is_home: bool,
    pub(crate) content: Content<'a>,
}

/// The content in the form of its language.
pub(crate) enum Content<'a> {
    C(Box<C<'a>>),
    /// Nothing that any rule looks for is mentioned.
    Nothing,
}

/// A C text.
pub(crate) struct C<'a> {
    pub(crate) lexed: Lexed<'a>,
    pub(crate) outline: Outline,
    pub(crate) conditionals: Conditionals,
    pub(crate) macros: Vec<Macro<'a>>,
    pub(crate) is_header: bool,
}

/// A stretch of C tokens: the code of a file, or the body of a macro.
pub(crate) struct Stretch<'a, 'b> {
    pub(crate) stream: Stream<'a>,
    /// The macro whose body it is.
    pub(crate) definition: Option<&'a Macro<'b>>,
}

impl<'a> Unit<'a> {
    /// The C text, if it is one.
    pub(crate) fn c(&self) -> Option<&C<'a>> {
        match &self.content {
            Content::C(c) => Some(c),
            Content::Nothing => None,
        }
    }
}

impl<'a> C<'a> {
    pub(crate) fn new(source: &Source<'a>) -> Self {
        let lexed = crate::lexer::lex(source.text);
        let (outline, conditionals) = outline(&lexed);
        let macros = macros(&lexed);
        Self {
            lexed,
            outline,
            conditionals,
            macros,
            is_header: has_header_name(source.path),
        }
    }

    /// The code outside of directives.
    pub(crate) fn stream(&self) -> Stream<'_> {
        Stream {
            text: self.lexed.text,
            tokens: &self.lexed.code,
            outline: &self.outline,
            is_macro: false,
        }
    }

    /// Runs `visit` on the code and on the body of each macro that `wanted` accepts.
    pub(crate) fn each_stretch(
        &self,
        wanted: impl Fn(&[Token]) -> bool,
        mut visit: impl FnMut(&Stretch<'_, 'a>),
    ) {
        if wanted(&self.lexed.code) {
            visit(&Stretch {
                stream: self.stream(),
                definition: None,
            });
        }
        for definition in &self.macros {
            let tokens = &self.lexed.content[definition.body.clone()];
            if wanted(tokens) {
                let outline = outline_of(self.lexed.text, tokens);
                visit(&Stretch {
                    stream: Stream {
                        text: self.lexed.text,
                        tokens,
                        outline: &outline,
                        is_macro: true,
                    },
                    definition: Some(definition),
                });
            }
        }
    }
}

impl Stretch<'_, '_> {
    /// Whether a word is a parameter of the macro.
    pub(crate) fn is_parameter(&self, word: &str) -> bool {
        self.definition
            .and_then(|definition| definition.parameters.as_ref())
            .is_some_and(|parameters| parameters.iter().any(|parameter| parameter == word))
    }
}

/// Whether any of the tokens is one of the identifiers.
pub(crate) fn mentions(text: &str, tokens: &[Token], words: &[&str]) -> bool {
    tokens.iter().any(|&token| {
        token.kind == Kind::Identifier
            && (token.spliced || words.iter().any(|word| word.len() == token.range().len()))
            && words.contains(&&*crate::lexer::spelling(text, token))
    })
}

fn has_header_name(path: &str) -> bool {
    matches!(
        path.rsplit('.').next(),
        Some("h" | "hh" | "hpp" | "hxx" | "H" | "inc")
    )
}
