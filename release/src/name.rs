//! Names in running text: a maximal run of letters, digits and `. _ - +`, dots at its end dropped.
//!
//! So `v1.2.0` stands in "Lunet v1.2.0." but not in "v1.2.0-rc1", and `a.zip` not in "data.zip".

/// The names in a text, in order. A run of dots alone is no name.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || "._-+".contains(letter)))
        .map(|run| run.trim_end_matches('.'))
        .filter(|name| !name.is_empty())
}

/// Whether a text contains something as a name.
pub(crate) fn contains(text: &str, name: &str) -> bool {
    names(text).any(|found| found == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_whole_run_without_the_dots_at_its_end() {
        for text in [
            "Lunet v1.2.0",
            "v1.2.0.",
            "(v1.2.0)",
            "v1.2.0... done",
            "**v1.2.0**",
            "v1.2.0: x",
        ] {
            assert!(contains(text, "v1.2.0"), "{text}");
        }
        for text in [
            "",
            "v1.2.0-rc1",
            "v1.2.01",
            "xv1.2.0",
            "v1.2.0+b",
            "_v1.2.0",
            ".v1.2.0",
            "v1.2",
        ] {
            assert!(!contains(text, "v1.2.0"), "{text}");
        }
    }
}
