//! The files through which a step talks back: `GITHUB_ENV`, `GITHUB_OUTPUT`, `GITHUB_STATE`, `GITHUB_PATH`.
//!
//! Not here: what becomes of the values.

/// Names and values of such a file: `NAME=VALUE` or `NAME<<DELIMITER`, lines, `DELIMITER`.
pub(crate) fn parse_pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = text;
    while let Some((line, tail)) = next_line(rest) {
        rest = tail;
        if line.is_empty() {
            continue;
        }
        let equals = line.find('=');
        let heredoc = line.find("<<");
        match (equals, heredoc) {
            (Some(equals), heredoc) if heredoc.is_none_or(|heredoc| equals < heredoc) => {
                let (name, value) = (&line[..equals], &line[equals + 1..]);
                if name.is_empty() {
                    return Err(format!("invalid format '{line}': the name is empty"));
                }
                pairs.push((name.to_owned(), value.to_owned()));
            }
            (_, Some(heredoc)) => {
                let (name, delimiter) = (&line[..heredoc], &line[heredoc + 2..]);
                if name.is_empty() || delimiter.is_empty() {
                    return Err(format!(
                        "invalid format '{line}': name and delimiter must not be empty"
                    ));
                }
                let (value, tail) = until(rest, delimiter)?;
                rest = tail;
                pairs.push((name.to_owned(), value));
            }
            _ => return Err(format!("invalid format '{line}'")),
        }
    }
    Ok(pairs)
}

/// The lines of `GITHUB_PATH`.
pub(crate) fn parse_lines(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines()
        .filter(|line| !line.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// The lines up to the delimiter, joined as they were, and what follows it.
fn until<'a>(mut rest: &'a str, delimiter: &str) -> Result<(String, &'a str), String> {
    let start = rest;
    let mut length = 0;
    while let Some((line, tail)) = next_line(rest) {
        if line == delimiter {
            let value = &start[..length];
            let value = value.strip_suffix('\n').unwrap_or(value);
            return Ok((value.strip_suffix('\r').unwrap_or(value).to_owned(), tail));
        }
        rest = tail;
        length = start.len() - rest.len();
    }
    Err(format!(
        "invalid value: no matching delimiter '{delimiter}' was found"
    ))
}

/// A line without its end, and the rest.
fn next_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    Some((line.strip_suffix('\r').unwrap_or(line), rest))
}

#[cfg(test)]
mod tests {
    use super::parse_pairs;

    fn check(text: &str, expected: Result<&[(&str, &str)], &str>) {
        let found = parse_pairs(text);
        let expected = expected
            .map(|pairs| {
                pairs
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect::<Vec<_>>()
            })
            .map_err(ToOwned::to_owned);
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn pairs_and_blocks() {
        check(
            "a=1\nb=x=y\n\nc=",
            Ok(&[("a", "1"), ("b", "x=y"), ("c", "")]),
        );
        check(
            "a<<E\none\ntwo\nE\nb=2",
            Ok(&[("a", "one\ntwo"), ("b", "2")]),
        );
        check("a<<E\nE\n", Ok(&[("a", "")]));
        check("a<<E\n\n\nE\n", Ok(&[("a", "\n")]));
        check("a<<E\r\none\r\nE\r\n", Ok(&[("a", "one")]));
        check("a=b<<c\n", Ok(&[("a", "b<<c")]));
        check("a<<E=F\nx\nE=F\n", Ok(&[("a", "x")]));
        check(
            "a<<E\none",
            Err("invalid value: no matching delimiter 'E' was found"),
        );
        check("just text", Err("invalid format 'just text'"));
        check("=x", Err("invalid format '=x': the name is empty"));
    }
}
