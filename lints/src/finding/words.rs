//! Texts of findings: most are the same for many findings, and then there is one of them.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

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

impl From<Words> for Arc<str> {
    fn from(words: Words) -> Self {
        match words {
            Words::Fixed(text) => text.into(),
            Words::Shared(text) => text,
        }
    }
}
