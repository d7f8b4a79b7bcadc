//! The parameters of functions.

use super::C;
use crate::lexer::Kind;

impl C<'_> {
    /// The names of the parameters of a function, by its number.
    pub(crate) fn parameters(&self, number: usize) -> Vec<String> {
        let stream = self.stream();
        let open = self.outline.functions[number].name as usize + 1;
        let Some(close) = stream.close(open) else {
            return Vec::new();
        };
        let mut names = Vec::new();
        let mut last = String::new();
        for at in open + 1..=close {
            match stream.kind(at) {
                Some(Kind::Identifier) => last = stream.word(at).into_owned(),
                Some(Kind::Comma | Kind::ParenClose) => names.push(std::mem::take(&mut last)),
                _ => {}
            }
        }
        names
    }
}
