//! Targets: which archive is for which host.

use crate::contract::{Archive, contract};

/// The archive that this host can run, if there is one.
pub fn host() -> Option<&'static Archive> {
    of(std::env::consts::OS, std::env::consts::ARCH)
}

/// The archive for an operating system and a CPU, by Rust's names of them.
pub fn of(os: &str, arch: &str) -> Option<&'static Archive> {
    contract()
        .archives
        .iter()
        .find(|archive| archive.os == os && archive.arch == arch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_the_archive_of_its_system_and_cpu() {
        let target = |os, arch| of(os, arch).map(|archive| archive.target.as_str());
        assert_eq!(target("linux", "x86_64"), Some("linux-amd64"));
        assert_eq!(target("macos", "aarch64"), Some("macos"));
        assert_eq!(target("windows", "x86_64"), Some("windows-amd64"));
        assert_eq!(target("linux", "aarch64"), None);
    }
}
