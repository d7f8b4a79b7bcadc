//! Release notes as CommonMark: their title, their sections, and what must not stand in them.
//!
//! Not here: which sections a release needs and which assets it has; that is the check `notes`.

mod document;
mod placeholder;

pub(crate) use document::{Document, Section};
pub(crate) use placeholder::placeholders;

/// The text of notes, or why they can't be read as text.
///
/// Line ends are LF or CRLF (a carriage return alone would end a line for some readers only); a byte
/// order mark is dropped.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("byte {} is not UTF-8", error.valid_up_to() + 1))?;
    if let Some((line, _)) = lines_with_lone_cr(text).next() {
        return Err(format!(
            "line {line} has a carriage return without a line feed"
        ));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The lines, counted from 1, that hold a carriage return which no line feed follows.
fn lines_with_lone_cr(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.split_inclusive('\n').enumerate();
    lines
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| line.strip_suffix("\r\n").unwrap_or(line).contains('\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_utf8_with_line_feeds() {
        assert_eq!(text(b"a\r\nb\n"), Ok("a\r\nb\n"));
        assert_eq!(text(b"\xef\xbb\xbf# a"), Ok("# a"));
        for (bytes, part) in [
            (&b"a\nb\rc"[..], "line 2 has a carriage return"),
            (b"a\r\r\nb", "line 1 has a carriage return"),
            (b"ab\xffc", "byte 3 is not UTF-8"),
        ] {
            assert!(text(bytes).unwrap_err().contains(part), "{part}");
        }
    }
}
