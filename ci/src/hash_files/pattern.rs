//! One pattern of `hashFiles`.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use crate::Error;

/// A pattern, split at its slashes.
pub(super) struct Pattern {
    /// It began with an odd number of `!`.
    pub(super) negative: bool,
    /// The names before the first that is no literal, as written; nothing below other folders can match.
    pub(super) start: Vec<String>,
    segments: Vec<Segment>,
    /// It ends with a slash: only folders match (and so all that is below them).
    folders_only: bool,
}

enum Segment {
    /// `**`: any number of names.
    Any,
    Literal(String),
    Glob(Box<GlobMatcher>),
}

impl Pattern {
    /// A pattern relative to `folder`; none if it is absolute and leads elsewhere.
    pub(super) fn parse(text: &str, folder: &Path) -> Result<Option<Self>, Error> {
        let positive = text.trim_start_matches('!');
        let negative = (text.len() - positive.len()) % 2 == 1;
        let mut rest = positive.trim().to_owned();
        if cfg!(windows) {
            rest = rest.replace('\\', "/");
        }
        if rest.starts_with('/') || Path::new(&rest).is_absolute() {
            let root = folder.to_string_lossy().replace('\\', "/");
            match rest
                .strip_prefix(root.trim_end_matches('/'))
                .and_then(|rest| rest.strip_prefix('/'))
            {
                Some(inside) => rest = inside.to_owned(),
                None => return Ok(None),
            }
        }
        let folders_only = rest.ends_with('/');
        let names: Vec<&str> = rest.split('/').filter(|name| !name.is_empty()).collect();
        let names = if names.first() == Some(&".") {
            &names[1..]
        } else {
            &names[..]
        };
        if names.iter().any(|name| matches!(*name, "." | "..")) {
            return Err(Error::Usage(format!(
                "invalid pattern '{text}': '.' and '..' are not allowed in it"
            )));
        }
        let segments = names.iter().map(|name| segment(name)).collect();
        let literals = names.iter().take_while(|name| is_literal(name));
        Ok(Some(Self {
            negative,
            start: literals.map(ToString::to_string).collect(),
            segments,
            folders_only,
        }))
    }

    /// Whether this file matches, or a folder above it.
    pub(super) fn matches(&self, file: &[String]) -> bool {
        let reached = self.reached(file);
        let all = self.segments.len();
        let folders = &reached[..file.len()];
        folders.iter().any(|ends| ends[all]) || (!self.folders_only && reached[file.len()][all])
    }

    pub(super) fn could_match_below(&self, folder: &[String]) -> bool {
        let reached = self.reached(folder);
        let all = self.segments.len();
        reached.iter().any(|ends| ends[all]) || reached[folder.len()].iter().any(|state| *state)
    }

    /// For each number of names: which numbers of segments can match exactly these names.
    fn reached(&self, names: &[String]) -> Vec<Vec<bool>> {
        let mut states = vec![false; self.segments.len() + 1];
        states[0] = true;
        self.skip_any(&mut states);
        let mut reached = vec![states];
        for name in names {
            let before = &reached[reached.len() - 1];
            let mut states = vec![false; self.segments.len() + 1];
            for (at, segment) in self
                .segments
                .iter()
                .enumerate()
                .filter(|(at, _)| before[*at])
            {
                match segment {
                    Segment::Any => states[at] = true,
                    Segment::Literal(literal) => states[at + 1] |= literal == name,
                    Segment::Glob(glob) => states[at + 1] |= glob.is_match(name),
                }
            }
            self.skip_any(&mut states);
            reached.push(states);
        }
        reached
    }

    /// `**` may match no name at all.
    fn skip_any(&self, states: &mut [bool]) {
        for (at, segment) in self.segments.iter().enumerate() {
            if matches!(segment, Segment::Any) && states[at] {
                states[at + 1] = true;
            }
        }
    }
}

/// Named classes of characters, within brackets.
const CLASSES: [(&str, &str); 8] = [
    ("[:alnum:]", "a-zA-Z0-9"),
    ("[:alpha:]", "a-zA-Z"),
    ("[:digit:]", "0-9"),
    ("[:lower:]", "a-z"),
    ("[:space:]", " \t"),
    ("[:upper:]", "A-Z"),
    ("[:word:]", "a-zA-Z0-9_"),
    ("[:xdigit:]", "0-9a-fA-F"),
];

fn is_literal(name: &str) -> bool {
    !name.contains(['*', '?', '[', '\\'])
}

fn segment(name: &str) -> Segment {
    if name == "**" {
        return Segment::Any;
    }
    // Windows takes no notice of case, which a glob can do.
    if is_literal(name) && !cfg!(windows) {
        return Segment::Literal(name.to_owned());
    }
    // Braces are nothing special to GitHub, and stars in a row are one.
    let mut glob = name
        .replace('{', "[{]")
        .replace('}', "[}]")
        .replace(',', "[,]");
    for (class, characters) in CLASSES {
        glob = glob.replace(class, characters);
    }
    while glob.contains("**") {
        glob = glob.replace("**", "*");
    }
    let built = GlobBuilder::new(&glob)
        .literal_separator(true)
        .backslash_escape(!cfg!(windows))
        .case_insensitive(cfg!(windows))
        .build();
    built.map_or_else(
        |_| Segment::Literal(name.to_owned()),
        |glob| Segment::Glob(Box::new(glob.compile_matcher())),
    )
}
