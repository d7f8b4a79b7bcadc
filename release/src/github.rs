//! A published release, read from the REST API of GitHub: <https://docs.github.com/rest>.
//!
//! Everything in an answer is a stranger's. Not here: what any of it has to be; that are the checks.

mod address;
mod client;
mod download;
mod proxy;
mod published;
mod shape;

use std::time::Duration;

pub use address::Address;
use client::Client;
pub use published::{Published, RemoteAsset, Run};

use crate::{Asset, Deadline, Error, Notes, Release, Selection, checks, contract::contract, tag};

/// Where GitHub's own API is.
pub const API: &str = "https://api.github.com";

/// Which release to read, and how.
pub struct Request<'a> {
    /// Base of the API, such as [`API`].
    pub api: &'a str,
    /// `OWNER/NAME`.
    pub repository: &'a str,
    pub tag: &'a str,
    pub token: Option<&'a str>,
    /// Gets one line per request: method, address, status.
    pub log: &'a (dyn Fn(&str) + Sync),
    /// A variable of the environment: the proxies are read from there.
    pub variable: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The first wait before another try; the next is twice as long.
    pub pause: Duration,
}

/// Reads a published release, with the bytes of its assets if a selected check needs them.
///
/// No release for the tag is a fact for the checks; no repository is an error.
pub fn fetch(
    request: &Request<'_>,
    selection: &Selection,
    deadline: &Deadline,
) -> Result<Release, Error> {
    let address = Address::parse(request.api)?;
    let repository = repository(request.repository)?;
    let mut release = Release {
        tag: request.tag.to_owned(),
        source: format!("{} at {}", request.repository, request.api),
        assets: Vec::new(),
        notes: Notes::Missing,
        published: Some(Published::default()),
        downloads: None,
    };
    if tag::version(request.tag).is_err() {
        return Ok(release);
    }
    let client = Client::new(&address, request, *deadline)?;
    let mut published = published::read(&client, &repository, request.tag, selection)?;
    release.notes = notes(&mut published);
    if needs_bytes(selection) {
        let folder = tempfile::tempdir().map_err(Error::file("write", std::env::temp_dir()))?;
        for (index, asset) in published.assets.iter_mut().enumerate() {
            let path = folder.path().join(index.to_string());
            let asset = download::download(&client, &repository, asset, path)?;
            release.assets.push(asset);
        }
        release.downloads = Some(folder);
    } else {
        release.assets = published.assets.iter().map(named).collect();
    }
    release
        .assets
        .sort_by(|one, other| one.name.cmp(&other.name));
    release.published = Some(published);
    Ok(release)
}

/// The path of a repository in the API, from `OWNER/NAME`.
fn repository(text: &str) -> Result<String, Error> {
    let part = |part: &str| {
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        !part.is_empty() && part.chars().all(letter) && !part.chars().all(|letter| letter == '.')
    };
    match text.split_once('/') {
        Some((owner, name)) if part(owner) && part(name) => Ok(format!("repos/{owner}/{name}")),
        _ => Err(Error::Request(format!(
            "expected a repository OWNER/NAME, found {text:?}"
        ))),
    }
}

/// An asset of which only the name is asked.
fn named(asset: &RemoteAsset) -> Asset {
    Asset {
        name: asset.name.clone(),
        path: std::path::PathBuf::new(),
        size: asset.size,
        incomplete: Some("the asset was not fetched".to_owned()),
    }
}

fn notes(published: &mut Published) -> Notes {
    match published.body.take() {
        None => Notes::Missing,
        Some(text) if text.len() > contract().limits.text_bytes => Notes::TooLong,
        Some(text) => Notes::Bytes(text.into_bytes()),
    }
}

fn needs_bytes(selection: &Selection) -> bool {
    let made = checks::ALL.iter().filter(|check| selection.makes(check));
    made.into_iter().any(|check| !check.needs.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_owner_and_name() {
        assert_eq!(repository("a-b/c.d_e").unwrap(), "repos/a-b/c.d_e");
        for text in [
            "", "a", "a/", "/b", "a/b/c", "a/..", "./b", "a/b?c", "a b/c", "a/b%2f",
        ] {
            assert!(repository(text).is_err(), "{text}");
        }
    }
}
