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
        // Whether each open conditional counts, and how many do.
        let mut open: Vec<bool> = Vec::new();
        let mut depth = 0;
        for (at, rest) in directives(text) {
            match first_word(rest) {
                "if" | "ifdef" | "ifndef" => {
                    let counts = !(depths.is_empty() && opens_guard(line(rest), &text[at..]));
                    depth += usize::from(counts);
                    open.push(counts);
                }
                "endif" => depth -= usize::from(open.pop().unwrap_or_default()),
                _ => continue,
            }
            depths.push((at, depth));
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

/// The lines that begin with `#`: the offset of the sign and what follows the sign.
fn directives(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    memchr::memchr_iter(b'#', bytes).filter_map(move |at| {
        let before = bytes[..at].iter().rev().find(|byte| !is_blank(byte));
        let begins_line = match before {
            None | Some(b'\n') => true,
            Some(_) => text[..at].trim_matches([' ', '\t']) == "\u{feff}",
        };
        begins_line.then(|| {
            let rest = &text[at + 1..];
            let blanks = rest.bytes().take_while(|byte| is_blank(byte)).count();
            (at, &rest[blanks..])
        })
    })
}

fn first_word(rest: &str) -> &str {
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    &rest[..letters]
}

fn line(rest: &str) -> &str {
    rest.lines().next().unwrap_or_default()
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
            first_word(next) == "define"
                && name(self::line(next)).is_some()
                && name(self::line(next)) == name(line)
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
