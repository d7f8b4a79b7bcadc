//! Which parts of a header stand under a condition of the preprocessor, read by search.
//! The guard around the whole header is none; what the conditions say is not asked.

/// The conditional parts of a text.
#[derive(Debug, Default)]
pub(crate) struct Guards {
    /// Behind each of these offsets so many conditionals are open.
    depths: Vec<(usize, usize)>,
}

impl Guards {
    pub(crate) fn read(text: &str) -> Self {
        let mut depths = Vec::new();
        // Whether each open conditional counts.
        let mut open: Vec<bool> = Vec::new();
        let mut is_first = true;
        for (at, line) in directives(text) {
            let word = first_word(line);
            match word {
                "if" | "ifdef" | "ifndef" => {
                    let counts = !(is_first && opens_guard(line, &text[at..]));
                    is_first = false;
                    open.push(counts);
                }
                "endif" => {
                    open.pop();
                }
                _ => continue,
            }
            depths.push((at, open.iter().filter(|&&counts| counts).count()));
        }
        Self { depths }
    }

    /// Whether no condition but the guard of the header decides about a place.
    pub(crate) fn is_certain(&self, offset: usize) -> bool {
        let after = self.depths.partition_point(|(at, _)| *at <= offset);
        after
            .checked_sub(1)
            .is_none_or(|index| self.depths[index].1 == 0)
    }
}

/// The lines that begin with `#`: the offset of the line and what follows the sign.
fn directives(text: &str) -> impl Iterator<Item = (usize, &str)> {
    memchr::memchr_iter(b'#', text.as_bytes()).filter_map(|at| {
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = text[start..at].trim_start_matches('\u{feff}');
        let line = text[at + 1..].lines().next().unwrap_or_default();
        before
            .trim_matches([' ', '\t'])
            .is_empty()
            .then(|| (start, line.trim_start_matches([' ', '\t'])))
    })
}

fn first_word(line: &str) -> &str {
    let end = line.find(|letter: char| !letter.is_ascii_alphabetic());
    &line[..end.unwrap_or(line.len())]
}

/// Whether a conditional asks for a name that the next directive defines: `#ifndef X`, `#if !defined(X)`.
fn opens_guard(line: &str, text: &str) -> bool {
    let is_negative = line.starts_with("ifndef") || line.contains('!');
    let name = |line: &str| {
        let mut words = line
            .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .filter(|word| !matches!(*word, "" | "if" | "ifndef" | "define" | "defined"));
        words.next().map(str::to_owned)
    };
    let next = directives(text).nth(1);
    is_negative
        && next.is_some_and(|(_, next)| {
            first_word(next) == "define" && name(next).is_some() && name(next) == name(line)
        })
}

#[cfg(test)]
mod tests {
    use super::Guards;

    fn check(text: &str, expected: bool) {
        let at = text.find('X').expect("the text has a mark");
        assert_eq!(Guards::read(text).is_certain(at), expected, "{text:?}");
    }

    #[test]
    fn the_guard_of_the_header_is_no_condition() {
        check("X\n", true);
        check("/* a */\n#ifndef H\n#define H\nX\n#endif\n", true);
        check("#if !defined(H)\n# define H 1\nX\n#endif\n", true);
        check(
            "#ifndef H\n#define H\n#ifdef __cplusplus\nextern \"C\" {\n#endif\nX\n#endif\n",
            true,
        );
        check("#pragma once\n#ifdef A\n#endif\nX\n", true);
    }

    #[test]
    fn other_conditions_are() {
        check("#ifndef H\n#define H\n#ifdef A\nX\n#endif\n#endif\n", false);
        check(
            "#ifndef H\n#define H\n#ifdef A\n#else\nX\n#endif\n#endif\n",
            false,
        );
        check("#ifdef A\n#define A\nX\n#endif\n", false);
        check("#ifndef HAVE_A\nX\n#endif\n", false);
    }
}
