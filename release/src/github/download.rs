//! Fetches the bytes of an asset into a file: never more than the release says, and all or nothing.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    path::PathBuf,
};

use super::{
    RemoteAsset,
    client::{Client, Wanted},
};
use crate::{Asset, Error, contract::contract};

/// Downloads an asset. Where its bytes are not to be had, the trouble is told with it.
pub(super) fn download(
    client: &Client<'_>,
    repository: &str,
    asset: &mut RemoteAsset,
    path: PathBuf,
) -> Result<Asset, Error> {
    let limit = contract().limits.asset_bytes;
    let mut incomplete = None;
    let mut size = 0;
    if asset.size > limit {
        incomplete = Some(format!("the asset is longer than {limit} bytes"));
    } else {
        let address = format!("{repository}/releases/assets/{}", asset.id);
        let written = client.get(&address, Wanted::Bytes, |body| {
            copy(body, &path, asset.size)
        })?;
        match written {
            Some(written) => {
                size = written;
                if written > asset.size {
                    incomplete =
                        Some("the download goes on behind the size of the asset".to_owned());
                }
            }
            None => incomplete = Some("the asset can't be downloaded (404)".to_owned()),
        }
    }
    if incomplete.is_some() {
        size = asset.size;
    }
    asset.trouble.clone_from(&incomplete);
    Ok(Asset {
        name: asset.name.clone(),
        path,
        size,
        incomplete,
    })
}

/// Writes a body to a file made anew, up to one byte more than expected.
fn copy(body: &mut dyn Read, path: &PathBuf, expected: u64) -> io::Result<u64> {
    let mut file = File::create(path)?;
    let written = io::copy(&mut body.take(expected + 1), &mut file)?;
    file.flush()?;
    Ok(written)
}
