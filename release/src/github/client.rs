//! Requests to the API: tries, redirects, limits, and a token that goes to one origin only.

mod limit;

use std::{
    io::{self, Read},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::de::DeserializeOwned;
use ureq::{
    Agent, Body,
    http::{HeaderMap, Response, StatusCode, header},
};

use super::{Address, Request, proxy::Way, shape};
use crate::{Deadline, Error};
use limit::Limit;

/// How often a request is made that fails in a way which may pass.
const TRIES: u32 = 3;
const REDIRECTS: usize = 10;
/// A wait that a server asks for and that is worth it.
const SHORT: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(20);
/// A connection on which nothing comes for so long is lost.
const SILENCE: Duration = Duration::from_mins(1);
const JSON_BYTES: u64 = 32 * 1024 * 1024;
/// GitHub has at most 10 pages of runs and assets.
const PAGES: usize = 100;
const AGENT: &str = concat!("lunet-tools/", env!("CARGO_PKG_VERSION"));

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Json,
    Bytes,
}

/// Makes requests for one release.
pub(super) struct Client<'a> {
    api: &'a Address,
    request: &'a Request<'a>,
    deadline: Deadline,
}

/// How one try went wrong.
enum Trouble {
    /// Another try may help, after this wait if the server named one.
    Passing(String, Option<Duration>),
    Lasting(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Lasting(error)
    }
}

impl<'a> Client<'a> {
    pub(super) fn new(
        api: &'a Address,
        request: &'a Request<'a>,
        deadline: Deadline,
    ) -> Result<Self, Error> {
        let visible = |byte: u8| (b'!'..=b'~').contains(&byte);
        if request
            .token
            .is_some_and(|token| !token.bytes().all(visible))
        {
            let why = "the token holds characters that no token has";
            return Err(Error::Request(why.to_owned()));
        }
        Ok(Self {
            api,
            request,
            deadline,
        })
    }

    /// A JSON answer; nothing for 404.
    pub(super) fn json<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Error> {
        Ok(self.page(&self.api.below(path)?)?.map(|(value, _)| value))
    }

    /// A JSON answer of several pages, all of them; nothing for 404.
    pub(super) fn pages<T: DeserializeOwned>(&self, path: &str) -> Result<Option<Vec<T>>, Error> {
        let mut next = Some(self.api.below(path)?);
        let mut pages = Vec::new();
        let mut seen = Vec::new();
        while let Some(address) = next {
            if seen.contains(&address) || pages.len() == PAGES {
                return Err(self.network(&format!("the pages of {path} have no end")));
            }
            let Some((page, link)) = self.page(&address)? else {
                return Ok(None);
            };
            next = link.map(|link| address.join(&link)).transpose()?;
            seen.push(address);
            pages.push(page);
        }
        Ok(Some(pages))
    }

