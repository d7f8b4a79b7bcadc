//! The commands of a script in few bytes: a script may have one for every ten of its bytes.

use std::borrow::Cow;
use std::ops::Range;

use super::{Command, Word};
use crate::source::to_u32;

/// Commands, each made again when somebody asks for it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    commands: Vec<KeptCommand>,
    words: Vec<KeptWord>,
    texts: String,
    /// The numbers of the words in which a `$` stands for itself, in order.
    literals: Vec<u32>,
}

#[derive(Debug)]
struct KeptCommand {
    /// Behind its last word.
    words_end: u32,
    is_bounded: bool,
    is_plain: bool,
    is_deferred: bool,
}

#[derive(Debug)]
struct KeptWord {
    start: u32,
    end: u32,
    /// Where its text ends.
    text_end: u32,
}

impl Kept {
    pub(super) fn push(&mut self, command: &Command<'_>) {
        for word in &command.words {
            if word.is_literal {
                self.literals.push(to_u32(self.words.len()));
            }
            self.texts.push_str(&word.text);
            self.words.push(KeptWord {
                start: word.start,
                end: word.end,
                text_end: to_u32(self.texts.len()),
            });
        }
        self.commands.push(KeptCommand {
            words_end: to_u32(self.words.len()),
            is_bounded: command.is_bounded,
            is_plain: command.is_plain,
            is_deferred: command.is_deferred,
        });
    }

    /// The commands in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Command<'_>> {
        let mut first = 0;
        self.commands.iter().map(move |command| {
            let words = std::mem::replace(&mut first, command.words_end)..command.words_end;
            Command {
                words: words.map(|number| self.word(number)).collect(),
                is_bounded: command.is_bounded,
                is_plain: command.is_plain,
                is_deferred: command.is_deferred,
            }
        })
    }

    fn word(&self, number: u32) -> Word<'_> {
        let index = number as usize;
        let word = &self.words[index];
        let before = index.checked_sub(1).map(|before| &self.words[before]);
        let text_start = before.map_or(0, |before| before.text_end as usize);
        Word {
            text: Cow::Borrowed(&self.texts[text_start..word.text_end as usize]),
            start: word.start,
            end: word.end,
            is_literal: self.literals.binary_search(&number).is_ok(),
        }
    }

    /// Says that all words stand in one place.
    pub(super) fn move_to(&mut self, range: &Range<usize>) {
        for word in &mut self.words {
            (word.start, word.end) = (to_u32(range.start), to_u32(range.end));
        }
    }
}
