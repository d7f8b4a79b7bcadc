//! Starting this host's archive: what is started, with what environment, and what has to come of it.
//!
//! Not here: starting a process. That is the caller's, through a [`Launcher`].

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{Deadline, name, reading::Reading, unpack::unpack};

/// The script that is started: every module, then one request to itself.
const PROBE: &str = include_str!("host/probe.lua");
/// What the script prints at its end.
const WELL: &str = "probe: one request was served";
const LIMIT: Duration = Duration::from_mins(1);

/// A program to start.
#[derive(Debug)]
pub struct Launch {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    /// Where to start it.
    pub folder: PathBuf,
    /// All of its environment.
    pub environment: Vec<(String, OsString)>,
    /// End it after this time.
    pub limit: Duration,
}

/// What came of a program.
#[derive(Debug, Default)]
pub struct Launched {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Whether it exited with 0.
    pub success: bool,
    /// How it ended, as in "exited with 1".
    pub end: String,
}

/// Starts programs; an error tells why one could not be started.
pub type Launcher<'a> = &'a (dyn Fn(&Launch) -> Result<Launched, String> + Sync);

/// An archive that was judged, to be started.
#[derive(Clone, Copy)]
pub(crate) struct Started<'a> {
    pub(crate) reading: &'a Reading,
    /// Where the archive is.
    pub(crate) path: &'a Path,
    pub(crate) version: &'a str,
    pub(crate) launcher: Launcher<'a>,
    pub(crate) deadline: &'a Deadline,
}

impl Started<'_> {
    /// Starts the archive, requires every module and serves a request; what was seen.
    pub(crate) fn try_out(self) -> Result<String, String> {
        let modules = modules(self.reading);
        self.unpacked(|host| {
            host.prints_version(self.version)?;
            let printed = host.runs("probe.lua", &probe(&modules))?;
            if printed.lines().last() != Some(WELL) {
                let found = printed.trim();
                return Err(format!(
                    "expected the script to end with {WELL:?}, found {found:?}"
                ));
            }
            let (version, count) = (self.version, modules.len());
            Ok(format!(
                "version {version}, {count} modules loaded, one request served"
            ))
        })
    }

    /// What `--version` and a script print.
    pub(crate) fn show(self, script: &str, text: &str) -> Result<[String; 2], String> {
        self.unpacked(|host| Ok([host.prints_version(self.version)?, host.runs(script, text)?]))
    }

    /// Unpacks the archive into a private folder for the time of some work.
    fn unpacked<T>(self, work: impl FnOnce(&Host<'_>) -> Result<T, String>) -> Result<T, String> {
        let folder = tempfile::Builder::new().prefix("lunet-release-").tempdir();
        let folder = folder.map_err(|error| format!("there is no temporary folder: {error}"))?;
        let result = self.unpacked_in(folder.path(), work);
        let removed = folder.close();
        let told = result?;
        removed.map_err(|error| format!("the temporary folder can't be removed: {error}"))?;
        Ok(told)
    }

    fn unpacked_in<T>(
        self,
        folder: &Path,
        work: impl FnOnce(&Host<'_>) -> Result<T, String>,
    ) -> Result<T, String> {
        let unpacked = folder.join("unpacked");
        fs::create_dir(&unpacked).map_err(|error| error.to_string())?;
        unpack(self.reading, self.path, &unpacked, self.deadline)?;
        work(&Host {
            program: unpacked.join(&self.reading.archive.program),
            folder,
            launcher: self.launcher,
            deadline: self.deadline,
        })
    }
}

struct Host<'a> {
    program: PathBuf,
    folder: &'a Path,
    launcher: Launcher<'a>,
    deadline: &'a Deadline,
}

impl Host<'_> {
    /// What `--version` prints, which has to name the version.
    fn prints_version(&self, version: &str) -> Result<String, String> {
        let printed = self.start("--version".into())?;
        if !name::contains(&printed, version) && !name::contains(&printed, &format!("v{version}")) {
            let found = printed.trim();
            return Err(format!(
                "expected --version to print {version}, found {found:?}"
            ));
        }
        Ok(printed)
    }

    /// What a script prints.
    fn runs(&self, script: &str, text: &str) -> Result<String, String> {
        let path = self.folder.join(script);
        fs::write(&path, text).map_err(|error| error.to_string())?;
        self.start(path.into())
    }

    /// Starts the program with one argument; what it printed, if all went well.
    fn start(&self, argument: OsString) -> Result<String, String> {
        let shown = format!("lunet-run {}", file_name(&argument));
        let left = self.deadline.left().map_err(|error| error.to_string())?;
        let launched = (self.launcher)(&Launch {
            program: self.program.clone(),
            arguments: vec![argument],
            folder: self.folder.to_owned(),
            environment: environment(self.folder),
            limit: LIMIT.min(left),
        });
        let launched = launched.map_err(|why| format!("{shown} can't be started: {why}"))?;
        if launched.success {
            return Ok(String::from_utf8_lossy(&launched.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&launched.stderr);
        let said: String = said.trim().chars().take(500).collect();
        Err(format!("{shown} {}: {said:?}", launched.end))
    }
}

fn file_name(argument: &OsString) -> String {
    let name = Path::new(argument).file_name();
    name.unwrap_or(argument).to_string_lossy().into_owned()
}

/// Nothing of the caller's but what Windows can't do without.
fn environment(folder: &Path) -> Vec<(String, OsString)> {
    let own = ["HOME", "TMPDIR", "TEMP", "TMP"].map(|name| (name.to_owned(), folder.into()));
    let system = std::env::var_os("SystemRoot").map(|root| ("SystemRoot".to_owned(), root));
    let plain = [("LC_ALL".to_owned(), "C".into())];
    own.into_iter().chain(plain).chain(system).collect()
}

/// Names of the modules below `lunet/`, as `require` takes them, sorted.
fn modules(reading: &Reading) -> Vec<String> {
    let endings: Vec<&str> = reading
        .archive
        .natives
        .iter()
        .map(String::as_str)
        .chain([".lua"])
        .collect();
    let module = |path: &str| {
        let stem = endings
            .iter()
            .find_map(|ending| path.strip_suffix(ending))?;
        path.starts_with("lunet/").then(|| stem.replace('/', "."))
    };
    let paths = reading
        .files()
        .filter_map(|file| std::str::from_utf8(file.path.bytes()).ok());
    let mut modules: Vec<String> = paths.filter_map(module).collect();
    modules.sort();
    modules
}

/// The script for some modules.
fn probe(modules: &[String]) -> String {
    let list: Vec<String> = modules.iter().map(|module| format!("{module:?}")).collect();
    let head = format!(
        "local modules = {{{}}}\nlocal well = {WELL:?}\n",
        list.join(", ")
    );
    head + PROBE
}
