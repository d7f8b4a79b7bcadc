//! Error texts, and the one mapping from what the system says to what a script reads.
//!
//! The texts are libuv's, because scripts compare them.

use std::io;

/// Text for a script: nearly always one of a few constants.
pub(crate) type Text = std::borrow::Cow<'static, str>;

/// The text for an error of the system, in libuv's words.
pub(crate) fn system_text(error: &io::Error) -> Text {
    match error.raw_os_error() {
        Some(code) => code_text(code).map_or_else(|| kind_text(error, code), Text::Borrowed),
        None => Text::Owned(error.to_string()),
    }
}

/// `what: text`, for failures that say which step failed.
pub(crate) fn failed_to(what: &str, error: &io::Error) -> Text {
    Text::Owned(format!("failed to {what}: {}", system_text(error)))
}

/// Texts that need no number of the system, for systems whose numbers are not POSIX's.
fn kind_text(error: &io::Error, code: i32) -> Text {
    use io::ErrorKind as Kind;
    Text::Borrowed(match error.kind() {
        Kind::AddrInUse => "address already in use",
        Kind::AddrNotAvailable => "address not available",
        Kind::AlreadyExists => "file already exists",
        Kind::BrokenPipe => "broken pipe",
        Kind::ConnectionAborted => "software caused connection abort",
        Kind::ConnectionRefused => "connection refused",
        Kind::ConnectionReset => "connection reset by peer",
        Kind::HostUnreachable => "host is unreachable",
        Kind::InvalidInput => "invalid argument",
        Kind::NetworkUnreachable => "network is unreachable",
        Kind::NotConnected => "socket is not connected",
        Kind::NotFound => "no such file or directory",
        Kind::OutOfMemory => "not enough memory",
        Kind::PermissionDenied => "permission denied",
        Kind::TimedOut => "connection timed out",
        Kind::WouldBlock => "resource temporarily unavailable",
        _ => return Text::Owned(format!("Unknown system error {code}")),
    })
}

#[cfg(unix)]
fn code_text(code: i32) -> Option<&'static str> {
    Some(match code {
        libc::EACCES => "permission denied",
        libc::EADDRINUSE => "address already in use",
        libc::EADDRNOTAVAIL => "address not available",
        libc::EAFNOSUPPORT => "address family not supported",
        libc::EAGAIN => "resource temporarily unavailable",
        libc::EALREADY => "connection already in progress",
        libc::EBADF => "bad file descriptor",
        libc::EBUSY => "resource busy or locked",
        libc::ECANCELED => "operation canceled",
        libc::ECONNABORTED => "software caused connection abort",
        libc::ECONNREFUSED => "connection refused",
        libc::ECONNRESET => "connection reset by peer",
        libc::EDESTADDRREQ => "destination address required",
        libc::EEXIST => "file already exists",
        libc::EFAULT => "bad address in system call argument",
        libc::EFBIG => "file too large",
        libc::EHOSTUNREACH => "host is unreachable",
        libc::EINTR => "interrupted system call",
        libc::EINVAL => "invalid argument",
        libc::EIO => "i/o error",
        libc::EISCONN => "socket is already connected",
        libc::EISDIR => "illegal operation on a directory",
        libc::ELOOP => "too many symbolic links encountered",
        libc::EMFILE => "too many open files",
        libc::EMLINK => "too many links",
        libc::EMSGSIZE => "message too long",
        libc::ENAMETOOLONG => "name too long",
        libc::ENETDOWN => "network is down",
        libc::ENETUNREACH => "network is unreachable",
        libc::ENFILE => "file table overflow",
        libc::ENOBUFS => "no buffer space available",
        libc::ENODEV => "no such device",
        libc::ENOENT => "no such file or directory",
        libc::ENOMEM => "not enough memory",
        libc::ENOPROTOOPT => "protocol not available",
        libc::ENOSPC => "no space left on device",
        libc::ENOSYS => "function not implemented",
        libc::ENOTCONN => "socket is not connected",
        libc::ENOTDIR => "not a directory",
        libc::ENOTEMPTY => "directory not empty",
        libc::ENOTSOCK => "socket operation on non-socket",
        libc::ENOTSUP => "operation not supported on socket",
        libc::ENXIO => "no such device or address",
        libc::EPERM => "operation not permitted",
        libc::EPIPE => "broken pipe",
        libc::EPROTO => "protocol error",
        libc::EPROTONOSUPPORT => "protocol not supported",
        libc::EPROTOTYPE => "protocol wrong type for socket",
        libc::ERANGE => "result too large",
        libc::EROFS => "read-only file system",
        libc::ESHUTDOWN => "cannot send after transport endpoint shutdown",
        libc::ESPIPE => "invalid seek",
        libc::ESRCH => "no such process",
        libc::ETIMEDOUT => "connection timed out",
        libc::ETXTBSY => "text file is busy",
        libc::EXDEV => "cross-device link not permitted",
        _ => return None,
    })
}

#[cfg(not(unix))]
fn code_text(_code: i32) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn numbers_of_the_system_read_as_libuv_writes_them() {
        let text = |code| system_text(&io::Error::from_raw_os_error(code));
        assert_eq!(text(libc::ECONNREFUSED), "connection refused");
        assert_eq!(text(libc::EISDIR), "illegal operation on a directory");
        assert_eq!(text(99_999), "Unknown system error 99999");
    }

    #[test]
    fn errors_without_a_number_keep_their_own_words() {
        assert_eq!(system_text(&io::Error::other("no route")), "no route");
    }
}
