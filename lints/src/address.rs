//! Which addresses can be reached from outside of a machine.

use std::net::IpAddr;

/// Whether a literal is an address, perhaps with a port, that is not loopback.
pub(crate) fn is_public(value: &str) -> bool {
    let host = value.trim();
    if is_wildcard(host) {
        return true;
    }
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None if host.matches(':').count() == 1 => host.split(':').next().unwrap_or(host),
        None => host,
    };
    // A zone is no part of the address.
    let bare = bare.split('%').next().unwrap_or(bare);
    is_wildcard(bare)
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| !is_loopback(address))
}

fn is_loopback(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback(),
        IpAddr::V6(address) => {
            address.is_loopback()
                || address
                    .to_ipv4_mapped()
                    .is_some_and(|address| address.is_loopback())
        }
    }
}

/// Whether a host stands for every interface.
pub(crate) fn is_wildcard(host: &str) -> bool {
    matches!(
        host,
        "*" | "0.0.0.0" | "::" | "[::]" | "::0" | "0:0:0:0:0:0:0:0"
    )
}
