//! The words of C, as far as they decide how a text is read.

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// No keyword.
    Name,
    If,
    Else,
    While,
    Do,
    For,
    Switch,
    Case,
    Default,
    Break,
    Continue,
    Return,
    Goto,
    Static,
    /// Any other storage class.
    Storage,
    Qualifier,
    /// `struct`, `union`, `enum`.
    Tagged,
    /// A type that is one word.
    Primitive,
    /// `signed`, `unsigned`, `long`, `short`.
    Sized,
    Sizeof,
    Alignof,
    Offsetof,
    Null,
    True,
    False,
    /// A keyword that is left to the grammar.
    Other,
}

impl Word {
    /// The keywords of the grammar: a word that it takes for a name is one here, too.
    pub(super) fn of(word: &str) -> Self {
        // Most names are told from keywords by their length or first letter.
        if word.len() < 2 || word.len() > 13 {
            return Self::Name;
        }
        match word.as_bytes()[0] {
            b'_' => of_underscored(word),
            b'a'..=b'l' => of_first_half(word),
            b'm'..=b'w' => of_second_half(word),
            b'N' if word == "NULL" => Self::Null,
            b'T' if word == "TRUE" => Self::True,
            b'F' if word == "FALSE" => Self::False,
            _ => Self::Name,
        }
    }
}

fn of_first_half(word: &str) -> Word {
    match word {
        "if" => Word::If,
        "else" => Word::Else,
        "do" => Word::Do,
        "for" => Word::For,
        "case" => Word::Case,
        "default" => Word::Default,
        "break" => Word::Break,
        "continue" => Word::Continue,
        "goto" => Word::Goto,
        "extern" | "auto" | "inline" => Word::Storage,
        "const" | "constexpr" => Word::Qualifier,
        "enum" => Word::Tagged,
        "int" | "char" | "bool" | "float" | "double" | "intptr_t" | "charptr_t" | "int8_t"
        | "int16_t" | "int32_t" | "int64_t" | "char8_t" | "char16_t" | "char32_t" | "char64_t" => {
            Word::Primitive
        }
        "long" => Word::Sized,
        "alignof" => Word::Alignof,
        "false" => Word::False,
        "asm" | "alignas" | "defined" => Word::Other,
        _ => Word::Name,
    }
}

fn of_second_half(word: &str) -> Word {
    match word {
        "while" => Word::While,
        "switch" => Word::Switch,
        "return" => Word::Return,
        "static" => Word::Static,
        "register" | "thread_local" => Word::Storage,
        "volatile" | "restrict" | "noreturn" => Word::Qualifier,
        "struct" | "union" => Word::Tagged,
        "void" | "size_t" | "ssize_t" | "ptrdiff_t" | "uintptr_t" | "nullptr_t" | "max_align_t"
        | "uint8_t" | "uint16_t" | "uint32_t" | "uint64_t" => Word::Primitive,
        "unsigned" | "signed" | "short" => Word::Sized,
        "sizeof" => Word::Sizeof,
        "offsetof" => Word::Offsetof,
        "nullptr" => Word::Null,
        "true" => Word::True,
        "typedef" => Word::Other,
        _ => Word::Name,
    }
}

fn of_underscored(word: &str) -> Word {
    match word {
        "__inline" | "__inline__" | "__forceinline" | "__thread" => Word::Storage,
        "__restrict__" | "_Noreturn" | "_Nonnull" => Word::Qualifier,
        "_Alignof" | "__alignof__" | "__alignof" | "_alignof" => Word::Alignof,
        "_Atomic" | "_Alignas" | "_Generic" | "__asm__" | "__asm" | "__attribute__"
        | "__attribute" | "__declspec" | "__extension__" | "__restrict" | "__based" | "__cdecl"
        | "__clrcall" | "__stdcall" | "__fastcall" | "__thiscall" | "__vectorcall" | "__uptr"
        | "__sptr" | "_unaligned" | "__unaligned" | "__try" | "__except" | "__finally"
        | "__leave" | "__volatile__" => Word::Other,
        _ => Word::Name,
    }
}
