//! A release in memory that can be changed before it is written.

use std::{collections::BTreeMap, fs, path::Path};

use lunet_release::{
    checksum,
    contract::{Archive, Container, contract},
    package::{Content, Package},
};

use crate::{containers, programs};

/// A release to be written into a folder.
pub(crate) struct Kit {
    pub(crate) tag: String,
    pub(crate) notes: Option<String>,
    pub(crate) packs: BTreeMap<&'static str, Pack>,
    /// Changes the text of `SHA256SUMS`.
    pub(crate) sums: fn(String) -> Option<String>,
    /// Changes the finished assets by name.
    pub(crate) assets: fn(&mut BTreeMap<String, Vec<u8>>),
    /// Changes the assets after the checksums were made.
    pub(crate) late: fn(&mut BTreeMap<String, Vec<u8>>),
}

/// One archive to be written.
pub(crate) struct Pack {
    pub(crate) archive: &'static Archive,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Changes the text of `manifest.json`.
    pub(crate) manifest: fn(String) -> String,
    /// Writes the container instead of the packager, from all files of the archive.
    pub(crate) container: Option<fn(&containers::Files) -> Vec<u8>>,
}

pub(crate) const LINUX: &str = "lunet-linux-amd64.tar.gz";
pub(crate) const MACOS: &str = "lunet-macos.tar.gz";
pub(crate) const WINDOWS: &str = "lunet-windows-amd64.zip";
const TIME: u64 = 1_767_225_600;

impl Kit {
    /// A release that every check passes.
    pub(crate) fn sound() -> Self {
        let packs = contract()
            .archives
            .iter()
            .map(|archive| (archive.asset.as_str(), Pack::sound(archive)));
        Self {
            tag: "v1.2.0".to_owned(),
            notes: Some(include_str!("sound-notes.md").to_owned()),
            packs: packs.collect(),
            sums: Some,
            assets: |_| {},
            late: |_| {},
        }
    }

    pub(crate) fn linux(&mut self) -> &mut Pack {
        self.packs.get_mut(LINUX).unwrap()
    }

    pub(crate) fn macos(&mut self) -> &mut Pack {
        self.packs.get_mut(MACOS).unwrap()
    }

    pub(crate) fn windows(&mut self) -> &mut Pack {
        self.packs.get_mut(WINDOWS).unwrap()
    }

    /// Writes a file with other bytes into every archive.
    pub(crate) fn everywhere(&mut self, path: &str, bytes: &[u8]) {
        for pack in self.packs.values_mut() {
            pack.files.insert(path.to_owned(), bytes.to_vec());
        }
    }

    pub(crate) fn remove_everywhere(&mut self, path: &str) {
        for pack in self.packs.values_mut() {
            pack.files.remove(path).unwrap();
        }
    }

    /// Replaces a text in the notes.
    pub(crate) fn renote(&mut self, from: &str, to: &str) {
        let notes = self.notes.as_mut().unwrap();
        assert!(notes.contains(from), "{from}");
        *notes = notes.replacen(from, to, 1);
    }

    /// Writes assets, checksums and notes.
    pub(crate) fn write(&self, folder: &Path) {
        let version = self.tag.trim_start_matches('v');
        let mut assets: BTreeMap<String, Vec<u8>> = self
            .packs
            .iter()
            .map(|(name, pack)| ((*name).to_owned(), pack.bytes(version)))
            .collect();
        (self.assets)(&mut assets);
        let sums = assets
            .iter()
            .map(|(name, bytes)| (name.clone(), checksum::of_bytes(bytes)));
        let sums = (self.sums)(checksum::text(sums.collect()));
        (self.late)(&mut assets);
        assets.extend(sums.map(|sums| ("SHA256SUMS".to_owned(), sums.into_bytes())));
        for (name, bytes) in assets {
            fs::write(folder.join(name), bytes).unwrap();
        }
        if let Some(notes) = &self.notes {
            fs::write(folder.join("release-notes.md"), notes).unwrap();
        }
    }
}

