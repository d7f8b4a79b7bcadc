//! One spelling for a place, whatever parentheses stand in it: macros put them around their parameters.
//! Casts and calls are left as they are.

/// A longer text is left as it is: nobody writes one, and each pair of parentheses takes a look at all of it.
const TEXT_CAP: usize = 256;

/// The text without the parentheses that change nothing, if there are any.
pub(super) fn spelled(text: &str) -> Option<String> {
    if text.len() > TEXT_CAP {
        return None;
    }
    let mut spelled = text.to_owned();
    let mut from = 0;
    let mut has_changed = false;
    while let Some((open, close)) = innermost(&spelled, from) {
        match replaced(&spelled, open, close) {
            Some((place, behind)) => {
                spelled.replace_range(open..behind, &place);
                has_changed = true;
                from = 0;
            }
            None => from = close + 1,
        }
    }
    has_changed.then_some(spelled)
}

/// A pair of parentheses without others within, the first that closes behind `from`.
fn innermost(text: &str, from: usize) -> Option<(usize, usize)> {
    let close = from + text.get(from..)?.find(')')?;
    let open = text[..close].rfind('(')?;
    Some((open, close))
}

/// What stands for a pair of parentheses, and where that ends in the text.
fn replaced(text: &str, open: usize, close: usize) -> Option<(String, usize)> {
    let inner = &text[open + 1..close];
    let rest = &text[close + 1..];
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_called = text[..open]
        .bytes()
        .next_back()
        .is_some_and(|before| is_word(before) || matches!(before, b')' | b']'));
    let goes_on = rest.is_empty() || rest.starts_with(['.', '[', ')']) || rest.starts_with("->");
    if is_called || !goes_on {
        return None;
    }
    if let Some(pointer) = inner.strip_prefix('*').filter(|pointer| is_path(pointer)) {
        // `*q` alone is no shorter.
        let member = rest
            .strip_prefix('.')
            .map(|_| (format!("{pointer}->"), close + 2));
        return member.or_else(|| rest.is_empty().then(|| (inner.to_owned(), close + 1)));
    }
    is_path(inner).then(|| (inner.to_owned(), close + 1))
}

/// Whether a text is a name, or members and elements of one.
fn is_path(text: &str) -> bool {
    let first = text.bytes().next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && text
            .replace("->", ".")
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']'))
}

#[cfg(test)]
mod tests {
    use super::spelled;

    fn check(text: &str, expected: &str) {
        assert_eq!(spelled(text).as_deref().unwrap_or(text), expected, "{text}");
    }

    #[test]
    fn parentheses_that_change_nothing_are_dropped() {
        check("(q)->m", "q->m");
        check("((q))->m", "q->m");
        check("(q->m)", "q->m");
        check("(*q).m", "q->m");
        check("(*(q)).m[0]", "q->m[0]");
        check("(q.list)[i].m", "q.list[i].m");
        check("(*q)", "*q");
    }

    #[test]
    fn others_stay() {
        check("f(q)->m", "f(q)->m");
        check("((type*)q)->m", "((type*)q)->m");
        check("(type)q", "(type)q");
        check("(*q)->m", "(*q)->m");
        check("(*q)[i]", "(*q)[i]");
        check("list[f(i)].m", "list[f(i)].m");
        check("(q", "(q");
    }
}
