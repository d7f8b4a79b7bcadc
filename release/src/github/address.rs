//! Web addresses, as far as requests and redirects need them.

use ureq::http::Uri;

use crate::Error;

/// An absolute address over http or https, without credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Uri);

impl Address {
    /// Parses an address; anything else is an error that names it without what could be a secret.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            Err(Error::Request(format!(
                "expected a web address, found one {why}"
            )))
        };
        let Ok(uri) = text.parse::<Uri>() else {
            return wrong("that can't be read");
        };
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return wrong("that begins with neither http:// nor https://");
        }
        match uri.authority() {
            None => wrong("without a host"),
            Some(authority) if authority.as_str().contains('@') => wrong("with credentials in it"),
            Some(_) => Ok(Self(uri)),
        }
    }

    /// The address of a path below this one.
    pub(super) fn below(&self, path: &str) -> Result<Self, Error> {
        let base = self.0.to_string();
        Self::parse(&format!("{}/{path}", base.trim_end_matches('/')))
    }

    /// Where a reference leads from here: <https://www.rfc-editor.org/rfc/rfc3986#section-5.2>, without
    /// taking dots out of paths.
    pub(super) fn join(&self, reference: &str) -> Result<Self, Error> {
        let scheme = self.scheme();
        let authority = self
            .0
            .authority()
            .map_or("", |authority| authority.as_str());
        let path = self.0.path();
        let reference = reference.split('#').next().unwrap_or_default();
        let scheme_ends = reference.find([':', '/', '?']);
        if scheme_ends.is_some_and(|end| reference[end..].starts_with(':')) {
            return Self::parse(reference);
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return Self::parse(&format!("{scheme}://{rest}"));
        }
        if reference.starts_with('/') {
            return Self::parse(&format!("{scheme}://{authority}{reference}"));
        }
        let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
        Self::parse(&format!("{scheme}://{authority}{folder}{reference}"))
    }

    /// Scheme, host and port: what a token may be sent to.
    pub(super) fn origin(&self) -> (String, String, u16) {
        let scheme = self.scheme().to_owned();
        let port = if scheme == "https" { 443 } else { 80 };
        let host = self.host().to_ascii_lowercase();
        (scheme, host, self.0.port_u16().unwrap_or(port))
    }

    pub(super) fn scheme(&self) -> &str {
        self.0.scheme_str().unwrap_or_default()
    }

    pub(super) fn host(&self) -> &str {
        self.0.host().unwrap_or_default()
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A text as one part of a path: everything but plain letters, digits and `-._~` is escaped.
pub(super) fn path_part(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut part, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            part.push(char::from(byte));
        } else {
            _ = write!(part, "%{byte:02X}");
        }
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_from_an_address() {
        let base = Address::parse("https://h:8443/api/v3/x?q=1").unwrap();
        let check = |reference: &str, expected: &str| {
            assert_eq!(
                base.join(reference).unwrap().to_string(),
                expected,
                "{reference}"
            );
        };
        check("http://other/y#z", "http://other/y");
        check("//other/y", "https://other/y");
        check("/y?a=b://c", "https://h:8443/y?a=b://c");
        check("y", "https://h:8443/api/v3/y");
        for reference in ["ftp://h/y", "http://me@h/y", "http://"] {
            assert!(base.join(reference).is_err(), "{reference}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let origin = |text: &str| Address::parse(text).unwrap().origin();
        assert_eq!(
            origin("https://API.github.com/x"),
            origin("https://api.github.com:443")
        );
        assert_ne!(
            origin("https://api.github.com"),
            origin("http://api.github.com")
        );
        assert_ne!(origin("http://127.0.0.1:1"), origin("http://127.0.0.1:2"));
        assert_ne!(origin("http://127.0.0.1:1"), origin("http://localhost:1"));
    }

    #[test]
    fn paths_are_escaped() {
        assert_eq!(path_part("v1.2.0-rc.1"), "v1.2.0-rc.1");
        assert_eq!(path_part("../a?b c\u{e9}"), "..%2Fa%3Fb%20c%C3%A9");
    }
}
