//! Which files of the repository go where in an archive.

use crate::contract::contract;

/// Path in the archive and path in the repository of each tracked file that goes into an archive.
pub fn sources<'a>(tracked: impl IntoIterator<Item = &'a str>) -> Vec<(String, &'a str)> {
    let sources = &contract().sources;
    let place = |path: &'a str| {
        sources.iter().find_map(|source| {
            let rest = path.strip_prefix(source.from.as_str())?;
            let whole = source.from.ends_with('/') || rest.is_empty();
            let taken = whole && path.ends_with(&source.ending);
            taken.then(|| (format!("{}{rest}", source.to), path))
        })
    };
    tracked.into_iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracked_files_find_their_place() {
        let check = |path: &str, place: Option<&str>| {
            let found = sources([path]);
            assert_eq!(
                found.first().map(|(place, _)| place.as_str()),
                place,
                "{path}"
            );
        };
        check("LICENSE", Some("LICENSE"));
        check("LICENSE.md", None);
        check("docs/release/tag.md", Some("docs/release/tag.md"));
        check("runtime/include/lunet.h", Some("include/lunet.h"));
        check("runtime/include/notes.md", None);
        check("runtime/lua/db/pool.lua", Some("lunet/db/pool.lua"));
        check(
            "runtime/types/lunet/socket.lua",
            Some("types/lunet/socket.lua"),
        );
        check("runtime/src/lib.rs", None);
        check("README.md", Some("README.md"));
        check("tools/README.md", None);
    }
}
