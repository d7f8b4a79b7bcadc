//! The scripts under `runtime/examples/`: each is started on a free port and used by a client that
//! knows nothing of Lunet.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support;

/// A script that runs until the guard goes.
struct Example {
    child: Child,
    /// What its first line says behind "listening on ".
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Example {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Example {
    fn start(name: &str, argument: &str) -> Self {
        Self::start_with(name, &[argument])
    }

    fn start_with(name: &str, arguments: &[&str]) -> Self {
        let folder = support::folder();
        let mut child = Command::new(support::program("lunet-run"))
            .arg(support::root().join("runtime/examples").join(name))
            .args(arguments)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("lunet-run can be started");
        let stdout = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the example tells its address");
        let address = line.trim_end().strip_prefix("listening on ");
        let address = address
            .expect("the first line tells the address")
            .trim_start_matches("http://");
        Self {
            address: address.to_owned(),
            child,
            _folder: folder,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("the example listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    /// Sends requests at once over one connection and demands the status and a part of each answer.
    fn check(&self, exchanges: &[(&str, &str)]) {
        let mut stream = self.connect();
        let requests: Vec<_> = exchanges.iter().map(|(request, _)| *request).collect();
        stream.write_all(requests.concat().as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        for (request, expected) in exchanges {
            let answer = read_answer(&mut reader, request.starts_with("HEAD"));
            for part in expected.split('|') {
                assert!(
                    answer.contains(part),
                    "{request}\nno `{part}` in:\n{answer}"
                );
            }
        }
    }
}

/// One answer: its head and so many bytes as its `Content-Length` says.
fn read_answer(reader: &mut BufReader<TcpStream>, bodiless: bool) -> String {
    let (mut answer, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        let read = reader.read_line(&mut line).expect("an answer comes");
        assert!(read > 0, "the connection ended after:\n{answer}");
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim_end().parse().unwrap();
        }
        answer.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; if bodiless { 0 } else { length }];
    reader.read_exact(&mut body).expect("the body comes");
    answer + &String::from_utf8(body).unwrap()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}")
}

#[test]
fn every_example_is_tested() {
    let folder = support::root().join("runtime/examples");
    let found: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let tested = [
        "broker.lua",
        "echo.lua",
        "http_json.lua",
        "json.lua",
        "router.lua",
        "workers.lua",
    ];
    assert_eq!(found, tested.map(str::to_owned).into());
}

#[test]
fn echo_gives_back_what_comes() {
    let example = Example::start("echo.lua", "0");
    let (mut one, mut other) = (example.connect(), example.connect());
    let data: Vec<u8> = (0..300_000_u32)
        .map(|number| number.to_le_bytes()[0])
        .collect();
    let mut writer = one.try_clone().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            writer.write_all(&data).unwrap();
            writer.shutdown(std::net::Shutdown::Write).unwrap();
        });
        other.write_all(b"meanwhile").unwrap();
        let mut word = [0; 9];
        other.read_exact(&mut word).unwrap();
        assert_eq!(&word, b"meanwhile");
        let mut back = Vec::new();
        one.read_to_end(&mut back).unwrap();
        assert!(back == data);
    });
}

