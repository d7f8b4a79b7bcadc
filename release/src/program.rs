//! What a program's bytes say: its format and CPU, where it looks for libraries, what it needs.
//!
//! Nothing is started, and no length in a header is believed: reads are bounded in place and in sum.

mod bounded;
mod elf;
mod macho;
mod pe;
mod scan;

use std::collections::BTreeSet;

pub(crate) use bounded::Bounded;
pub(crate) use scan::Scan;

/// What a program says of itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) identity: Identity,
    /// Whether it is made to be started, not only to be loaded.
    pub(crate) starts: bool,
    /// Where it looks for libraries, one entry each; in the end only those not beside itself.
    pub(crate) run_paths: Vec<String>,
    /// Libraries that it needs.
    pub(crate) needs: BTreeSet<String>,
    /// The newest version of the GNU C library that a symbol asks for.
    pub(crate) glibc: Option<(u32, u32)>,
    /// Bytes of debug information.
    pub(crate) debug_bytes: u64,
    /// Names that others can link to.
    pub(crate) exports: BTreeSet<String>,
}

impl Facts {
    /// Keeps of strangers' lists only what somebody will read, whatever their length.
    ///
    /// Run paths that lead beside the program on every format need no keeping.
    pub(crate) fn bounded(mut self, detailed: bool, compared: bool) -> Self {
        const KEPT: usize = 64;
        const LETTERS: usize = 256;
        let few = if detailed { KEPT } else { 1 };
        self.run_paths
            .retain(|path| !is_beside(&self.identity, path));
        self.run_paths.truncate(few);
        for path in &mut self.run_paths {
            *path = path.chars().take(LETTERS).collect();
        }
        let cut = |names: BTreeSet<String>, kept: usize| -> BTreeSet<String> {
            let names = names.into_iter().take(kept);
            names
                .map(|name| name.chars().take(LETTERS).collect())
                .collect()
        };
        self.needs = cut(self.needs, if detailed { KEPT } else { 0 });
        self.exports = cut(self.exports, if compared { 64 * KEPT } else { 0 });
        self
    }
}

/// Whether a run path begins at the program itself. `$ORIGINAL` is no `$ORIGIN`: the loader takes it
/// for a folder of that name.
pub(crate) fn is_beside(identity: &Identity, path: &str) -> bool {
    let begins = |token: &str| {
        let rest = path.strip_prefix(token);
        let goes_on = |next: char| next.is_ascii_alphanumeric() || next == '_';
        rest.is_some_and(|rest| !rest.starts_with(goes_on))
    };
    match identity {
        Identity::Elf => begins("$ORIGIN"),
        Identity::MachO => begins("@executable_path") || begins("@loader_path"),
        Identity::Pe | Identity::Other(_) => true,
    }
}

/// Format and CPU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// ELF, 64-bit little-endian, x86-64.
    Elf,
    /// Mach-O 64-bit arm64, or universal with such a slice.
    MachO,
    /// PE32+, x86-64.
    Pe,
    /// Anything else, in words.
    Other(String),
}

impl Default for Identity {
    fn default() -> Self {
        Self::Other("no program".to_owned())
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Elf => "ELF x86-64",
            Self::MachO => "Mach-O arm64",
            Self::Pe => "PE32+ x86-64",
            Self::Other(words) => words,
        })
    }
}

/// Reads what a program says of itself; an error tells what can't be read of it.
pub(crate) fn inspect(data: &Bounded) -> Result<Facts, String> {
    let start = data.at_most(0, 20);
    match start {
        [0x7f, b'E', b'L', b'F', ..] => elf::inspect(data),
        [0xcf, 0xfa, 0xed, 0xfe, ..] => macho::inspect_one(data),
        [0xca, 0xfe, 0xba, 0xbe | 0xbf, ..] => macho::inspect_universal(data),
        [b'M', b'Z', ..] => pe::inspect(data),
        _ => Ok(other(match start {
            [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] => "Mach-O of big-endian order",
            [0xce, 0xfa, 0xed, 0xfe, ..] => "Mach-O of 32 bits",
            [b'#', b'!', ..] => "a script",
            [] => "an empty file",
            _ => "no program",
        })),
    }
}

/// The facts of what is no program of any target.
fn other(words: impl Into<String>) -> Facts {
    Facts {
        identity: Identity::Other(words.into()),
        ..Facts::default()
    }
}

/// Text out of a program.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_paths_begin_at_the_program() {
        for path in ["$ORIGIN", "$ORIGIN/", "$ORIGIN/../lib"] {
            assert!(is_beside(&Identity::Elf, path), "{path}");
        }
        for path in [
            "",
            "/usr/lib",
            "lib",
            "$ORIGINAL/lib",
            "/x/$ORIGIN",
            "${LIB}",
            "@loader_path",
        ] {
            assert!(!is_beside(&Identity::Elf, path), "{path}");
        }
        assert!(is_beside(&Identity::MachO, "@loader_path/lunet"));
        assert!(is_beside(&Identity::MachO, "@executable_path"));
        assert!(!is_beside(&Identity::MachO, "@rpath/x"));
        assert!(!is_beside(&Identity::MachO, "/opt/homebrew/lib"));
    }
}
