//! Which language a file is in, by its name, or by its first line.

/// The languages that rules know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    C,
    Shell,
    Workflow,
    Lua,
    Rust,
}

impl Language {
    /// The language of a file that is judged whatever it is: C where nothing says otherwise.
    pub fn of(path: &str, text: &str) -> Self {
        Self::named(path)
            .or_else(|| Self::of_first_line(text))
            .unwrap_or(Self::C)
    }

    /// The language that the extension of a path stands for.
    pub fn named(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension {
            "c" | "h" | "inc" | "cc" | "cpp" | "cxx" | "hh" | "hpp" | "hxx" => Self::C,
            "sh" | "bash" => Self::Shell,
            "yml" | "yaml" => Self::Workflow,
            "lua" => Self::Lua,
            "rs" => Self::Rust,
            _ => return None,
        })
    }

    /// The language that a `#!` line asks for.
    pub fn of_first_line(text: &str) -> Option<Self> {
        let line = text.strip_prefix("#!")?.lines().next()?;
        let mut words = line.split(['/', ' ', '\t']).filter(|word| !word.is_empty());
        words.find_map(|word| match word {
            "sh" | "bash" | "dash" | "ksh" | "zsh" => Some(Self::Shell),
            _ if word.starts_with("lua") => Some(Self::Lua),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_extension_decides_then_the_first_line() {
        let check = |path, text, expected| assert_eq!(Language::of(path, text), expected, "{path}");
        check("a/b.c", "#!/bin/sh\n", Language::C);
        check("a.b/run", "#!/usr/bin/env bash\n", Language::Shell);
        check("run", "#!/bin/sh -e\n", Language::Shell);
        check("run", "#!/usr/bin/env luajit\n", Language::Lua);
        check("x.yaml", "", Language::Workflow);
        check("x.rs", "", Language::Rust);
        check("x", "int x;", Language::C);
    }
}
