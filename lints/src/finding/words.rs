//! Texts of findings: most are the same for many findings, and then there is one of them.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxHashSet;

/// A text that costs nothing to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    Fixed(&'static str),
    Shared(Arc<str>),
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}

impl From<&'static str> for Words {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::Shared(text.into())
    }
}

/// So many texts are remembered.
const CAP: usize = 1024;

/// The texts that were used lately.
#[derive(Debug, Default)]
pub(super) struct Lately {
    texts: FxHashSet<Arc<str>>,
}

impl Lately {
    /// Makes a text the same as an equal one from before.
    pub(super) fn share(&mut self, words: &mut Words) {
        let Words::Shared(text) = words else {
            return;
        };
        if let Some(known) = self.texts.get(text) {
            *text = known.clone();
            return;
        }
        if self.texts.len() >= CAP {
            self.texts.clear();
        }
        self.texts.insert(text.clone());
    }
}
