//! Two outputs line by line: the first that differs, and whether only a version does.
//!
//! What differs between any two runs (times, durations, folders, numbers of processes) is no difference.

/// The first difference: its kind, the line here and the line there.
pub(super) fn first_difference(
    here: &[String],
    there: &[String],
) -> Option<(&'static str, String, String)> {
    let count = here.len().max(there.len());
    for index in 0..count {
        let (own, real) = (here.get(index), there.get(index));
        let (Some(own_line), Some(real_line)) = (own, real) else {
            let line = |line: Option<&String>| {
                line.map_or_else(|| "(no more lines)".to_owned(), Clone::clone)
            };
            return Some(("output", line(own), line(real)));
        };
        if stable(own_line) == stable(real_line) {
            continue;
        }
        let kind =
            if without_numbers(own_line) == without_numbers(real_line) && has_version(own_line) {
                "version"
            } else {
                "output"
            };
        return Some((kind, own_line.clone(), real_line.clone()));
    }
    None
}

/// A line without what no two runs share.
fn stable(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        let bare = word.trim_matches(|c: char| "()[]{}'\",;:".contains(c));
        let is_path = bare.starts_with('/') || bare.get(1..3).is_some_and(|part| part == ":\\");
        if is_path || is_time(bare) || is_duration(bare) {
            "…"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// `12:34:56`, `2026-01-31`, `2026-01-31T12:34:56Z`.
fn is_time(word: &str) -> bool {
    let shape: String = word
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    ["00:00:00", "0000-00-00"]
        .iter()
        .any(|known| shape.starts_with(known))
}

/// `1.5s`, `20ms`.
fn is_duration(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == 'µ');
    let unit = &word[digits.len()..];
    ["s", "ms", "us", "µs", "ns", "m", "min"].contains(&unit)
        && !digits.is_empty()
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn without_numbers(line: &str) -> String {
    let mut text: String = stable(line)
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    while text.contains("00") {
        text = text.replace("00", "0");
    }
    // The hash and date behind a version say the same as the version does.
    text.split(" (").next().unwrap_or_default().to_owned()
}

/// A word such as `1.2` or `v1.2.3`.
fn has_version(line: &str) -> bool {
    line.split_whitespace().any(|word| {
        let word = word.trim_start_matches(|c: char| !c.is_ascii_digit());
        word.split_once('.').is_some_and(|(major, rest)| {
            !major.is_empty()
                && major.bytes().all(|byte| byte.is_ascii_digit())
                && rest.starts_with(|c: char| c.is_ascii_digit())
        })
    })
}
