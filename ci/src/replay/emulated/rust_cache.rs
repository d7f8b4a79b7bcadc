//! `Swatinem/rust-cache`: compiled libraries stay below `.tmp/ci/cache/rust` from one replay to the next.
//!
//! Cargo's registry is the user's own and needs no cache.

use std::fs;

use super::{Call, Done, Emulated, Failure};
use crate::Error;

pub(super) const ACTION: Emulated = Emulated {
    names: &["swatinem/rust-cache"],
    sets_the_scene: true,
    run,
};

fn run(call: &mut Call<'_, '_, '_>) -> Result<Done, Failure> {
    let store = call.session().options.root.join(".tmp/ci/cache/rust");
    let hit = store.is_dir();
    fs::create_dir_all(&store).map_err(Error::file(&store))?;
    let outputs = vec![("cache-hit".to_owned(), hit.to_string())];
    let target = call.workspace.join("target");
    let mut env = Vec::new();
    if fs::symlink_metadata(&target).is_err() && !link(&store, &target) {
        env.push((
            "CARGO_TARGET_DIR".to_owned(),
            store.to_string_lossy().into_owned(),
        ));
    }
    call.console.print(&format!(
        "compiled libraries are kept in {}",
        store.display()
    ));
    Ok(Done {
        outputs,
        env,
        ..Done::default()
    })
}

#[cfg(unix)]
fn link(store: &std::path::Path, target: &std::path::Path) -> bool {
    std::os::unix::fs::symlink(store, target).is_ok()
}

/// Links to folders need a privilege on Windows.
#[cfg(not(unix))]
fn link(_: &std::path::Path, _: &std::path::Path) -> bool {
    false
}
