//! Attributes and their kin, which look like functions and are none.

/// Words whose parentheses hold no parameters.
pub(crate) fn is_attribute_word(word: &str) -> bool {
    matches!(
        word,
        "__attribute__"
            | "__attribute"
            | "__declspec"
            | "_Alignas"
            | "alignas"
            | "__asm__"
            | "asm"
            | "__asm"
            | "typeof"
            | "__typeof__"
            | "__typeof"
            | "_Atomic"
            | "_BitInt"
    )
}