#[test]
fn http_json_keeps_notes() {
    let example = Example::start("http_json.lua", "0");
    let item = |text: &str| post("/notes", &format!("{{\"text\": \"{text}\"}}"));
    example.check(&[
        (&get("/"), "200 OK|application/json|\"notes\":\"/notes\""),
        (&get("/notes"), "200 OK|[]"),
        (
            &item("one"),
            "201 Created|Location: /notes/1|\"text\":\"one\"",
        ),
        (
            &item("quote \\\" \\u00fc"),
            "201 Created|\"text\":\"quote \\\" \u{fc}\"",
        ),
        (&get("/notes/1"), "200 OK|\"text\":\"one\"|\"id\":1"),
        (&get("/notes/3"), "404 Not Found|{\"error\":"),
        (&get("/nothing"), "404 Not Found"),
        (
            "HEAD /notes HTTP/1.1\r\nHost: a\r\n\r\n",
            "200 OK|Content-Length: ",
        ),
        (
            "PUT /notes HTTP/1.1\r\nHost: a\r\n\r\n",
            "405|Allow: GET, HEAD, POST",
        ),
        (
            "DELETE /notes/1 HTTP/1.1\r\nHost: a\r\n\r\n",
            "204 No Content",
        ),
        (&get("/notes/1"), "404 Not Found"),
        (&post("/notes", "{\"text\""), "400 Bad Request|no JSON"),
        (
            &post("/notes", "[1, 2] 3"),
            "400 Bad Request|something follows",
        ),
        (&post("/notes", "[1, 2]"), "422 Unprocessable Content"),
        (&post("/notes", ""), "400 Bad Request"),
        (&get("/notes"), "200 OK|[{"),
    ]);
    example.check(&[("nonsense\r\n\r\n", "400 Bad Request|Connection: close")]);
    let large = post("/notes", &"x".repeat(65_537));
    example.check(&[(&large, "413 Content Too Large|Connection: close")]);
    let deep = format!("{{\"text\": {}", "[".repeat(30_000));
    example.check(&[(&post("/notes", &deep), "400 Bad Request|nested too deeply")]);
}

