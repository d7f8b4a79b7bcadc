//! `hashFiles`: one hash over all files that match some patterns, by the rules of GitHub's glob library.
//!
//! Later patterns can take away (`!`) and add again; a folder that matches stands for all below it;
//! names that begin with a dot are nothing special; symbolic links to folders are not followed.

mod pattern;
#[cfg(test)]
mod tests;

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use ring::digest::{Context, SHA256, digest};

use crate::Error;
use pattern::Pattern;

/// The hash and the files that went into it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hashed {
    /// SHA-256 over the SHA-256 of each file, in hexadecimal; empty when nothing matches.
    pub hash: String,
    /// The files in the order of hashing, relative to the folder with `/`.
    pub files: Vec<String>,
}

/// Hashes the files below `folder` that match. A pattern may hold several, one a line.
pub fn hash_files(folder: &Path, patterns: &[String]) -> Result<Hashed, Error> {
    let files = matching(folder, patterns)?;
    let mut total = Context::new(&SHA256);
    for file in &files {
        let path = folder.join(file);
        let mut own = Context::new(&SHA256);
        let mut content = File::open(&path).map_err(Error::file(&path))?;
        read_into(&mut content, &mut own).map_err(Error::file(&path))?;
        total.update(own.finish().as_ref());
    }
    let hash = if files.is_empty() {
        String::new()
    } else {
        hexadecimal(total.finish().as_ref())
    };
    Ok(Hashed { hash, files })
}

/// The files below `folder` that match, relative to it.
pub fn matching(folder: &Path, patterns: &[String]) -> Result<Vec<String>, Error> {
    let lines = patterns
        .iter()
        .flat_map(|pattern| pattern.lines())
        .map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let patterns: Vec<Pattern> = lines
        .filter_map(|line| Pattern::parse(line, folder).transpose())
        .collect::<Result<_, _>>()?;
    let mut roots: Vec<Vec<String>> = Vec::new();
    for root in patterns
        .iter()
        .filter(|pattern| !pattern.negative)
        .map(|pattern| pattern.start.clone())
    {
        if !roots.iter().any(|known| is_within(&root, known)) {
            roots.retain(|known| !is_within(known, &root));
            roots.push(root);
        }
    }
    let mut files = Vec::new();
    for root in roots {
        walk(folder, root, &patterns, &mut files);
    }
    Ok(files)
}

/// Whether a folder is another one or lies in it.
fn is_within(folder: &[String], other: &[String]) -> bool {
    let same = |(own, other): (&String, &String)| {
        own == other || cfg!(windows) && own.to_lowercase() == other.to_lowercase()
    };
    folder.len() >= other.len() && folder.iter().zip(other).all(same)
}

fn read_into(file: &mut File, hash: &mut Context) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(digest(&SHA256, bytes).as_ref())
}

/// Lower-case hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// Depth first, the members of a folder sorted by name. What can't be read is no match.
fn walk(folder: &Path, start: Vec<String>, patterns: &[Pattern], files: &mut Vec<String>) {
    let mut open = vec![start];
    while let Some(segments) = open.pop() {
        let path: PathBuf = folder.join(segments.iter().collect::<PathBuf>());
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        if metadata.is_dir() {
            if could_contain(patterns, &segments) {
                open.extend(members(&path, &segments));
            }
        } else if selected(patterns, &segments) && !is_folder_link(&path) {
            files.push(segments.join("/"));
        }
    }
}

/// A link that leads nowhere is no folder: hashing it fails, as on GitHub.
fn is_folder_link(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|target| target.is_dir())
}

/// In reverse, because they go onto a stack.
fn members(path: &Path, segments: &[String]) -> Vec<Vec<String>> {
    let Ok(entries) = fs::read_dir(path) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable_by(|left, right| right.as_bytes().cmp(left.as_bytes()));
    names
        .into_iter()
        .map(|name| [segments, &[name]].concat())
        .collect()
}

fn selected(patterns: &[Pattern], file: &[String]) -> bool {
    let mut selected = false;
    for pattern in patterns {
        if selected == pattern.negative && pattern.matches(file) {
            selected = !pattern.negative;
        }
    }
    selected
}

fn could_contain(patterns: &[Pattern], folder: &[String]) -> bool {
    patterns
        .iter()
        .any(|pattern| !pattern.negative && pattern.could_match_below(folder))
}
