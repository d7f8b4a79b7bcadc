//! The facts about a published release: its page, the commit of its tag, the runs that built it.

use super::{address::path_part, client::Client, shape};
use crate::{Error, Selection, checks, contract::contract};

/// What the API says of a release.
#[derive(Debug, Default)]
pub struct Published {
    /// Nothing if there is no release for the tag.
    pub(crate) page: Option<Page>,
    /// Nothing if the tag does not exist.
    pub(crate) commit: Option<String>,
    /// Runs of the build workflow for that commit.
    pub(crate) runs: Vec<Run>,
    pub(crate) assets: Vec<RemoteAsset>,
    /// The notes, until they are taken.
    pub(super) body: Option<String>,
}

/// What is told of the release itself.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) tag_name: String,
    pub(crate) name: Option<String>,
    pub(crate) draft: bool,
    pub(crate) prerelease: bool,
}

/// What is told of an asset.
#[derive(Debug, Clone)]
pub struct RemoteAsset {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) state: Option<String>,
    pub(crate) size: u64,
    pub(crate) digest: Option<String>,
    /// Login of who uploaded it.
    pub(crate) uploader: Option<String>,
    /// Why its bytes are not there, if they were asked for and are not.
    pub(crate) trouble: Option<String>,
}

/// One run of the build workflow.
#[derive(Debug, Clone)]
pub struct Run {
    pub(crate) event: String,
    pub(crate) head_branch: Option<String>,
    pub(crate) head_sha: String,
    pub(crate) conclusion: Option<String>,
}

/// An annotated tag may point to another; nobody nests them deeper.
const NESTED_TAGS: usize = 8;

/// Reads everything but bytes.
pub(super) fn read(
    client: &Client<'_>,
    repository: &str,
    tag: &str,
    selection: &Selection,
) -> Result<Published, Error> {
    let mut published = Published::default();
    let part = path_part(tag);
    let release: Option<shape::Release> =
        client.json(&format!("{repository}/releases/tags/{part}"))?;
    match release {
        Some(release) => {
            let assets = format!("{repository}/releases/{}/assets?per_page=100", release.id);
            let pages: Vec<Vec<shape::Asset>> = client.pages(&assets)?.unwrap_or_default();
            published.assets = pages.into_iter().flatten().map(RemoteAsset::from).collect();
            published.body = release.body;
            published.page = Some(Page {
                tag_name: release.tag_name,
                name: release.name,
                draft: release.draft,
                prerelease: release.prerelease,
            });
        }
        None => demand_repository(client, repository)?,
    }
    if checks::find("build-run").is_ok_and(|check| selection.makes(check)) {
        published.commit = commit(client, repository, &part)?;
        if let Some(commit) = &published.commit {
            published.runs = runs(client, repository, commit)?;
        }
    }
    Ok(published)
}

/// A release that is not there is a finding, unless nothing is there at all.
fn demand_repository(client: &Client<'_>, repository: &str) -> Result<(), Error> {
    let answer: Option<shape::Anything> = client.json(repository)?;
    answer.map(drop).ok_or_else(|| {
        let name = repository.trim_start_matches("repos/");
        Error::Network(format!(
            "the repository {name} was not found, or there is no access to it (404)"
        ))
    })
}

/// The commit that a tag leads to, through tag objects.
fn commit(client: &Client<'_>, repository: &str, tag: &str) -> Result<Option<String>, Error> {
    let pointer: Option<shape::Pointer> =
        client.json(&format!("{repository}/git/ref/tags/{tag}"))?;
    let Some(mut pointer) = pointer else {
        return Ok(None);
    };
    for _ in 0..NESTED_TAGS {
        if pointer.object.kind != "tag" {
            break;
        }
        let sha = path_part(&pointer.object.sha);
        match client.json(&format!("{repository}/git/tags/{sha}"))? {
            Some(next) => pointer = next,
            None => return Ok(None),
        }
    }
    let object = pointer.object;
    Ok((object.kind == "commit").then_some(object.sha))
}

fn runs(client: &Client<'_>, repository: &str, commit: &str) -> Result<Vec<Run>, Error> {
    let workflow = &contract().workflow;
    let path = format!(
        "{repository}/actions/workflows/{workflow}/runs?event=push&head_sha={}&per_page=100",
        path_part(commit)
    );
    let pages: Vec<shape::Runs> = client.pages(&path)?.unwrap_or_default();
    let runs = pages.into_iter().flat_map(|page| page.workflow_runs);
    Ok(runs.map(Run::from).collect())
}

impl From<shape::Asset> for RemoteAsset {
    fn from(asset: shape::Asset) -> Self {
        Self {
            id: asset.id,
            name: asset.name,
            state: asset.state,
            size: asset.size,
            digest: asset.digest,
            uploader: asset.uploader.map(|user| user.login),
            trouble: None,
        }
    }
}

impl From<shape::Run> for Run {
    fn from(run: shape::Run) -> Self {
        Self {
            event: run.event,
            head_branch: run.head_branch,
            head_sha: run.head_sha,
            conclusion: run.conclusion,
        }
    }
}