impl Pack {
    fn sound(archive: &'static Archive) -> Self {
        let text = |bytes: &str| bytes.as_bytes().to_vec();
        let mut files: BTreeMap<String, Vec<u8>> = [
            ("LICENSE", "MIT License"),
            ("README.md", "# Lunet"),
            (
                "docs/guide/building.md",
                "Built in /home/me/lunet, traced with [TRACE].",
            ),
            ("include/co.h", "/* co */"),
            ("include/lunet.h", "/* lunet */"),
            ("include/lunet_mem.h", "/* mem */"),
            ("include/trace.h", "/* trace */"),
            ("lunet/db/pool.lua", "return {}"),
            ("types/lunet.lua", "---@meta"),
        ]
        .map(|(path, bytes)| (path.to_owned(), text(bytes)))
        .into();
        let (program, native) = match archive.target.as_str() {
            "macos" => (
                programs::macos(),
                programs::macho(programs::ARM64, programs::BUNDLE, &[]),
            ),
            "windows-amd64" => (
                programs::windows(),
                programs::pe(0x8664, 0x20b, 0x2022, &[]),
            ),
            _ => (programs::linux(), programs::linux()),
        };
        files.insert(archive.program.clone(), program);
        files.insert(format!("lunet/digest{}", archive.natives[0]), native);
        Self {
            archive,
            files,
            manifest: |text| text,
            container: None,
        }
    }

    pub(crate) fn add(&mut self, path: &str, bytes: &[u8]) {
        self.files.insert(path.to_owned(), bytes.to_vec());
    }

    pub(crate) fn remove(&mut self, path: &str) {
        self.files.remove(path).unwrap();
    }

    /// The program of the archive becomes another.
    pub(crate) fn program(&mut self, bytes: Vec<u8>) {
        self.files.insert(self.archive.program.clone(), bytes);
    }

    fn bytes(&self, version: &str) -> Vec<u8> {
        let own = ["VERSION", "manifest.json"]
            .iter()
            .any(|name| self.files.contains_key(*name));
        let (files, changed) = self.with_manifest(version);
        if self.container.is_none()
            && !own
            && !changed
            && let Some(bytes) = self.packaged(version)
        {
            return bytes;
        }
        let write = self.container.unwrap_or(match self.archive.container {
            Container::TarGzip => containers::tar_gz,
            Container::Zip => containers::zip,
        });
        write(&files)
    }

    /// As the packager writes it; nothing if it refuses to, which some names make it do.
    fn packaged(&self, version: &str) -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("archive");
        let files = self
            .files
            .iter()
            .map(|(path, bytes)| (path.clone(), Content::Bytes(bytes.clone())));
        let package = Package {
            archive: self.archive,
            version,
            time: TIME,
            files: files.collect(),
        };
        package.write(&path).ok()?;
        Some(fs::read(path).unwrap())
    }

    /// All files with `VERSION` and `manifest.json`, unless they were put there or taken out; and
    /// whether the manifest is another than it should be.
    fn with_manifest(&self, version: &str) -> (BTreeMap<String, Vec<u8>>, bool) {
        let mut files = self.files.clone();
        files
            .entry("VERSION".to_owned())
            .or_insert_with(|| format!("{version}\n").into_bytes());
        files.retain(|_, bytes| bytes != REMOVED);
        let listed: Vec<_> = files
            .iter()
            .filter(|(path, _)| *path != "manifest.json")
            .map(|(path, bytes)| serde_json::json!({"path": path, "size": bytes.len(), "sha256": checksum::hex(&checksum::of_bytes(bytes))}))
            .collect();
        let manifest = serde_json::json!({"version": version, "target": self.archive.target, "files": listed, "more": true});
        let true_text = manifest.to_string();
        let text = (self.manifest)(true_text.clone());
        let changed = text != true_text;
        if !self.files.contains_key("manifest.json") {
            files.insert("manifest.json".to_owned(), text.into_bytes());
        }
        (files, changed)
    }
}

/// Bytes of a file that is not to be made.
pub(crate) const REMOVED: &[u8] = b"removed from the kit";
