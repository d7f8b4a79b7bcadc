//! `actions/upload-artifact`: copies files into the artifacts of this run.

use std::fs;

use super::{Call, Done, Emulated, Failure, files};
use crate::Error;

pub(super) const ACTION: Emulated = Emulated {
    names: &["actions/upload-artifact"],
    sets_the_scene: false,
    run,
};

fn run(call: &mut Call<'_, '_, '_>) -> Result<Done, Failure> {
    let name = call.input("name").unwrap_or("artifact").to_owned();
    if let Some(bad) = name.chars().find(|c| "\"<>|*?\r\n:/\\".contains(*c)) {
        return Err(Failure::Failed(format!(
            "the artifact name '{name}' has the character '{bad}'"
        )));
    }
    let patterns = call.lines("path");
    if patterns.is_empty() {
        return Err(Failure::Failed("the input 'path' is required".to_owned()));
    }
    let found = files::find(call.workspace, &patterns, call.flag("include-hidden-files"))?;
    if found.files.is_empty() {
        return nothing(call, &patterns);
    }
    let store = call.session().folder.join("artifacts").join(&name);
    if store.exists() {
        if !call.flag("overwrite") {
            return Err(Failure::Failed(format!(
                "an artifact '{name}' was uploaded already"
            )));
        }
        fs::remove_dir_all(&store).map_err(Error::file(&store))?;
    }
    for file in &found.files {
        files::copy(&found.root.join(file), &store.join(file))?;
    }
    call.console
        .print(&format!("artifact '{name}': {} files", found.files.len()));
    let id = crate::hash_files::sha256(name.as_bytes())[..8].to_owned();
    let outputs = vec![
        (
            "artifact-id".to_owned(),
            u32::from_str_radix(&id, 16).unwrap_or(1).to_string(),
        ),
        (
            "artifact-url".to_owned(),
            format!("file://{}", store.display()),
        ),
        (
            "artifact-digest".to_owned(),
            crate::hash_files::hash_files(&store, &["**".to_owned()])?.hash,
        ),
    ];
    Ok(Done {
        outputs,
        ..Done::default()
    })
}

fn nothing(call: &mut Call<'_, '_, '_>, patterns: &[String]) -> Result<Done, Failure> {
    let message = format!("no files were found with the path: {}", patterns.join(", "));
    match call.input("if-no-files-found").unwrap_or("warn") {
        "error" => Err(Failure::Failed(message)),
        "ignore" => Ok(Done::default()),
        _ => {
            call.console
                .line(format!("::warning::{message}. No artifacts will be uploaded.").as_bytes());
            Ok(Done {
                note: Some(message),
                ..Done::default()
            })
        }
    }
}
