//! Programs that stand before the real ones while steps run: releases are recorded and packages are only
//! looked for, nothing is published or installed unasked.
//!
//! Not here: Windows has no shim but `gh`, because its package managers are not called by plain names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::Error;

/// `gh release …` is recorded; every other use of `gh` is the real one.
const GH: &str = r#"#!/bin/sh
here=$(dirname "$0")
if [ "$1" = release ]; then
  printf 'gh' >> "$here/recorded.txt"
  for word in "$@"; do printf ' %s' "$word" | tr '\n' ' ' >> "$here/recorded.txt"; done
  printf '\n' >> "$here/recorded.txt"
  echo "recorded, not executed: gh $*"
  exit 0
fi
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -Fxv "$here" | tr '\n' ':')
command -v gh > /dev/null || { echo "gh: command not found" >&2; exit 127; }
exec gh "$@"
"#;

#[cfg(windows)]
const GH_WINDOWS: &str = "@echo off\r\nif \"%1\"==\"release\" (\r\n  echo gh %*>> \"%~dp0recorded.txt\"\r\n  echo recorded, not executed: gh %*\r\n  exit /b 0\r\n)\r\nwhere gh.exe >nul 2>nul && gh.exe %* || exit /b 127\r\n";

/// `install` looks for the packages and names those that are missing; all else does nothing.
const PACKAGES: &str = r#"#!/bin/sh
here=$(dirname "$0")
manager=$(basename "$0")
case " $* " in *" install "*) ;; *) echo "not executed here: $manager $*"; exit 0 ;; esac
present() {
  case "$manager" in
    apt-get | apt) dpkg-query -W -f '${Status}' "$1" 2> /dev/null | grep -q 'install ok installed' ;;
    brew) ls -d "${HOMEBREW_PREFIX:-/opt/homebrew}/opt/$1" /usr/local/opt/"$1" > /dev/null 2>&1 ;;
    *) rpm -q "$1" > /dev/null 2>&1 ;;
  esac
}
missing=
seen=
for word in "$@"; do
  case "$word" in
    install) seen=yes ;;
    -*) ;;
    *) if [ -n "$seen" ]; then present "${word%%=*}" || missing="$missing $word"; fi ;;
  esac
done
printf '%s\n' "$manager $*" >> "$here/installs.txt"
if [ -n "$missing" ]; then
  printf '%s\n' "$missing" >> "$here/missing.txt"
  echo "::warning::not installed here:$missing (nothing is installed unasked: --install lets $manager run)"
else
  echo "all there already: $manager $*"
fi
exit 0
"#;

/// `sudo` must not lead past the other shims.
const SUDO: &str = r#"#!/bin/sh
here=$(dirname "$0")
for word in "$@"; do
  case "$word" in
    -* | *=*) ;;
    *) if [ -x "$here/$word" ] && [ "$word" != sudo ]; then
         while [ "$1" != "$word" ]; do shift; done
         exec "$here/$@"
       fi
       break ;;
  esac
done
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -Fxv "$here" | tr '\n' ':')
command -v sudo > /dev/null && exec sudo "$@"
[ "$(id -u)" = 0 ] || { echo "sudo: command not found" >&2; exit 127; }
while :; do case "$1" in -*) shift ;; *) break ;; esac; done
exec env "$@"
"#;

/// Writes the shims into a new folder. With `install`, package managers are the real ones.
pub(crate) fn write(folder: &Path, install: bool) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file(folder))?;
    #[cfg(windows)]
    put(folder, "gh.cmd", GH_WINDOWS)?;
    put(folder, "gh", GH)?;
    if !install {
        put(folder, "sudo", SUDO)?;
        for manager in ["apt-get", "apt", "brew", "dnf", "yum"] {
            if manager == "brew" || super::find_program(manager).is_some() {
                put(folder, manager, PACKAGES)?;
            }
        }
    }
    Ok(())
}

/// The file of recorded release commands.
pub(crate) fn record(folder: &Path) -> PathBuf {
    folder.join("recorded.txt")
}

/// The file of packages that an install step would have brought.
pub(crate) fn missing(folder: &Path) -> PathBuf {
    folder.join("missing.txt")
}

/// The file of calls of package managers.
pub(crate) fn installs(folder: &Path) -> PathBuf {
    folder.join("installs.txt")
}

fn put(folder: &Path, name: &str, text: &str) -> Result<(), Error> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(Error::file(&path))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
            .map_err(Error::file(&path))?;
    }
    Ok(())
}
