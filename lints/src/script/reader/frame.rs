//! What is open at a place of a script, and what is expected there.

/// No word is being read.
pub(super) const NONE: u32 = u32::MAX;

/// What was opened, by how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    // Lists of commands.
    Script,
    /// The body of a here-document that a shell reads.
    HereScript,
    Subshell,
    /// `$(…)`, `<(…)` and `>(…)`
    Substitution,
    Backtick,
    /// `` \`…\` `` within another one.
    InnerBacktick,
    Brace,
    If,
    Loop,
    Case,
    // Texts.
    Quote,
    /// `${…}`; whether a `'` in it quotes.
    Parameter {
        quotes: bool,
    },
    /// `((…))` and `$((…))`
    Arithmetic,
    /// The values of `name=(…)`.
    Array,
    /// The alternatives of a pattern.
    Group,
    HereText,
}

impl Kind {
    pub(super) fn is_list(self) -> bool {
        !self.is_opaque() && self != Self::HereText
    }

    /// Closed by a word of its own. What closes something around it closes it, too.
    pub(super) fn is_compound(self) -> bool {
        matches!(self, Self::Brace | Self::If | Self::Loop | Self::Case)
    }

    /// Without its end, commands may have been taken for text.
    pub(super) fn is_opaque(self) -> bool {
        matches!(
            self,
            Self::Quote | Self::Parameter { .. } | Self::Arithmetic | Self::Array | Self::Group
        )
    }
}

/// What a word is at a place of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The first one of a command, or one that begins something else.
    Command,
    Arguments,
    ForName,
    ForIn,
    ForWords,
    CaseWord,
    CaseIn,
    Pattern,
    FunctionName,
    /// Within `[[ … ]]`.
    Test,
}

/// What the next word is where it belongs to a redirection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redirect {
    No,
    Target,
    /// What stands behind `<<<`.
    String,
    /// The end of a here-document, which may stand behind tabs.
    Document {
        tabs: bool,
    },
}

/// Something that is open.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about what is open"
)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) redirect: Redirect,
    /// A time limit holds for it.
    pub(super) is_bounded: bool,
    /// It is run later than what stands behind it.
    pub(super) is_deferred: bool,
    /// It is the body of a function.
    pub(super) is_body: bool,
    /// There are commands in the word that is being read.
    pub(super) has_commands: bool,
    /// Where it was opened.
    pub(super) opened: u32,
    /// The first word of the command that is being read.
    pub(super) words: u32,
    /// Where the word begins that is being read.
    pub(super) word: u32,
    /// Parentheses that are open in a text.
    pub(super) depth: u32,
}

/// A word, in bytes of the text.
#[derive(Clone, Copy, Debug)]
pub(in crate::script) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    /// There are commands in it, which are read by themselves.
    pub(in crate::script) has_commands: bool,
}

impl Span {
    pub(in crate::script) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}