/// An answer is JSON, and so UTF-8, whatever was asked for.
#[test]
fn http_json_answers_in_utf8() {
    let example = Example::start("http_json.lua", "0");
    let mut stream = example.connect();
    let path = b"GET /\xff\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xc0\x80\xed\xa0\x80\xe2\x82";
    stream.write_all(path).unwrap();
    stream.write_all(b" HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let answer = read_answer(&mut BufReader::new(stream), false);
    let shown =
        "/\u{fffd}\u{fc}\u{20ac}\u{1f600}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}";
    assert!(
        answer.contains(&format!("nothing at {shown}\"")),
        "{answer}"
    );
}

/// A request that arrives byte by byte is one request.
#[test]
fn http_json_puts_split_requests_together() {
    let example = Example::start("http_json.lua", "0");
    let mut stream = example.connect();
    stream.set_nodelay(true).unwrap();
    for byte in post("/notes", "{\"text\": \"split\"}").bytes() {
        stream.write_all(&[byte]).unwrap();
    }
    let mut reader = BufReader::new(stream);
    assert!(read_answer(&mut reader, false).contains("\"text\":\"split\""));
    reader
        .get_mut()
        .write_all(get("/notes").as_bytes())
        .unwrap();
    assert!(read_answer(&mut reader, false).contains("\"text\":\"split\""));
}

#[test]
fn router_finds_routes_and_their_parameters() {
    let example = Example::start("router.lua", "0");
    example.check(&[
        (&get("/"), "200 OK|try /hello"),
        (&get("/hello/world"), "200 OK|hello world\n"),
        (&get("/hello/a%20b%2Fc"), "200 OK|hello a b/c\n"),
        (&get("/hello/"), "404 Not Found"),
        (&get("/hello"), "404 Not Found"),
        (&get("/hello/a/b"), "404 Not Found"),
        (&get("/users/me"), "200 OK|this is you\n"),
        (&get("/users/7"), "200 OK|user 7\n"),
        (&get("/users/me/files/a/b.txt?part=2"), "200 OK|me: a/b.txt part 2\n"),
        (&get("/users/7/files/a"), "200 OK|7: a part 1\n"),
        ("PUT /users/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "200 OK|3 bytes"),
        ("PUT /users/7 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "200 OK|2 bytes"),
        ("DELETE /users/7 HTTP/1.1\r\nHost: a\r\n\r\n", "405|Allow: GET, HEAD, PUT"),
        ("HEAD /hello/x HTTP/1.1\r\nHost: a\r\n\r\n", "200 OK"),
        ("POST /hello/x HTTP/1.1\r\nHost: a\r\n\r\n", "405|Allow: GET, HEAD\r\n"),
        (&get("/slow/1"), "200 OK|slept"),
        (&get("/slow/x"), "400 Bad Request"),
        (&get("/nowhere"), "404 Not Found"),
    ]);
}

#[test]
fn workers_do_all_jobs() {
    let output = support::lunet_run()
        .arg(support::root().join("runtime/examples/workers.lua"))
        .args(["20", "4"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let workers = said
        .lines()
        .filter_map(|line| line.split_once(" did ")?.1.split(' ').next());
    let jobs: Vec<u32> = workers.map(|number| number.parse().unwrap()).collect();
    assert_eq!((jobs.len(), jobs.iter().sum()), (4, 20), "{said}");
    assert_eq!(said.lines().last(), Some("20 jobs done"));
}

#[test]
#[cfg(unix)]
fn broker_hands_messages_on() {
    use std::os::unix::net::UnixStream;
    let folder = support::folder();
    let path = folder.path().join("b.sock");
    let example = Example::start("broker.lua", path.to_str().unwrap());
    assert_eq!(example.address, path.to_str().unwrap());
    let connect = || {
        let stream = UnixStream::connect(&path).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        BufReader::new(stream)
    };
    let talk = |client: &mut BufReader<UnixStream>, sent: &str, expected: &[&str]| {
        client.get_mut().write_all(sent.as_bytes()).unwrap();
        for line in expected {
            let mut found = String::new();
            client.read_line(&mut found).unwrap();
            assert_eq!(found.trim_end(), *line, "after {sent:?}");
        }
    };
    let (mut one, mut two) = (connect(), connect());
    talk(&mut one, "SUB news\n", &["OK"]);
    talk(&mut two, "SUB news\r\n", &["OK"]);
    talk(
        &mut two,
        "PUB news hello all\nPUB quiet x\n",
        &["MSG news hello all", "OK 2", "OK 0"],
    );
    talk(&mut one, "", &["MSG news hello all"]);
    talk(
        &mut one,
        "UNSUB news\nSUB\nWHAT is this\n",
        &["OK", "ERROR no topic", "ERROR unknown command"],
    );
    talk(&mut two, "PUB ne", &[]);
    talk(&mut two, "ws again\n", &["MSG news again", "OK 1"]);
    talk(
        &mut one,
        &"x".repeat(5000),
        &["ERROR the line is too long", ""],
    );
    talk(&mut two, "QUIT\n", &[""]);
    let mut three = connect();
    talk(&mut three, "PUB news nobody\n", &["OK 0"]);
}

/// A subscriber that does not read, and does not hang up either, is one no more after a while.
#[test]
#[cfg(unix)]
fn broker_loses_patience() {
    use std::os::unix::net::UnixStream;
    let folder = support::folder();
    let path = folder.path().join("b.sock");
    let _example = Example::start_with("broker.lua", &[path.to_str().unwrap(), "1"]);
    let connect = || {
        let stream = UnixStream::connect(&path).unwrap();
        let limit = Some(Duration::from_secs(20));
        stream.set_read_timeout(limit).unwrap();
        stream
    };
    let mut deaf = connect();
    let mut answer = [0; 3];
    deaf.write_all(b"SUB news\n").unwrap();
    deaf.read_exact(&mut answer).unwrap();
    let mut publisher = BufReader::new(connect());
    let line = format!("PUB news {}\n", "x".repeat(4000));
    let mut heard_by = String::new();
    while heard_by != "OK 0\n" {
        heard_by.clear();
        publisher.get_mut().write_all(line.as_bytes()).unwrap();
        publisher.read_line(&mut heard_by).unwrap();
        assert!(heard_by.starts_with("OK "), "{heard_by}");
    }
    let mut rest = Vec::new();
    deaf.read_to_end(&mut rest).expect("the broker has hung up");
}