    /// One page and the address of the next.
    fn page<T: DeserializeOwned>(
        &self,
        address: &Address,
    ) -> Result<Option<(T, Option<String>)>, Error> {
        let mut link = None;
        let read = |body: &mut dyn Read| {
            let mut bytes = Vec::new();
            body.take(JSON_BYTES + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = self.tries(address, Wanted::Json, read, |headers| {
            link = next_page(headers);
        })?;
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        if bytes.len() as u64 > JSON_BYTES {
            return Err(self.network(&format!(
                "{address} answers with more than {JSON_BYTES} bytes"
            )));
        }
        let value = serde_json::from_slice(&bytes);
        let value = value.map_err(|error| {
            self.network(&format!(
                "{address} answers with no JSON of its shape: {error}"
            ))
        })?;
        Ok(Some((value, link)))
    }

    /// Reads the body of an answer; nothing for 404. A try that is cut short is made again from the start.
    pub(super) fn get<T>(
        &self,
        path: &str,
        wanted: Wanted,
        read: impl FnMut(&mut dyn Read) -> io::Result<T>,
    ) -> Result<Option<T>, Error> {
        self.tries(&self.api.below(path)?, wanted, read, |_| ())
    }

    fn tries<T>(
        &self,
        address: &Address,
        wanted: Wanted,
        mut read: impl FnMut(&mut dyn Read) -> io::Result<T>,
        mut headers: impl FnMut(&HeaderMap),
    ) -> Result<Option<T>, Error> {
        let mut pause = self.request.pause;
        let mut tried = 1;
        loop {
            let (why, wait) = match self.once(address, wanted, &mut read, &mut headers) {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Lasting(error)) => return Err(error),
                Err(Trouble::Passing(why, wait)) => (why, wait),
            };
            self.deadline.check()?;
            if tried == TRIES {
                return Err(self.network(&format!("{why}, after {TRIES} tries")));
            }
            std::thread::sleep(wait.unwrap_or(pause).min(self.deadline.left()?));
            self.deadline.check()?;
            pause *= 2;
            tried += 1;
        }
    }

    /// One try, along redirects.
    fn once<T>(
        &self,
        address: &Address,
        wanted: Wanted,
        read: &mut impl FnMut(&mut dyn Read) -> io::Result<T>,
        headers: &mut impl FnMut(&HeaderMap),
    ) -> Result<Option<T>, Trouble> {
        let mut at = address.clone();
        for _ in 0..=REDIRECTS {
            let mut response = self.send(&at, wanted)?;
            let status = response.status();
            if let (true, Some(to)) = (status.is_redirection(), location(&response)) {
                at = at
                    .join(&to)
                    .map_err(|error| self.network(&format!("{at} leads elsewhere: {error}")))?;
                continue;
            }
            return match status {
                StatusCode::OK => {
                    self.demand_json(&at, wanted, response.headers())?;
                    headers(response.headers());
                    let body = read(&mut response.body_mut().as_reader());
                    body.map(Some).map_err(|error| self.cut_short(&at, &error))
                }
                StatusCode::NOT_FOUND => Ok(None),
                _ => Err(self.refusal(&at, &mut response)),
            };
        }
        Err(self
            .network(&format!("{address} leads in a redirect loop"))
            .into())
    }

    fn send(&self, address: &Address, wanted: Wanted) -> Result<Response<Body>, Trouble> {
        let way = Way::to(address, self.request.variable)?;
        let config = Agent::config_builder()
            .proxy(way.tunnel())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(AGENT)
            .timeout_global(Some(self.deadline.left()?))
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(SILENCE))
            .build();
        let agent = way.agent(config, address);
        let accept = match wanted {
            Wanted::Json => "application/vnd.github+json",
            Wanted::Bytes => "application/octet-stream",
        };
        let mut request = agent
            .get(address.uri().clone())
            .header(header::ACCEPT, accept)
            .header("X-GitHub-Api-Version", "2022-11-28");
        if let Some(token) = self
            .request
            .token
            .filter(|_| address.origin() == self.api.origin())
        {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = request.call();
        let told = match &answer {
            Ok(response) => response.status().as_u16().to_string(),
            Err(error) => error.to_string(),
        };
        (self.request.log)(&self.scrub(&format!("GET {address} {told}")));
        answer.map_err(|error| match error {
            ureq::Error::Tls(_)
            | ureq::Error::Rustls(_)
            | ureq::Error::BadUri(_)
            | ureq::Error::InvalidProxyUrl => self.network(&format!("{address}: {error}")).into(),
            error => Trouble::Passing(format!("{address} can't be reached: {error}"), None),
        })
    }

    fn cut_short(&self, address: &Address, error: &io::Error) -> Trouble {
        // A full disk is no matter of the network.
        if error.kind() == io::ErrorKind::StorageFull {
            return self
                .network(&format!("the answer of {address} can't be kept: {error}"))
                .into();
        }
        Trouble::Passing(
            format!("the answer of {address} is cut short: {error}"),
            None,
        )
    }

    /// An answer that says it is something else than JSON is not read as JSON.
    fn demand_json(
        &self,
        address: &Address,
        wanted: Wanted,
        headers: &HeaderMap,
    ) -> Result<(), Error> {
        let kind = headers
            .get(header::CONTENT_TYPE)
            .map(|kind| kind.to_str().unwrap_or("?"));
        match kind {
            Some(kind) if wanted == Wanted::Json && !kind.to_ascii_lowercase().contains("json") => {
                Err(self.network(&format!("{address} answers with no JSON, but {kind:?}")))
            }
            _ => Ok(()),
        }
    }

    /// What an answer other than 200 and 404 means.
    fn refusal(&self, address: &Address, response: &mut Response<Body>) -> Trouble {
        let status = response.status();
        let said = said(response);
        let limit = Limit::of(status.as_u16(), response.headers(), &said, now());
        let said = if said.is_empty() {
            said
        } else {
            format!(": {said}")
        };
        if let Some(limit) = limit {
            let why = format!("{address}: {limit}{said}");
            return match limit.wait.filter(|wait| *wait <= SHORT) {
                Some(wait) => Trouble::Passing(why, Some(wait)),
                None => self.network(&why).into(),
            };
        }
        let why = match status.as_u16() {
            401 => format!("{address}: the token is not accepted (401){said}"),
            403 => format!("{address}: no access (403){said}"),
            code if code >= 500 => {
                return Trouble::Passing(format!("{address} answers {code}{said}"), None);
            }
            code => format!("{address}: unexpected answer {code}{said}"),
        };
        self.network(&why).into()
    }

    /// An error about the network, without the token whatever the server put into it.
    fn network(&self, why: &str) -> Error {
        Error::Network(self.scrub(why))
    }

    fn scrub(&self, text: &str) -> String {
        match self.request.token {
            Some(token) if !token.is_empty() => text.replace(token, "***"),
            _ => text.to_owned(),
        }
    }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_secs()
}

fn location(response: &Response<Body>) -> Option<String> {
    let to = response.headers().get(header::LOCATION)?;
    to.to_str().ok().map(str::to_owned)
}

/// What an error's body says in its key `message`, as one line for people.
fn said(response: &mut Response<Body>) -> String {
    let mut bytes = Vec::new();
    let body = response
        .body_mut()
        .as_reader()
        .take(64 * 1024)
        .read_to_end(&mut bytes);
    let message: Option<shape::Message> =
        body.ok().and_then(|_| serde_json::from_slice(&bytes).ok());
    let message = message
        .and_then(|message| message.message)
        .unwrap_or_default();
    let plain = message
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.take(200).collect()
}

/// The reference of the relation `next` in the header `Link`: <https://www.rfc-editor.org/rfc/rfc8288>.
fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers
        .get_all(header::LINK)
        .into_iter()
        .filter_map(|link| link.to_str().ok());
    links.flat_map(|links| links.split(',')).find_map(|link| {
        let (reference, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let next = |parameter: &str| {
            let value = parameter.trim().strip_prefix("rel=");
            value.is_some_and(|value| {
                value
                    .trim_matches('"')
                    .split(' ')
                    .any(|name| name == "next")
            })
        };
        parameters
            .split(';')
            .any(next)
            .then(|| reference.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_a_link() {
        let check = |link: &str, expected: Option<&str>| {
            let headers = HeaderMap::from_iter([(header::LINK, link.parse().unwrap())]);
            assert_eq!(next_page(&headers).as_deref(), expected, "{link}");
        };
        check(
            "<http://h/a?page=2>; rel=\"next\", <http://h/a?page=9>; rel=\"last\"",
            Some("http://h/a?page=2"),
        );
        check("<http://h/a?page=1>; rel=\"prev\",<b>;rel=next", Some("b"));
        check("<http://h/a>; rel=\"last\"", None);
        check("next", None);
    }
}
