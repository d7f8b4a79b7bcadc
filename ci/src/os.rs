//! The operating systems of runners.

use std::fmt;

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

impl Os {
    /// Of this machine.
    pub fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Macos
        } else {
            Self::Linux
        }
    }

    /// Of a runner with these labels: `windows` or `macos` where that word is in one,
    /// this machine's for `self-hosted`, else Linux.
    pub fn of_labels(labels: &[String]) -> Self {
        let has = |word: &str| {
            labels
                .iter()
                .any(|label| label.to_ascii_lowercase().contains(word))
        };
        if has("windows") {
            Self::Windows
        } else if has("macos") {
            Self::Macos
        } else if has("self-hosted") && !has("linux") {
            Self::here()
        } else {
            Self::Linux
        }
    }

    /// As `runner.os` has it.
    pub fn runner_name(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Macos => "macOS",
            Self::Windows => "Windows",
        }
    }

    /// The shell of steps that name none.
    pub fn default_shell(self) -> &'static str {
        if self == Self::Windows {
            "pwsh"
        } else {
            "bash"
        }
    }
}

impl fmt::Display for Os {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Windows => "windows",
        })
    }
}
