//! `manifest.json`: what an archive holds, told in the archive itself.

use serde::{Deserialize, Serialize};

/// The whole manifest. Further keys are allowed, a key twice is not.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) version: String,
    pub(crate) target: String,
    /// Every file but the manifest itself, sorted by path.
    pub(crate) files: Vec<File>,
}

/// One file of an archive.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) size: u64,
    /// 64 hexadecimal digits.
    pub(crate) sha256: String,
}

impl Manifest {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(text).map_err(|error| error.to_string())
    }
}
