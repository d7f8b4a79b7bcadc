//! Requests over plain http through a proxy: sent to the proxy, with the whole address in their first
//! line, as <https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2> wants it.
//!
//! The library makes a tunnel for every request, which proxies offer for https only.

use std::fmt;

use ureq::{
    Agent, Error, Proxy,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{Buffers, ConnectionDetails, Connector, NextTimeout, TcpConnector, Transport},
    },
};

/// An agent for requests to one http address through a proxy.
pub(in crate::github) fn agent(config: Config, proxy: &Proxy, address: &Uri) -> Agent {
    let authority = address
        .authority()
        .map_or("", |authority| authority.as_str());
    let head = Head {
        origin: format!("http://{authority}"),
        credentials: credentials(proxy),
    };
    let connector = ().chain(TcpConnector::default()).chain(head);
    Agent::with_parts(config, connector, ToProxy(proxy.uri().clone()))
}

/// The header by which a proxy knows its user.
fn credentials(proxy: &Proxy) -> String {
    let Some(user) = proxy.username() else {
        return String::new();
    };
    let password = proxy.password().unwrap_or_default();
    let both = base64(format!("{user}:{password}").as_bytes());
    format!("Proxy-Authorization: Basic {both}\r\n")
}

/// <https://www.rfc-editor.org/rfc/rfc4648#section-4>
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

/// Finds the proxy, whatever host is asked for.
#[derive(Debug)]
struct ToProxy(Uri);

impl Resolver for ToProxy {
    fn resolve(
        &self,
        _: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        DefaultResolver::default().resolve(&self.0, config, timeout)
    }
}

/// What the first lines of a request get.
#[derive(Clone)]
struct Head {
    origin: String,
    credentials: String,
}

impl fmt::Debug for Head {
    /// Without the credentials.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

impl<In: Transport> Connector<In> for Head {
    type Out = Absolute<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let head = self.clone();
        Ok(chained.map(|inner| Absolute { inner, head }))
    }
}

/// A connection to a proxy.
#[derive(Debug)]
struct Absolute<In> {
    inner: In,
    head: Head,
}

impl<In: Transport> Transport for Absolute<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    /// A request without a body is sent at once, head and all.
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = self.inner.buffers().output();
        let amount = match rewritten(&output[..amount], &self.head) {
            None => amount,
            Some(request) if request.len() > output.len() => return Err(Error::ConnectionFailed),
            Some(request) => {
                output[..request.len()].copy_from_slice(&request);
                request.len()
            }
        };
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }
}

/// The request with the origin before its path, and with credentials.
fn rewritten(request: &[u8], head: &Head) -> Option<Vec<u8>> {
    let path = request.strip_prefix(b"GET ")?;
    let line = memchr::memmem::find(path, b"\r\n")? + 2;
    let (line, rest) = path.split_at(line);
    let parts = [
        b"GET ",
        head.origin.as_bytes(),
        line,
        head.credentials.as_bytes(),
        rest,
    ];
    line.starts_with(b"/").then(|| parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_base64() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("a:b\u{ff}?", "YTpiw78/"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn the_first_line_gets_the_origin() {
        let head = Head {
            origin: "http://h:1".to_owned(),
            credentials: "A: b\r\n".to_owned(),
        };
        let request = rewritten(b"GET /x?y HTTP/1.1\r\nHost: h\r\n\r\n", &head).unwrap();
        assert_eq!(
            request,
            b"GET http://h:1/x?y HTTP/1.1\r\nA: b\r\nHost: h\r\n\r\n"
        );
        assert_eq!(rewritten(b"body", &head), None);
    }
}
