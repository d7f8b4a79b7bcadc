//! `--symbols FILE…`: the internals that object files need, against those that the sources account for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use lunet_lints::symbols::{accounted, is_accounted};
use object::read::archive::ArchiveFile;
use object::{BinaryFormat, File, Object as _, ObjectSymbol as _};

use super::configuration::Configuration;
use super::facts::FactsByDirectory;
use super::files;
use super::format::Format;
use crate::{exit, render};

/// Names what the sources under `paths` did not show.
pub(super) fn run(
    configuration: &Configuration,
    paths: &[PathBuf],
    objects: &[PathBuf],
    format: Format,
) -> anyhow::Result<ExitCode> {
    let settings = configuration.linter.settings();
    let found = files::find(configuration, paths);
    let facts = FactsByDirectory::new(configuration, &found.list);
    let mut known = BTreeSet::new();
    for path in &found.list {
        match files::read(path, settings.size_cap_bytes) {
            // The header that offers the wrappers names every internal: that says nothing of a plugin.
            Ok(_) if path.file_name().is_some_and(|name| name == "trace.h") => {}
            Ok(text) if is_source(path) => {
                let shown = files::shown(path);
                known.extend(accounted(&shown, &text, &facts.of(path), &settings.prefix));
            }
            Ok(_) => {}
            Err(failure) => anyhow::bail!("{failure}"),
        }
    }
    let mut hidden = Vec::new();
    let mut needed_count = 0;
    for object in objects {
        let needed =
            undefined(object, &settings.prefix).with_context(|| object.display().to_string())?;
        needed_count += needed.len();
        for symbol in needed {
            if !is_accounted(&symbol, &known) {
                hidden.push((files::shown(object), symbol));
            }
        }
    }
    if format == Format::Json {
        let list: Vec<_> = hidden
            .iter()
            .map(|(path, symbol)| serde_json::json!({"path": path, "symbol": symbol}))
            .collect();
        render::json(&list)?;
    } else {
        for (path, symbol) in &hidden {
            render::out(&format!(
                "{path}: needs `{symbol}`, which the sources do not show\n"
            ));
        }
        render::note(&format!(
            "{needed_count} internals needed, {} not shown by the sources",
            hidden.len()
        ));
    }
    Ok(if hidden.is_empty() {
        exit::well()
    } else {
        exit::bad()
    })
}

/// Headers declare internals for everybody: only what is compiled accounts for its needs.
fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind != "h")
}

/// The undefined symbols of an object file, shared library or archive that begin with the prefix.
fn undefined(path: &Path, prefix: &str) -> anyhow::Result<BTreeSet<String>> {
    let data = std::fs::read(path)?;
    let mut symbols = BTreeSet::new();
    let Ok(archive) = ArchiveFile::parse(&*data) else {
        collect(&File::parse(&*data)?, prefix, &mut symbols)?;
        return Ok(symbols);
    };
    let mut has_objects = false;
    for member in archive.members() {
        let member = member?;
        // A thin archive has only the names of its members.
        let beside = archive.is_thin().then(|| {
            let name = String::from_utf8_lossy(member.name()).into_owned();
            let place = path.with_file_name(&name);
            std::fs::read(&place).with_context(|| place.display().to_string())
        });
        let beside = beside.transpose()?;
        let content = match &beside {
            Some(content) => content,
            None => member.data(&*data)?,
        };
        // An archive has members that are no objects, such as its index.
        if let Ok(file) = File::parse(content) {
            has_objects = true;
            collect(&file, prefix, &mut symbols)?;
        }
    }
    anyhow::ensure!(has_objects, "an archive without an object file");
    Ok(symbols)
}

/// What GCC calls objects that hold nothing but its own intermediate code. Source: gcc(1), -ffat-lto-objects.
const SLIM: &str = "__gnu_lto_slim";

fn collect(file: &File<'_>, prefix: &str, symbols: &mut BTreeSet<String>) -> anyhow::Result<()> {
    anyhow::ensure!(
        file.symbols().all(|symbol| symbol.name() != Ok(SLIM)),
        "only code for the linker, without symbols: compile it with -ffat-lto-objects"
    );
    // Mach-O puts an underscore before every name of C.
    let decoration = if file.format() == BinaryFormat::MachO {
        "_"
    } else {
        ""
    };
    let all = file.symbols().chain(file.dynamic_symbols());
    for symbol in all.filter(object::ObjectSymbol::is_undefined) {
        if let Ok(name) = symbol.name()
            && let Some(name) = name.strip_prefix(decoration)
            && name.starts_with(prefix)
        {
            symbols.insert(name.split('@').next().unwrap_or(name).to_owned());
        }
    }
    Ok(())
}
