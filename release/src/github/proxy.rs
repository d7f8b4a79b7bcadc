//! Which proxy the environment wants for an address: `http_proxy`, `https_proxy`, `all_proxy` and
//! `no_proxy`, in small or capital letters, as curl reads them.

mod plain;

use ureq::{Agent, Proxy, ProxyProtocol, config::Config};

use super::Address;
use crate::Error;

/// How requests to an address get there.
pub(super) enum Way {
    Direct,
    /// Through a tunnel that a proxy makes.
    Tunnel(Proxy),
    /// A proxy gets the request itself.
    Plain(Proxy),
}

impl Way {
    /// The way to an address by the variables of the environment.
    pub(super) fn to(
        address: &Address,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        Ok(match of(address, variable)? {
            None => Self::Direct,
            Some(proxy)
                if address.scheme() == "http" && proxy.protocol() == ProxyProtocol::Http =>
            {
                Self::Plain(proxy)
            }
            Some(proxy) => Self::Tunnel(proxy),
        })
    }

    /// The proxy that makes a tunnel.
    pub(super) fn tunnel(&self) -> Option<Proxy> {
        match self {
            Self::Tunnel(proxy) => Some(proxy.clone()),
            Self::Direct | Self::Plain(_) => None,
        }
    }

    /// An agent that goes this way, whose configuration has the tunnel.
    pub(super) fn agent(&self, config: Config, address: &Address) -> Agent {
        match self {
            Self::Plain(proxy) => plain::agent(config, proxy, address.uri()),
            Self::Direct | Self::Tunnel(_) => Agent::from(config),
        }
    }
}

/// The proxy for an address, if the environment names one.
fn of(
    address: &Address,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>, Error> {
    let either = |name: &str| {
        let value = variable(name).or_else(|| variable(&name.to_ascii_uppercase()));
        value.filter(|value| !value.trim().is_empty())
    };
    if either("no_proxy").is_some_and(|list| is_listed(&list, address.host())) {
        return Ok(None);
    }
    let named = format!("{}_proxy", address.scheme());
    for name in [named.as_str(), "all_proxy"] {
        if let Some(value) = either(name) {
            // The value may hold a password: it is in no message.
            let proxy = Proxy::new(value.trim());
            let wrong = |_| {
                Error::Request(format!(
                    "the variable {name} names no proxy that can be used"
                ))
            };
            return proxy.map(Some).map_err(wrong);
        }
    }
    Ok(None)
}

/// Whether a host is in a list like `localhost,.example.org,10.0.0.1`; `*` is every host.
fn is_listed(list: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    list.split(',').map(str::trim).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        let domain = entry.trim_start_matches('*').trim_start_matches('.');
        let below = || {
            host.strip_suffix(domain)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        entry == "*" || !domain.is_empty() && (host == domain || below())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_a_proxy_by_scheme() {
        let check = |address: &str, variables: &[(&str, &str)], expected: Option<&str>| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let proxy = of(&Address::parse(address).unwrap(), &variable).unwrap();
            assert_eq!(
                proxy.as_ref().map(Proxy::host),
                expected,
                "{address} {variables:?}"
            );
        };
        let (http, https) = ("http://a.example.org/x", "https://a.example.org/x");
        check(http, &[], None);
        check(http, &[("http_proxy", "http://p:1")], Some("p"));
        check(https, &[("http_proxy", "http://p:1")], None);
        check(https, &[("HTTPS_PROXY", "http://p:1")], Some("p"));
        check(https, &[("ALL_PROXY", "p:1")], Some("p"));
        check(
            https,
            &[("https_proxy", "http://q"), ("all_proxy", "http://p")],
            Some("q"),
        );
        check(https, &[("https_proxy", " ")], None);
        for list in [
            "*",
            "example.org",
            ".example.org",
            "x, A.example.org",
            "*.example.org",
        ] {
            check(
                http,
                &[("http_proxy", "http://p"), ("no_proxy", list)],
                None,
            );
        }
        for list in ["", "ample.org", "b.example.org", "example", ","] {
            check(
                http,
                &[("http_proxy", "http://p"), ("no_proxy", list)],
                Some("p"),
            );
        }
    }
}
