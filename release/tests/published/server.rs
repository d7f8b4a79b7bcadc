//! A server on loopback that speaks as much HTTP as a test needs: answers by path, faults by plan.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

/// What is sent for a request.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Close the connection after so many bytes of the body.
    pub(crate) cut: Option<usize>,
    /// Send the body again and again, until nobody reads it.
    pub(crate) endless: bool,
    /// Close the connection without an answer.
    pub(crate) drop: bool,
    /// Keep the connection open without an answer.
    pub(crate) silent: bool,
}

impl Answer {
    pub(crate) fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), kind.to_owned())],
            body: body.into(),
            cut: None,
            endless: false,
            drop: false,
            silent: false,
        }
    }

    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self::new(200, "application/json; charset=utf-8", value.to_string())
    }

    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self::new(200, "application/octet-stream", bytes)
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::new(
            status,
            "application/json",
            r#"{"message":"told by the server"}"#,
        )
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new(302, "text/html", "").with("Location", to)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) target: String,
    pub(crate) authorization: Option<String>,
    pub(crate) proxy_authorization: Option<String>,
}

/// Answers of a path: one after the other, the last again and again.
pub(crate) type Answers = BTreeMap<String, Vec<Answer>>;

/// A server that runs until it is dropped.
pub(crate) struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A listener first, so that answers can name its port.
    pub(crate) fn start(answers: impl FnOnce(&str) -> Answers) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Mutex::new(answers(&format!("http://127.0.0.1:{port}")));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let thread = thread::spawn(move || {
            thread::scope(|scope| {
                for stream in listener.incoming() {
                    let stream = stream.unwrap();
                    let Some(request) = read(&stream) else { break };
                    seen.lock().unwrap().push(request.clone());
                    let answer = pick(&answers, &request.target);
                    scope.spawn(move || send(stream, &answer));
                }
            });
        });
        Self {
            port,
            asked,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    /// A connection without a request ends the loop.
    fn drop(&mut self) {
        let end = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        _ = end.map(|stream| stream.shutdown(Shutdown::Write));
        _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Paths count without their query first, then with it.
fn pick(answers: &Mutex<Answers>, target: &str) -> Answer {
    let mut answers = answers.lock().unwrap();
    let path = target.split('?').next().unwrap();
    let key = if answers.contains_key(target) {
        target
    } else {
        path
    };
    match answers.get_mut(key) {
        None => Answer::status(404),
        Some(list) if list.len() > 1 => list.remove(0),
        Some(list) => list[0].clone(),
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next()?;
    let target = first.split(' ').nth(1)?.to_owned();
    let mut authorization = None;
    let mut proxy_authorization = None;
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("authorization") {
            authorization = Some(value.trim().to_owned());
        } else if name.eq_ignore_ascii_case("proxy-authorization") {
            proxy_authorization = Some(value.trim().to_owned());
        }
    }
    Some(Asked {
        target,
        authorization,
        proxy_authorization,
    })
}

/// The other side may close at any time: that ends the answer.
fn send(mut stream: TcpStream, answer: &Answer) {
    if answer.silent {
        // Until the client gives up.
        _ = stream.read(&mut [0]);
        return;
    }
    if answer.drop {
        return;
    }
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.extend([name.as_str(), ": ", value, "\r\n"]);
    }
    if !answer.endless {
        let length = format!("Content-Length: {}\r\n", answer.body.len());
        head.push_str(&length);
    }
    head += "\r\n";
    let body = &answer.body[..answer.cut.unwrap_or(answer.body.len())];
    let mut sent = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
    while answer.endless && sent.is_ok() {
        sent = stream.write_all(body);
    }
}
