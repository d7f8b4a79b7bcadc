//! `lints.toml`: where it is, and what it says. Without one the defaults hold, in the repository around or here.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ignore::overrides::OverrideBuilder;
use lunet_lints::linter::SettingsError;
use lunet_lints::{Linter, Settings};

const FILE_NAME: &str = "lints.toml";

/// What is in force.
pub(super) struct Configuration {
    pub(super) linter: Linter,
    /// The directory that the paths of the settings are relative to.
    pub(super) root: PathBuf,
    /// Where the settings were read from.
    pub(super) file: Option<PathBuf>,
}

/// Reads the given file, or the one found here or above, or takes the defaults.
pub(super) fn load(file: Option<&Path>) -> anyhow::Result<Configuration> {
    let found = match file {
        Some(file) => Some(file.to_owned()),
        None => find(FILE_NAME)?.map(|directory| directory.join(FILE_NAME)),
    };
    let (settings, root, file) = match found {
        Some(file) => {
            let root = match file.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            };
            (read(&file)?, root, Some(file))
        }
        None => (
            Settings::default(),
            find(".git")?.unwrap_or_else(|| PathBuf::from(".")),
            None,
        ),
    };
    let named = |wanted: &str| match &file {
        Some(file) => format!("{}{}", file.display(), place_of(file, wanted)),
        None => "default settings".to_owned(),
    };
    let linter = Linter::new(settings).map_err(|error| {
        let place = named(wanted(&error));
        anyhow::Error::new(error).context(place)
    })?;
    check_paths(linter.settings(), &root, named)?;
    Ok(Configuration { linter, root, file })
}

/// What the settings say of files has to make sense, too.
fn check_paths(
    settings: &Settings,
    root: &Path,
    named: impl Fn(&str) -> String,
) -> anyhow::Result<()> {
    for pattern in &settings.exclude {
        OverrideBuilder::new(root)
            .add(&format!("!{pattern}"))
            .with_context(|| named(pattern))?;
    }
    if let Some(wrappers) = &settings.wrappers {
        anyhow::ensure!(
            root.join(wrappers).is_file(),
            "{}: there is no file `{wrappers}`",
            named(wrappers)
        );
    }
    Ok(())
}

/// What of the settings an error is about.
fn wanted(error: &SettingsError) -> &str {
    match error {
        SettingsError::UnknownRule(name) => name,
        SettingsError::Prefix(_) => "prefix",
        SettingsError::Pattern(error) => error
            .glob()
            .map_or("", |glob| glob.trim_start_matches("**/")),
        SettingsError::Search(_) => "",
    }
}

/// Line and column of what a setting says, as `:3:1`; nothing where it can't be told.
fn place_of(file: &Path, wanted: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    // A comment may say the same before, and a `#` may stand in a string.
    let is_code = |at: &usize| {
        let line = text[..*at].rsplit('\n').next().unwrap_or_default();
        !line.trim_start().starts_with('#')
    };
    let mut found = text.match_indices(wanted).map(|(at, _)| at).filter(is_code);
    match found.next().filter(|_| !wanted.is_empty()) {
        Some(at) => {
            let (line, column) = place(&text, at);
            format!(":{line}:{column}")
        }
        None => String::new(),
    }
}

/// The nearest directory, from here upwards, that has an entry of this name; relative to here.
fn find(name: &str) -> anyhow::Result<Option<PathBuf>> {
    let here = std::env::current_dir().context("the current directory is gone")?;
    let levels = here.ancestors().count();
    let mut relative = PathBuf::from(".");
    for _ in 0..levels {
        if relative.join(name).exists() {
            return Ok(Some(relative));
        }
        relative = if relative == Path::new(".") {
            PathBuf::from("..")
        } else {
            relative.join("..")
        };
    }
    Ok(None)
}

fn read(file: &Path) -> anyhow::Result<Settings> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    toml::from_str(&text).map_err(|error| {
        let (line, column) = place(&text, error.span().map_or(0, |span| span.start));
        anyhow::anyhow!(
            "{}:{line}:{column}: {}",
            file.display(),
            error.message().replace('\n', " ")
        )
    })
}

/// 1-based line and column of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (
        before.matches('\n').count() + 1,
        before.len() - line_start + 1,
    )
}
