//! The shapes of answers, only what is read of them. Further keys are allowed.

use serde::Deserialize;

/// `GET /repos/{owner}/{repo}/releases/tags/{tag}`
#[derive(Debug, Deserialize)]
pub(super) struct Release {
    pub(super) id: u64,
    pub(super) tag_name: String,
    pub(super) name: Option<String>,
    pub(super) body: Option<String>,
    pub(super) draft: bool,
    pub(super) prerelease: bool,
}

/// One of `GET /repos/{owner}/{repo}/releases/{id}/assets`
#[derive(Debug, Deserialize)]
pub(super) struct Asset {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) state: Option<String>,
    pub(super) size: u64,
    pub(super) digest: Option<String>,
    pub(super) uploader: Option<User>,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) login: String,
}

/// `GET /repos/{owner}/{repo}/git/ref/tags/{tag}` and `…/git/tags/{sha}`
#[derive(Debug, Deserialize)]
pub(super) struct Pointer {
    pub(super) object: Object,
}

#[derive(Debug, Deserialize)]
pub(super) struct Object {
    pub(super) sha: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// `GET /repos/{owner}/{repo}/actions/workflows/{file}/runs`
#[derive(Debug, Deserialize)]
pub(super) struct Runs {
    pub(super) workflow_runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Run {
    pub(super) event: String,
    pub(super) head_branch: Option<String>,
    pub(super) head_sha: String,
    pub(super) conclusion: Option<String>,
}

/// Any answer that is an object: that a repository answers is enough.
#[derive(Debug, Deserialize)]
pub(super) struct Anything {}

/// What an error says.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) message: Option<String>,
}
