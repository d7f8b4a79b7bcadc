//! `actions/download-artifact`: copies artifacts of this run into the workspace.

use std::fs;

use globset::Glob;

use super::{Call, Done, Emulated, Failure, files};
use crate::Error;

pub(super) const ACTION: Emulated = Emulated {
    names: &["actions/download-artifact"],
    sets_the_scene: true,
    run,
};

fn run(call: &mut Call<'_, '_, '_>) -> Result<Done, Failure> {
    if call.input("run-id").is_some() || call.input("repository").is_some() {
        return Err(Failure::NotReplayable(
            "it downloads from another run".to_owned(),
        ));
    }
    let target = call.workspace.join(call.input("path").unwrap_or_default());
    fs::create_dir_all(&target).map_err(Error::file(&target))?;
    let store = call.session().folder.join("artifacts");
    let mut names: Vec<String> = match fs::read_dir(&store) {
        Ok(entries) => entries
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect(),
        Err(_) => Vec::new(),
    };
    names.sort();
    if let Some(name) = call.input("name") {
        if !names.iter().any(|known| known == name) {
            let known = if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            };
            return Err(Failure::Failed(format!(
                "there is no artifact '{name}' of this run (there is: {known})"
            )));
        }
        files::copy(&store.join(name), &target)?;
        names = vec![name.to_owned()];
    } else {
        if let Some(pattern) = call.input("pattern") {
            let glob = Glob::new(pattern)
                .map_err(|error| Failure::Failed(error.to_string()))?
                .compile_matcher();
            names.retain(|name| glob.is_match(name));
        }
        for name in &names {
            let folder = if call.flag("merge-multiple") {
                target.clone()
            } else {
                target.join(name)
            };
            files::copy(&store.join(name), &folder)?;
        }
    }
    call.console.print(&format!(
        "artifacts: {}",
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    ));
    let outputs = vec![(
        "download-path".to_owned(),
        target.to_string_lossy().into_owned(),
    )];
    Ok(Done {
        outputs,
        ..Done::default()
    })
}
