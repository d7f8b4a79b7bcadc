//! The programs that commands need: what each is for, how to ask its version, where to get it.
//!
//! Libraries are not here: cargo brings them, and the runtime links no library of the system.

/// A program that a command needs.
pub(in crate::commands) struct Need {
    /// Its name in `PATH`.
    pub(in crate::commands) program: &'static str,
    /// The arguments that make it say its version.
    pub(super) version: &'static [&'static str],
    /// The commands that can't do their work without it.
    pub(in crate::commands) needed_by: &'static [&'static str],
    /// The commands that do more with it; what they do then.
    pub(super) helps: &'static [(&'static str, &'static str)],
    /// Where it matters.
    pub(super) hosts: Hosts,
    /// Where it comes from.
    pub(in crate::commands) source: Source,
}

/// The systems on which a program matters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hosts {
    All,
    Unix,
}

/// Where a program comes from.
pub(in crate::commands) enum Source {
    /// A component of the Rust toolchain.
    Rustup(&'static str),
    /// A package of each package manager that has it: name of the manager, name of the package.
    Packages(&'static [(&'static str, &'static str)]),
}

/// Every command that compiles the runtime.
const COMPILE: &[&str] = &["bench", "build-debug", "build-release", "test"];

/// Sorted by program.
pub(super) const ALL: &[Need] = &[
    Need {
        program: "bash",
        version: &["--version"],
        needed_by: &["ci"],
        helps: &[],
        hosts: Hosts::All,
        source: Source::Packages(&[
            ("apk", "bash"),
            ("apt-get", "bash"),
            ("brew", "bash"),
            ("dnf", "bash"),
            ("pacman", "bash"),
            ("winget", "Git.Git"),
            ("zypper", "bash"),
        ]),
    },
    Need {
        program: "cargo-clippy",
        version: &["--version"],
        needed_by: &["test"],
        helps: &[],
        hosts: Hosts::All,
        source: Source::Rustup("clippy"),
    },
    Need {
        program: "cc",
        version: &["--version"],
        needed_by: COMPILE,
        helps: &[],
        hosts: Hosts::Unix,
        source: Source::Packages(&[
            ("apk", "build-base"),
            ("apt-get", "gcc"),
            ("brew", "gcc"),
            ("dnf", "gcc"),
            ("pacman", "gcc"),
            ("zypper", "gcc"),
        ]),
    },
    Need {
        program: "clang",
        version: &["--version"],
        needed_by: &[],
        helps: &[("build-debug", "--asan")],
        hosts: Hosts::Unix,
        source: Source::Packages(&[
            ("apk", "clang"),
            ("apt-get", "clang"),
            ("brew", "llvm"),
            ("dnf", "clang"),
            ("pacman", "clang"),
            ("zypper", "clang"),
        ]),
    },
    Need {
        program: "git",
        version: &["--version"],
        needed_by: &["ci", "package", "release", "release-notes"],
        helps: &[("lint", "--changed")],
        hosts: Hosts::All,
        source: Source::Packages(&[
            ("apk", "git"),
            ("apt-get", "git"),
            ("brew", "git"),
            ("dnf", "git"),
            ("pacman", "git"),
            ("winget", "Git.Git"),
            ("zypper", "git"),
        ]),
    },
    Need {
        program: "make",
        version: &["--version"],
        needed_by: COMPILE,
        helps: &[],
        hosts: Hosts::Unix,
        source: Source::Packages(&[
            ("apk", "make"),
            ("apt-get", "make"),
            ("brew", "make"),
            ("dnf", "make"),
            ("pacman", "make"),
            ("zypper", "make"),
        ]),
    },
    Need {
        program: "pwsh",
        version: &["--version"],
        needed_by: &[],
        helps: &[("ci", "steps with `shell: pwsh`")],
        hosts: Hosts::All,
        source: Source::Packages(&[("brew", "powershell"), ("winget", "Microsoft.PowerShell")]),
    },
    Need {
        program: "python3",
        version: &["--version"],
        needed_by: &[],
        helps: &[("ci", "steps with `shell: python`")],
        hosts: Hosts::Unix,
        source: Source::Packages(&[
            ("apk", "python3"),
            ("apt-get", "python3"),
            ("brew", "python"),
            ("dnf", "python3"),
            ("pacman", "python"),
            ("zypper", "python3"),
        ]),
    },
    Need {
        program: "rustfmt",
        version: &["--version"],
        needed_by: &[],
        helps: &[("ci", "the formatting step of the workflow")],
        hosts: Hosts::All,
        source: Source::Rustup("rustfmt"),
    },
];

impl Need {
    /// Whether it matters on this system.
    pub(super) fn matters_here(&self) -> bool {
        self.hosts == Hosts::All || cfg!(unix)
    }
}

/// A need that comes from `source`, for tests.
#[cfg(test)]
pub(in crate::commands) fn need(source: Source) -> Need {
    Need {
        program: "program",
        version: &[],
        needed_by: &[],
        helps: &[],
        hosts: Hosts::All,
        source,
    }
}
