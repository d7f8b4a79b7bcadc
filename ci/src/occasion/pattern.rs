//! Filter patterns of `branches`, `tags` and `paths`.
//!
//! `*` any characters but `/`, `**` any, `?` the character before it at most once, `+` at least once,
//! `[…]` one of a set, `\` takes the next as it is; a pattern after `!` takes away again.

/// Whether the patterns, in order, select the name.
pub(super) fn selects(patterns: &[String], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut selected = false;
    for pattern in patterns {
        let (negative, pattern) = pattern
            .strip_prefix('!')
            .map_or((false, pattern.as_str()), |rest| (true, rest));
        if matches(&tokens(pattern), &name) {
            selected = !negative;
        }
    }
    selected
}

/// One character (or set), and how often.
struct Token {
    what: What,
    least: usize,
    most: usize,
}

enum What {
    Char(char),
    NotSlash,
    Any,
    Set(Vec<(char, char)>),
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let what = match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                tokens.push(Token {
                    what: What::Any,
                    least: 0,
                    most: usize::MAX,
                });
                continue;
            }
            '*' => {
                tokens.push(Token {
                    what: What::NotSlash,
                    least: 0,
                    most: usize::MAX,
                });
                continue;
            }
            '?' | '+' => {
                if let Some(last) = tokens.last_mut() {
                    (last.least, last.most) = if c == '?' { (0, 1) } else { (1, usize::MAX) };
                }
                continue;
            }
            '[' => What::Set(set(&mut chars)),
            '\\' => What::Char(chars.next().unwrap_or('\\')),
            c => What::Char(c),
        };
        tokens.push(Token {
            what,
            least: 1,
            most: 1,
        });
    }
    tokens
}

fn set(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    while let Some(first) = chars.next().filter(|c| *c != ']') {
        let last = if chars.next_if_eq(&'-').is_some() {
            chars.next().unwrap_or(first)
        } else {
            first
        };
        ranges.push((first, last));
    }
    ranges
}

/// By the set of positions that can be reached: time is pattern × name, whatever the pattern.
fn matches(tokens: &[Token], name: &[char]) -> bool {
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for token in tokens {
        let mut next = vec![false; name.len() + 1];
        for start in (0..=name.len()).filter(|start| reached[*start]) {
            let mut count = 0;
            loop {
                if count >= token.least {
                    if next[start + count] && count > token.least {
                        break;
                    }
                    next[start + count] = true;
                }
                let fits = name
                    .get(start + count)
                    .is_some_and(|c| token.what.takes(*c));
                if !fits || count == token.most {
                    break;
                }
                count += 1;
            }
        }
        reached = next;
    }
    reached[name.len()]
}

impl What {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::NotSlash => c != '/',
            Self::Any => true,
            Self::Set(ranges) => ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&c)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::selects;

    fn check(patterns: &[&str], name: &str, expected: bool) {
        let patterns: Vec<_> = patterns.iter().map(ToString::to_string).collect();
        assert_eq!(selects(&patterns, name), expected, "{patterns:?} {name}");
    }

    #[test]
    fn patterns_select_names() {
        check(&["main"], "main", true);
        check(&["main"], "mainly", false);
        check(&["*"], "feature/a", false);
        check(&["**"], "feature/a", true);
        check(&["feature/*"], "feature/a/b", false);
        check(&["releases/**"], "releases/a/b", true);
        check(&["v[12].[0-9]+.[0-9]+"], "v1.10.3", true);
        check(&["v[12].[0-9]+.[0-9]+"], "v3.1.0", false);
        check(&["*.jsx?"], "page.js", true);
        check(&["**", "!docs/**"], "docs/a", false);
        check(&["**", "!docs/**", "docs/keep"], "docs/keep", true);
        check(&["!a"], "b", false);
        check(&[r"a\*"], "a*", true);
    }

    #[test]
    fn hostile_patterns_end() {
        check(&[&"**a".repeat(200)], &"a".repeat(150), false);
    }
}
