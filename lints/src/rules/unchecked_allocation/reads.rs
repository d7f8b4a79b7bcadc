//! What is read through pointers: the arguments of known functions, and expressions without what `sizeof` measures.

use std::borrow::Cow;

/// Functions of ISO C, POSIX and Lua that read or write through some of their arguments.
const READERS: [(&str, &[usize]); 36] = [
    ("bcopy", &[0, 1]),
    ("bzero", &[0]),
    ("fgets", &[0]),
    ("fputs", &[0]),
    ("fread", &[0]),
    ("fwrite", &[0]),
    ("lua_pushlstring", &[1]),
    ("memchr", &[0]),
    ("memcmp", &[0, 1]),
    ("memcpy", &[0, 1]),
    ("memmove", &[0, 1]),
    ("mempcpy", &[0, 1]),
    ("memset", &[0]),
    ("puts", &[0]),
    ("snprintf", &[0]),
    ("sprintf", &[0]),
    ("stpcpy", &[0, 1]),
    ("strcasecmp", &[0, 1]),
    ("strcat", &[0, 1]),
    ("strchr", &[0]),
    ("strcmp", &[0, 1]),
    ("strcpy", &[0, 1]),
    ("strcspn", &[0, 1]),
    ("strdup", &[0]),
    ("strlen", &[0]),
    ("strncasecmp", &[0, 1]),
    ("strncat", &[0, 1]),
    ("strncmp", &[0, 1]),
    ("strncpy", &[0, 1]),
    ("strndup", &[0]),
    ("strrchr", &[0]),
    ("strspn", &[0, 1]),
    ("strstr", &[0, 1]),
    ("vsnprintf", &[0]),
    ("vsprintf", &[0]),
    ("wmemcpy", &[0, 1]),
];

/// The arguments through which a function reads or writes, by position.
pub(super) fn arguments_read(function: &str) -> &'static [usize] {
    READERS
        .iter()
        .find(|(name, _)| *name == function || function.strip_prefix("__builtin_") == Some(name))
        .map_or(&[][..], |(_, arguments)| arguments)
}

/// An expression without what stands behind `sizeof`: the size of what a pointer points to asks nothing.
pub(super) fn evaluated(text: &str) -> Cow<'_, str> {
    const OPERATOR: &str = "sizeof";
    if !text.contains(OPERATOR) {
        return Cow::Borrowed(text);
    }
    let mut left = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(OPERATOR) {
        left.push_str(&rest[..at]);
        left.push('0');
        let operand = &rest[at + OPERATOR.len()..];
        let is_part = |sign: char| sign.is_alphanumeric() || "_*&.->[]".contains(sign);
        let mut depth = 0_usize;
        let end = operand.find(|sign: char| {
            depth = match sign {
                '(' => depth + 1,
                ')' if depth > 0 => depth - 1,
                _ => return depth == 0 && !is_part(sign),
            };
            false
        });
        rest = &operand[end.unwrap_or(operand.len())..];
    }
    left.push_str(rest);
    Cow::Owned(left)
}
