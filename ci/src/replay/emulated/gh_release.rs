//! `softprops/action-gh-release`: what would be published is checked and recorded, nothing leaves this machine.

use super::{Call, Done, Emulated, Failure, files};

pub(super) const ACTION: Emulated = Emulated {
    names: &["softprops/action-gh-release"],
    sets_the_scene: false,
    run,
};

fn run(call: &mut Call<'_, '_, '_>) -> Result<Done, Failure> {
    let occasion = &call.session().options.occasion;
    let of_event = occasion
        .reference
        .strip_prefix("refs/tags/")
        .map(ToOwned::to_owned);
    let Some(tag) = call.input("tag_name").map(ToOwned::to_owned).or(of_event) else {
        return Err(Failure::Failed(
            "a release needs a tag: the event has none and 'tag_name' is not given".to_owned(),
        ));
    };
    if let Some(notes) = call.input("body_path")
        && !call.workspace.join(notes).is_file()
    {
        return Err(Failure::Failed(format!(
            "there is no file '{notes}' for the notes"
        )));
    }
    let mut published = Vec::new();
    for pattern in call.lines("files") {
        let found = files::find(call.workspace, std::slice::from_ref(&pattern), true)?;
        if found.files.is_empty() {
            if call.flag("fail_on_unmatched_files") {
                return Err(Failure::Failed(format!(
                    "the pattern '{pattern}' matches no file"
                )));
            }
            call.console
                .line(format!("::warning::the pattern '{pattern}' matches no file").as_bytes());
        }
        published.extend(
            found
                .files
                .iter()
                .filter_map(|file| file.file_name())
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    let url = format!(
        "https://github.com/{}/releases/tag/{tag}",
        occasion.repository
    );
    call.session().add_recorded(&format!(
        "softprops/action-gh-release {tag}: {}",
        published.join(" ")
    ))?;
    call.console.print(&format!(
        "recorded, not executed: release {tag} with {}",
        published.join(", ")
    ));
    let outputs = vec![
        ("url".to_owned(), url),
        ("id".to_owned(), "1".to_owned()),
        ("upload_url".to_owned(), String::new()),
    ];
    Ok(Done {
        outputs,
        note: Some("recorded, not executed".to_owned()),
        ..Done::default()
    })
}
