//! The folder that keeps what other programs printed: `.tmp/logs/YYYYMMDD_HHMMSS/` (UTC) with its `index.json`.
//!
//! Nothing here deletes or overwrites: a name that is taken gets a number.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::Serialize;

use crate::{
    Error,
    process::{End, Ended},
};

/// A folder of logs that this run writes to.
#[derive(Debug)]
pub struct LogFolder {
    path: PathBuf,
    index: Vec<Entry>,
}

/// One program that was run, as `index.json` lists it.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// What the program was run for, such as the name of a step.
    pub name: String,
    /// The program and its arguments; the caller keeps secrets out of it.
    pub command: Vec<String>,
    /// The file of its output, relative to the folder.
    pub log: Option<String>,
    /// When it was started: RFC 3339, UTC.
    pub started: String,
    /// Its exit code (128 + n for signal n); null when it was ended from outside.
    pub exit_code: Option<i32>,
    /// `exited`, `signalled`, `timed-out` or `interrupted`.
    pub end: &'static str,
    /// From start to end.
    pub duration_ms: u64,
}

impl LogFolder {
    /// The folder for this run: `chosen` itself if given, else a new one below `root`/.tmp/logs.
    pub fn open(root: &Path, chosen: Option<&Path>) -> Result<Self, Error> {
        let path = match chosen {
            Some(chosen) => chosen.to_owned(),
            None => new_below(&root.join(".tmp").join("logs"))?,
        };
        fs::create_dir_all(&path).map_err(Error::file(&path))?;
        let folder = Self {
            path,
            index: Vec::new(),
        };
        folder.keep_older_index()?;
        folder.write_index()?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path in the folder for a new log: `NAME.log` with whatever a file name can't hold replaced,
    /// numbered when taken. The file exists afterwards, and is empty.
    pub fn log(&self, name: &str) -> Result<PathBuf, Error> {
        let stem = file_stem(name);
        unused(|number| {
            let file = if number == 1 {
                format!("{stem}.log")
            } else {
                format!("{stem}-{number}.log")
            };
            let path = self.path.join(file);
            File::create_new(&path).map(|_| path)
        })
        .map_err(Error::file(&self.path))
    }

    /// Adds a program that has ended to the index, which is on disk afterwards.
    pub fn record(
        &mut self,
        name: &str,
        command: &[String],
        log: Option<&Path>,
        ended: &Ended,
    ) -> Result<(), Error> {
        let (end, exit_code) = (end_word(ended.end), ended.exit_code());
        let now = SystemTime::now();
        let started = now.checked_sub(ended.duration).unwrap_or(now);
        self.index.push(Entry {
            name: name.to_owned(),
            command: command.to_vec(),
            log: log.map(|log| {
                log.strip_prefix(&self.path)
                    .unwrap_or(log)
                    .to_string_lossy()
                    .replace('\\', "/")
            }),
            started: humantime::format_rfc3339_millis(started).to_string(),
            exit_code,
            end,
            duration_ms: u64::try_from(ended.duration.as_millis()).unwrap_or(u64::MAX),
        });
        self.write_index()
    }

    fn write_index(&self) -> Result<(), Error> {
        let path = self.path.join("index.json");
        let text = serde_json::to_string_pretty(&self.index)
            .map_err(io::Error::other)
            .map_err(Error::file(&path))?;
        fs::write(&path, text + "\n").map_err(Error::file(path))
    }

    /// A chosen folder may hold the index of an earlier run: that one gets a time stamp.
    fn keep_older_index(&self) -> Result<(), Error> {
        let index = self.path.join("index.json");
        if !index.exists() {
            return Ok(());
        }
        let stamp = time_stamp();
        unused(|number| {
            let older = self.path.join(format!("index.{stamp}-{number}.json"));
            // Closed, because Windows lets nobody take the place of an open file.
            File::create_new(&older).map(drop)?;
            fs::rename(&index, &older)
        })
        .map_err(Error::file(&index))
    }
}

/// The time in UTC as `YYYYMMDD_HHMMSS`.
pub fn time_stamp() -> String {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    now.chars()
        .filter(|letter| !matches!(letter, '-' | ':' | 'Z'))
        .map(|letter| if letter == 'T' { '_' } else { letter })
        .collect()
}

fn new_below(folder: &Path) -> Result<PathBuf, Error> {
    fs::create_dir_all(folder).map_err(Error::file(folder))?;
    let stamp = time_stamp();
    unused(|number| {
        let name = if number == 1 {
            stamp.clone()
        } else {
            format!("{stamp}_{number}")
        };
        let path = folder.join(name);
        fs::create_dir(&path).map(|()| path)
    })
    .map_err(Error::file(folder))
}

/// The first success of `make` over 1, 2, …, where "exists already" means "try the next".
fn unused<T>(mut make: impl FnMut(u32) -> io::Result<T>) -> io::Result<T> {
    let mut number = 1;
    loop {
        match make(number) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            other => return other,
        }
    }
}

fn file_stem(name: &str) -> String {
    let safe = |c: char| {
        if c.is_alphanumeric() || "-_.+".contains(c) {
            c
        } else {
            '-'
        }
    };
    let stem: String = name.chars().map(safe).take(80).collect();
    match stem.trim_matches(['-', '.']) {
        "" => "program".to_owned(),
        stem => stem.to_owned(),
    }
}

fn end_word(end: End) -> &'static str {
    match end {
        End::Exited(_) => "exited",
        End::Signalled(_) => "signalled",
        End::TimedOut(_) => "timed-out",
        End::Interrupted => "interrupted",
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use super::{LogFolder, file_stem};
    use crate::process::{End, Ended};

    #[test]
    fn folders_of_one_second_differ() {
        let root = tempfile::tempdir().unwrap();
        let folders: Vec<_> = (0..3)
            .map(|_| {
                LogFolder::open(root.path(), None)
                    .unwrap()
                    .path()
                    .to_owned()
            })
            .collect();
        assert!(folders[0] != folders[1] && folders[1] != folders[2]);
        assert!(
            folders
                .iter()
                .all(|folder| folder.starts_with(root.path().join(".tmp/logs")))
        );
    }

    #[test]
    fn the_index_lists_what_was_run_and_an_older_one_stays() {
        let root = tempfile::tempdir().unwrap();
        let chosen = root.path().join("chosen");
        let mut folder = LogFolder::open(root.path(), Some(&chosen)).unwrap();
        let log = folder.log("build / all").unwrap();
        let ended = Ended {
            end: End::Exited(3),
            duration: Duration::from_millis(20),
        };
        folder
            .record("build", &["make".to_owned()], Some(&log), &ended)
            .unwrap();
        let index: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(chosen.join("index.json")).unwrap()).unwrap();
        assert_eq!(index[0]["log"], "build---all.log");
        assert_eq!(index[0]["exit_code"], 3);
        LogFolder::open(root.path(), Some(&chosen)).unwrap();
        assert_eq!(fs::read_dir(&chosen).unwrap().count(), 3);
    }

    #[test]
    fn names_become_file_names() {
        for (name, expected) in [
            ("a b", "a-b"),
            ("../x", "x"),
            ("", "program"),
            ("…", "program"),
            ("Größe", "Größe"),
        ] {
            assert_eq!(file_stem(name), expected, "{name}");
        }
    }
}
