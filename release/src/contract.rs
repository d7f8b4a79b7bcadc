//! The one contract of a release, as data: `contract.toml`, read once.
//!
//! Not here: what any of it means. Packager, notes and checks read these fields.

use std::sync::LazyLock;

use serde::Deserialize;

/// What a release is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Name of the notes in a folder.
    pub notes_file: String,
    /// Name of the asset with the checksums.
    pub sums_file: String,
    /// File name of the workflow whose run publishes a release.
    pub workflow: String,
    /// Login of whoever uploads the assets then.
    pub uploader: String,
    pub archives: Vec<Archive>,
    /// Where the packager takes files from.
    pub sources: Vec<Source>,
    pub contents: Contents,
    pub limits: Limits,
    pub notes: Notes,
    pub hygiene: Hygiene,
}

/// One archive of a release.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// File name of the asset.
    pub asset: String,
    pub container: Container,
    /// Name of the target, as `manifest.json` and `--target` write it.
    pub target: String,
    /// Path of the runtime in the archive.
    pub program: String,
    pub format: Format,
    /// Endings that native modules may have on this target.
    pub natives: Vec<String>,
    /// `std::env::consts::OS` of a host that can run it.
    pub os: String,
    /// `std::env::consts::ARCH` of a host that can run it.
    pub arch: String,
}

/// How an archive holds its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    TarGzip,
    Zip,
}

/// Format and CPU of the programs of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Format {
    /// ELF, 64-bit little-endian, x86-64.
    #[serde(rename = "elf-x86-64")]
    Elf,
    /// Mach-O 64-bit arm64, or universal with an arm64 slice.
    #[serde(rename = "mach-o-arm64")]
    MachO,
    /// PE32+, x86-64.
    #[serde(rename = "pe32-plus-x86-64")]
    Pe,
}

/// Files of the repository that go into every archive.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How their paths begin in the repository; a whole path if it does not end in `/`.
    pub from: String,
    /// What stands there instead in the archive.
    pub to: String,
    #[serde(default)]
    pub ending: String,
}

/// What lies in every archive.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    pub version_file: String,
    pub manifest_file: String,
    /// Files besides the program, none of them empty.
    pub files: Vec<String>,
    /// Folders with at least one file.
    pub folders: Vec<Pattern>,
    pub natives_folder: String,
    pub natives: Vec<String>,
    /// Files that are the same in all archives.
    pub same: Vec<Pattern>,
}

/// Paths by how they begin and end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    pub name: String,
    pub ending: String,
}

impl Pattern {
    /// Whether a path is meant.
    pub fn matches(&self, path: &[u8]) -> bool {
        path.starts_with(self.name.as_bytes()) && path.ends_with(self.ending.as_bytes())
    }
}

/// What is read at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub unpacked: u64,
    pub ratio: u64,
    pub ratio_from: u64,
    pub entries: usize,
    pub name_bytes: usize,
    pub manifest_bytes: usize,
    pub text_bytes: usize,
    pub asset_bytes: u64,
    pub debug_bytes: u64,
}

/// What the notes say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    pub sections: Vec<String>,
    pub assets_section: String,
    pub archive_endings: Vec<String>,
    pub forbidden_anywhere: Vec<String>,
    pub forbidden_outside_code: Vec<String>,
    pub forbidden_words: Vec<String>,
}

/// What is never inside an archive.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hygiene {
    pub parts: Vec<String>,
    pub part_endings: Vec<String>,
    pub file_endings: Vec<String>,
    pub build_paths: Vec<String>,
    pub trace_marks: Vec<String>,
    pub sanitizer_marks: Vec<String>,
}

impl Contract {
    /// The archive of a target by its name.
    pub fn target(&self, name: &str) -> Option<&Archive> {
        self.archives.iter().find(|archive| archive.target == name)
    }

    /// Names of the assets that every release has.
    pub fn assets(&self) -> impl Iterator<Item = &str> {
        let archives = self.archives.iter().map(|archive| archive.asset.as_str());
        archives.chain([self.sums_file.as_str()])
    }
}

/// The contract of this build.
pub fn contract() -> &'static Contract {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
        toml::from_str(include_str!("../contract.toml")).expect("contract.toml is a contract")
    });
    &CONTRACT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_can_be_read_and_holds_together() {
        let contract = contract();
        assert_eq!(contract.archives.len(), 3);
        assert!(
            contract
                .notes
                .sections
                .contains(&contract.notes.assets_section)
        );
        for file in [
            &contract.contents.version_file,
            &contract.contents.manifest_file,
        ] {
            assert!(contract.contents.files.contains(file));
        }
    }
}
