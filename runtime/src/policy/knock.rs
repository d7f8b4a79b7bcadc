//! Whether somebody serves a Unix socket, found out without becoming their client where that
//! can be: a program that accepts one connection should not get ours.

use std::io;
use std::path::Path;

use socket2::{Domain, SockAddr, Socket, Type};

/// Asks at a socket whether somebody is there. "Connection refused" means that nobody is. A listener
/// that is too busy to answer is an error, too, but another one; waiting for it could take for ever.
pub(super) fn knock(path: &Path) -> io::Result<()> {
    // A socket of connections takes no datagrams, and the kernel says so without telling it. Whether
    // it listens is not said; where the system does not list it, a connection has to find out.
    let stranger = connect(path, Type::DGRAM).map_err(|error| error.raw_os_error());
    if stranger == Err(Some(libc::EPROTOTYPE)) && is_listed(path) {
        return Ok(());
    }
    connect(path, Type::STREAM)
}

fn connect(path: &Path, kind: Type) -> io::Result<()> {
    let socket = Socket::new(Domain::UNIX, kind, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)
}

/// Whether the system lists a listener of this name, in whichever folder: paths are listed as they
/// were spelled. At this path somebody is, so that another folder is hardly ever meant.
#[cfg(target_os = "linux")]
fn is_listed(path: &Path) -> bool {
    let (Some(name), Ok(list)) = (path.file_name(), std::fs::read("/proc/net/unix")) else {
        return false;
    };
    list.split(|byte| *byte == b'\n')
        .any(|line| lists_listener(line, name.as_encoded_bytes()))
}

#[cfg(not(target_os = "linux"))]
fn is_listed(_path: &Path) -> bool {
    false
}

/// Whether a line of `/proc/net/unix` is of a listener of this name (`proc_net(5)`).
#[cfg(target_os = "linux")]
fn lists_listener(line: &[u8], name: &[u8]) -> bool {
    /// Set in the flags of a socket that listens, `__SO_ACCEPTCON` in the kernel.
    const LISTENS: u32 = 1 << 16;
    let before = line.strip_suffix(name);
    if !before.is_some_and(|before| before.ends_with(b"/") || before.ends_with(b" ")) {
        return false;
    }
    let flags = line.split(|byte| *byte == b' ').nth(3);
    flags
        .and_then(|flags| std::str::from_utf8(flags).ok())
        .and_then(|flags| u32::from_str_radix(flags, 16).ok())
        .is_some_and(|flags| flags & LISTENS != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::{UnixDatagram, UnixListener};

    fn check(path: &Path, expected: Result<(), io::ErrorKind>) {
        assert_eq!(knock(path).map_err(|error| error.kind()), expected);
    }

    #[test]
    fn somebody_is_there_or_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        check(&at("gone"), Err(io::ErrorKind::NotFound));
        drop(UnixListener::bind(at("dead")).unwrap());
        check(&at("dead"), Err(io::ErrorKind::ConnectionRefused));
        let _datagrams = UnixDatagram::bind(at("datagrams")).unwrap();
        assert_eq!(
            knock(&at("datagrams")).unwrap_err().raw_os_error(),
            Some(libc::EPROTOTYPE)
        );
        let bound = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        bound.bind(&SockAddr::unix(at("bound")).unwrap()).unwrap();
        check(&at("bound"), Err(io::ErrorKind::ConnectionRefused));
        let _listener = UnixListener::bind(at("a listener")).unwrap();
        check(&at("a listener"), Ok(()));
        check(&at("./a listener"), Ok(()));
    }

    /// Nor does it count as one of those that may wait.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_listener_hears_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        listener.set_nonblocking(true).unwrap();
        check(&path, Ok(()));
        let heard = listener.accept().map(|_| ()).unwrap_err();
        assert_eq!(heard.kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_list_of_the_system() {
        let check = |line: &str, name: &str, expected: bool| {
            let found = lists_listener(line.as_bytes(), name.as_bytes());
            assert_eq!(found, expected, "{line}");
        };
        let listens = "0000000000000000: 00000002 00000000 00010000 0001 01 12345 ";
        let other = "0000000000000000: 00000002 00000000 00000000 0001 01    12 ";
        check(&format!("{listens}/tmp/a.sock"), "a.sock", true);
        check(&format!("{listens}a.sock"), "a.sock", true);
        check(&format!("{listens}/tmp/ba.sock"), "a.sock", false);
        check(&format!("{listens}/a.sock/b"), "a.sock", false);
        check(&format!("{other}/tmp/a.sock"), "a.sock", false);
        check("", "a.sock", false);
        check(
            "Num       RefCount Protocol Flags    Type St Inode Path",
            "Path",
            false,
        );
    }
}
