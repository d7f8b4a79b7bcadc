//! What is judged of texts that are no C, one piece after the other while a text is read: a text may have a piece
//! for every few of its bytes, and none is kept longer than it must be.

use std::ops::Range;

use crate::language::Language;
use crate::lua::{self, LuaCall};
use crate::script::{Command, Script, workflow};

/// A piece of a script, of a workflow or of a Lua source.
pub(crate) enum Piece<'p> {
    /// A command, and the script that runs it.
    Command(&'p Script, &'p Command<'p>),
    /// A call of Lua that may open a listener.
    Call(&'p LuaCall<'p>),
}

/// Who judges pieces.
pub(crate) type Judge<'j> = &'j mut dyn FnMut(&Piece<'_>);

/// Gives the pieces of a text to who judges them; answers the comments that may be suppressions.
pub(crate) fn read(text: &str, language: Language, judge: Judge<'_>) -> Vec<Range<usize>> {
    match language {
        Language::Shell => judged(Script::read(text, 0, 0), judge),
        Language::Workflow => workflow::comments(text, |script| judged(script, judge)),
        Language::Lua => lua::read(text, judge),
        Language::C | Language::Rust => Vec::new(),
    }
}

/// Gives the commands of a script to who judges them; answers its comments.
pub(crate) fn judged(script: Script, judge: Judge<'_>) -> Vec<Range<usize>> {
    for command in script.commands() {
        judge(&Piece::Command(&script, &command));
    }
    script.comments
}
