//! What may be bound, and what may be done to a socket file.

#[cfg(unix)]
mod folder_lock;
#[cfg(unix)]
mod knock;
#[cfg(unix)]
mod socket_file;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[cfg(unix)]
pub(crate) use socket_file::{SocketFile, check_path, listen as listen_unix};

use crate::error::Text;

/// The rules of one runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Given by `--dangerously-skip-loopback-restriction`.
    pub(crate) any_address: bool,
}

impl Policy {
    /// The address to bind for a host as the script wrote it. Without the flag only three
    /// spellings pass, whatever else would mean the same address.
    pub(crate) fn bindable(self, host: &[u8]) -> Result<IpAddr, Text> {
        match host {
            b"127.0.0.1" | b"localhost" => return Ok(Ipv4Addr::LOCALHOST.into()),
            b"::1" => return Ok(Ipv6Addr::LOCALHOST.into()),
            _ if !self.any_address => {
                return Err(Text::Borrowed(
                    "binding to non-loopback addresses requires --dangerously-skip-loopback-restriction flag",
                ));
            }
            _ => {}
        }
        let literal = std::str::from_utf8(host)
            .ok()
            .and_then(|host| host.parse().ok());
        literal.ok_or(Text::Borrowed("invalid host or port"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(any_address: bool, host: &str, expected: Result<&str, &str>) {
        let found = Policy { any_address }.bindable(host.as_bytes());
        let found = found.map(|address| address.to_string());
        assert_eq!(
            found.as_deref().map_err(AsRef::as_ref),
            expected,
            "{host:?}"
        );
    }

    #[test]
    fn three_spellings_are_loopback_and_no_others() {
        let refused = Err(
            "binding to non-loopback addresses requires --dangerously-skip-loopback-restriction flag",
        );
        check(false, "127.0.0.1", Ok("127.0.0.1"));
        check(false, "localhost", Ok("127.0.0.1"));
        check(false, "::1", Ok("::1"));
        for host in [
            "127.0.0.2",
            "0.0.0.0",
            "::",
            "LOCALHOST",
            "localhost.",
            " 127.0.0.1",
            "127.1",
            "2130706433",
            "",
        ] {
            check(false, host, refused);
        }
        check(false, "127.0.0.1\0.example", refused);
        check(false, "::ffff:127.0.0.1", refused);
    }

    #[test]
    fn the_flag_allows_literals_but_no_names() {
        check(true, "0.0.0.0", Ok("0.0.0.0"));
        check(true, "::", Ok("::"));
        check(true, "example.org", Err("invalid host or port"));
    }
}
