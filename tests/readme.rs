//! The README holds: its server answers as it says, its commands exist, and `.ci/run` runs them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::support;

/// A child that ends with its guard.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The first block of code in this language.
fn block(language: &str) -> String {
    let readme = std::fs::read_to_string(support::root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once(&format!("```{language}\n")).unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    block.to_owned()
}

#[test]
fn the_server_has_ten_lines_and_answers() {
    let script = block("lua");
    assert_eq!(script.lines().count(), 10);
    let anywhere = script.replace("\"127.0.0.1\", 8080", "\"127.0.0.1\", 0");
    assert_ne!(
        script, anywhere,
        "the server binds to the port that curl calls"
    );
    let folder = support::folder();
    let path = folder.path().join("hello.lua");
    let tell = "local listen = socket.listen\n\
        function socket.listen(...)\n\
          local listener, problem = listen(...)\n\
          print(listener and socket.getsockname(listener) or problem)\n\
          io.stdout:flush()\n\
          return listener, problem\n\
        end\n";
    std::fs::write(
        &path,
        anywhere.replacen("local reply", &format!("{tell}local reply"), 1),
    )
    .unwrap();

    let mut command = Command::new(support::program("lunet-run"));
    command
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut server = Server(command.spawn().unwrap());
    let mut address = String::new();
    let stdout = server.0.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut address).unwrap();

    let mut client = TcpStream::connect(address.trim()).unwrap();
    client.set_read_timeout(Some(support::LIMIT)).unwrap();
    for _ in 0..2 {
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let expected = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";
        let mut answer = vec![0; expected.len()];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer, expected);
    }
}

#[test]
fn the_two_commands_are_there() {
    let commands = block("console");
    for command in ["$ cargo run -p tools -- lint ", "$ cargo tools test "] {
        assert!(commands.contains(command), "no `{command}` in:\n{commands}");
    }
}
