//! The names of the macros that a text defines, looked for when somebody asks.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use crate::lexer::continues_identifier;

/// The macros of a text.
pub(in crate::gate) struct Macros<'a> {
    text: &'a str,
    names: OnceCell<FxHashSet<&'a str>>,
}

impl<'a> Macros<'a> {
    pub(in crate::gate) fn of(text: &'a str) -> Self {
        Self {
            text,
            names: OnceCell::new(),
        }
    }

    /// Whether the text may define a macro of a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.get_or_init(|| names(self.text)).contains(name)
    }
}

/// The words behind each `define`.
fn names(text: &str) -> FxHashSet<&str> {
    let defines = memchr::memmem::find_iter(text.as_bytes(), "define");
    let name = |at: usize| {
        let behind = text[at + "define".len()..].trim_start_matches([' ', '\t', '\\', '\r', '\n']);
        let length = behind
            .bytes()
            .take_while(|&byte| continues_identifier(byte));
        &behind[..length.count()]
    };
    defines.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::Macros;

    #[test]
    fn definitions_are_found() {
        let macros = Macros::of("#define A(x) x\n# define\tB\n#define \\\n C 1\nD(x);\n");
        let found = ["A", "B", "C", "D"].map(|name| macros.has(name));
        assert_eq!(found, [true, true, true, false]);
    }
}
