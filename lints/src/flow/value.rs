//! What expressions are, and the texts that name them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range};
use std::rc::Rc;

/// A stretch of the words of a body. Copies share the words.
#[derive(Clone)]
pub(crate) struct Text {
    words: Words,
    range: (u32, u32),
}

/// The words of a body. A pointer of one word, since a graph has many texts.
pub(super) type Words = Rc<Box<str>>;

impl Text {
    pub(super) fn new(words: &Words, range: Range<usize>) -> Self {
        let to_u32 = crate::source::to_u32;
        Self {
            words: words.clone(),
            range: (to_u32(range.start), to_u32(range.end)),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.words[self.range.0 as usize..self.range.1 as usize]
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(&Rc::new(Box::from(text)), 0..text.len())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl std::borrow::Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<Text> for &str {
    fn eq(&self, other: &Text) -> bool {
        *self == other.as_str()
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(out)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(out)
    }
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Nothing,
    Constant(i64),
    /// A variable, or a member of one.
    Place(Text),
    /// `&` of a place.
    Address(Text),
    /// The result of a call: its name and its whole text.
    Call {
        name: Text,
        text: Text,
    },
    Other(Text),
}

impl Value {
    /// The text of the expression.
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::Nothing => Text::from(""),
            Self::Constant(number) => Text::from(number.to_string()),
            Self::Place(text) | Self::Call { text, .. } | Self::Other(text) => text.clone(),
            Self::Address(text) => Text::from(format!("&{text}")),
        }
    }
}
