//! `page`: the release is published, and its assets are what the workflow uploaded.

use std::collections::BTreeSet;

use super::{Applies, Check};
use crate::{
    checksum,
    contract::contract,
    evidence::{Evidence, Needs},
    github::RemoteAsset,
    name,
    outcome::Outcomes,
    tag,
};

pub(super) const CHECK: Check = Check {
    name: "page",
    summary: "the release is published for the tag, with assets as the workflow uploaded them",
    page: include_str!("../../../docs/release/page.md"),
    applies: Applies::Published,
    needs: &[Needs::Digests],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    let Some(published) = &evidence.release.published else {
        return;
    };
    if evidence.version.is_none() {
        outcomes.skip("", "the tag names no version, so nothing was fetched");
        return;
    }
    let tag = evidence.release.tag.as_str();
    outcomes.about(tag, |outcomes| {
        let Some(page) = &published.page else {
            outcomes.fail(format!(
                "expected a published release for {tag}, found none"
            ));
            return "";
        };
        if page.draft {
            outcomes.fail("expected a published release, found a draft");
        }
        if page.tag_name != tag {
            outcomes.fail(format!("expected the tag {tag}, found {:?}", page.tag_name));
        }
        let expected = tag::is_prerelease(tag);
        if page.prerelease != expected {
            outcomes.fail(format!(
                "expected prerelease {expected}, found {}",
                page.prerelease
            ));
        }
        let title = page.name.as_deref().unwrap_or_default();
        if !name::contains(title, tag) {
            outcomes.fail(format!(
                "expected {tag} in the title of the release, found {title:?}"
            ));
        }
        "published"
    });
    let mut seen = BTreeSet::new();
    for asset in &published.assets {
        let twice = !seen.insert(asset.name.as_str());
        outcomes.about(&asset.name, |outcomes| {
            if twice {
                outcomes.fail("expected one asset of that name, found another");
            }
            judge_asset(evidence, asset, outcomes)
        });
    }
}

fn judge_asset(evidence: &Evidence<'_>, asset: &RemoteAsset, outcomes: &mut Outcomes) -> String {
    if asset.state.as_deref() != Some("uploaded") {
        outcomes.fail(format!(
            "expected state uploaded, found {:?}",
            asset.state.as_deref().unwrap_or("none")
        ));
    }
    let uploader = contract().uploader.as_str();
    if asset.uploader.as_deref() != Some(uploader) {
        outcomes.fail(format!(
            "expected an upload by {uploader}, found {:?}",
            asset.uploader.as_deref().unwrap_or("none")
        ));
    }
    if asset.size == 0 {
        outcomes.fail("expected a size above 0, found 0");
    }
    if let Some(trouble) = &asset.trouble {
        outcomes.fail(format!("expected {} bytes: {trouble}", asset.size));
        return String::new();
    }
    let bytes = evidence
        .release
        .asset(&asset.name)
        .map_or(0, |asset| asset.size);
    if bytes != asset.size {
        outcomes.fail(format!("expected {} bytes, found {bytes}", asset.size));
    }
    let sum = evidence
        .digests
        .get(&asset.name)
        .map(|sum| format!("sha256:{}", checksum::hex(sum)));
    if let (Some(told), Some(sum)) = (&asset.digest, sum)
        && !told.eq_ignore_ascii_case(&sum)
    {
        outcomes.fail(format!("expected the digest {told:?}, found {sum}"));
    }
    format!("uploaded by {uploader}, {bytes} bytes")
}
