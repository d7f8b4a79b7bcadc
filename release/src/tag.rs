//! The shape of a tag: `v` and a version by Semantic Versioning 2.0 without build metadata.

/// The version that a tag names, or what is wrong with the tag.
///
/// Shape: <https://semver.org/spec/v2.0.0.html>, items 2, 9 and 10.
pub fn version(tag: &str) -> Result<&str, &'static str> {
    let version = tag.strip_prefix('v').ok_or("it does not begin with `v`")?;
    let (core, pre) = match version.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (version, None),
    };
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() != 3 {
        return Err("after the `v` stand three numbers with dots between");
    }
    if !numbers.iter().all(|number| is_number(number)) {
        return Err("MAJOR, MINOR and PATCH are digits without leading zeros");
    }
    if !pre.is_none_or(|pre| pre.split('.').all(is_identifier)) {
        return Err(
            "after the `-` stand letters, digits and `-` in parts with dots between, numbers without leading zeros",
        );
    }
    Ok(version)
}

/// Whether a tag names a version before a release: `v1.2.0-rc.1`.
pub fn is_prerelease(tag: &str) -> bool {
    tag.contains('-')
}

fn is_number(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (text == "0" || !text.starts_with('0'))
}

fn is_identifier(text: &str) -> bool {
    let shaped = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit());
    !text.is_empty() && text.bytes().all(shaped) && (!numeric || is_number(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_releases_and_prereleases_name_their_version() {
        for tag in [
            "v0.0.0",
            "v1.2.3",
            "v1.2.3-rc.1",
            "v1.0.0-alpha",
            "v1.0.0-0.3.7",
            "v1.0.0-x-y-z.--",
            "v1.0.0-0a",
            "v99999999999999999999999.1.0",
        ] {
            assert_eq!(version(tag), Ok(&tag[1..]), "{tag}");
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for tag in [
            "",
            "v",
            "1.2.3",
            "V1.2.3",
            "vv1.2.3",
            "v1.2",
            "v1.2.3.4",
            "v01.2.3",
            "v1.02.3",
            "v1.2.03",
            "v1.2.3+b",
            "v1.2.3-rc+b",
            "v1.2.3-",
            "v1.2.3-.",
            "v1.2.3-a..b",
            "v1.2.3-01",
            "v1.2.3-a.01",
            "v1.2.3 ",
            " v1.2.3",
            "v1.2.3\n",
            "v1.2.x",
            "v-1.2.3",
            "v1.2.3-é",
            "v1.2.3-a_b",
            "refs/tags/v1.2.3",
            "v１.2.3",
            "v1..3",
        ] {
            assert!(version(tag).is_err(), "{tag}");
        }
    }
}
