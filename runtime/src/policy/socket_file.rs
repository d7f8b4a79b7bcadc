//! The file of a Unix socket: made for its owner only, replaced only when nobody serves it,
//! removed when the listener ends, however the process ends.
//!
//! `SIGKILL` and a crash leave the file behind; the next listener finds that nobody answers.

use std::ffi::{CString, OsStr, c_int};
use std::fs;
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

use socket2::{Domain, SockAddr, Socket, Type};

use super::folder_lock::FolderLock;
use super::knock::knock;
use crate::error::{Text, system_text};
use crate::reactor::kernel::BACKLOG;

/// What a file of a Unix socket may be used for.
const MODE: u32 = 0o600;

/// The most bytes that fit into an address with the NUL that ends it (unix(7)).
const LONGEST_PATH: usize =
    size_of::<libc::sockaddr_un>() - std::mem::offset_of!(libc::sockaddr_un, sun_path) - 1;

/// A socket file that this process made. Dropping it removes the file, if it is still the same.
#[derive(Debug)]
pub(crate) struct SocketFile {
    node: &'static Node,
}

/// One file in the list that the signal handler walks. Nodes are never freed, because a handler
/// may be looking at them; a path that is bound again gets its old node.
#[derive(Debug)]
struct Node {
    path: CString,
    device: AtomicU64,
    inode: AtomicU64,
    active: AtomicBool,
    next: *const Node,
}

use std::sync::atomic::AtomicU64;

// SAFETY: `next` is set before the node is published and never changes.
unsafe impl Sync for Node {}

static NODES: AtomicPtr<Node> = AtomicPtr::new(std::ptr::null_mut());
/// The process whose files these are: a child between fork and exec must not remove them.
static OWNER: AtomicI32 = AtomicI32::new(0);

/// Listens at a path. The error is the whole text for the script.
pub(crate) fn listen(path: &[u8]) -> Result<(UnixListener, SocketFile), Text> {
    let failed = |text: Text| Text::Owned(format!("failed to bind unix socket: {text}"));
    check_path(path).map_err(failed)?;
    let path = Path::new(OsStr::from_bytes(path));
    let lock = FolderLock::around(path);
    make_room(path, &lock).map_err(failed)?;
    let listener = bind(path).map_err(|error| failed(bind_text(&error)))?;
    drop(lock);
    let file = SocketFile::register(path).map_err(|error| failed(system_text(&error)))?;
    Ok((listener, file))
}

pub(crate) fn check_path(path: &[u8]) -> Result<(), Text> {
    if path.is_empty() || path.contains(&0) {
        return Err(Text::Borrowed("invalid argument"));
    }
    if path.len() > LONGEST_PATH {
        return Err(Text::Owned(format!(
            "name too long ({} bytes, at most {LONGEST_PATH})",
            path.len()
        )));
    }
    Ok(())
}

/// Removes a socket that nobody serves. Everything else at the path stays, and is an error.
fn make_room(path: &Path, lock: &FolderLock) -> Result<(), Text> {
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !found.file_type().is_socket() {
        return Err(Text::Borrowed("file already exists and is not a socket"));
    }
    match knock(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            if matches!(lock, FolderLock::Busy) {
                return Err(Text::Borrowed("resource temporarily unavailable"));
            }
            fs::remove_file(path).map_err(|error| system_text(&error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(system_text(&error)),
        _ => Err(Text::Borrowed("address already in use")),
    }
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    // On Linux the mode of the socket before bind is that of its file, so that at no moment
    // somebody else may connect. Elsewhere the call fails and the file is changed below.
    // SAFETY: the descriptor is open.
    _ = unsafe { libc::fchmod(socket.as_raw_fd(), MODE as libc::mode_t) };
    socket.bind(&SockAddr::unix(path)?)?;
    if fs::symlink_metadata(path)?.permissions().mode() & 0o777 != MODE {
        fs::set_permissions(path, fs::Permissions::from_mode(MODE))?;
    }
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A missing folder reads as "permission denied", as scripts know it.
fn bind_text(error: &io::Error) -> Text {
    match error.kind() {
        io::ErrorKind::NotFound => Text::Borrowed("permission denied"),
        _ => system_text(error),
    }
}

impl SocketFile {
    /// Notes a file that was just bound, so that it is removed with the process.
    fn register(path: &Path) -> io::Result<Self> {
        let found = fs::symlink_metadata(path)?;
        let absolute = std::path::absolute(path)?;
        let absolute = CString::new(absolute.into_os_string().into_encoded_bytes())?;
        remove_at_exit();
        let node = node_for(absolute);
        node.device.store(found.dev(), Ordering::Relaxed);
        node.inode.store(found.ino(), Ordering::Relaxed);
        node.active.store(true, Ordering::Release);
        Ok(Self { node })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        self.node.remove();
    }
}

/// The node of a path: an idle one of the same path, or a new one.
fn node_for(path: CString) -> &'static Node {
    let idle = nodes().find(|node| !node.active.load(Ordering::Acquire) && node.path == path);
    idle.unwrap_or_else(|| {
        let next = NODES.load(Ordering::Acquire);
        let (device, inode, active) =
            (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
        let node: &'static mut Node = Box::leak(Box::new(Node {
            path,
            device,
            inode,
            active,
            next,
        }));
        NODES.store(node, Ordering::Release);
        node
    })
}

fn nodes() -> impl Iterator<Item = &'static Node> {
    let mut next = NODES.load(Ordering::Acquire).cast_const();
    std::iter::from_fn(move || {
        // SAFETY: nodes are never freed and published whole.
        let node = unsafe { next.as_ref() }?;
        next = node.next;
        Some(node)
    })
}

impl Node {
    /// Removes the file, if it is still the one that was bound. Safe in a signal handler
    /// (signal-safety(7): `lstat`, `unlink`).
    fn remove(&self) {
        if !self.active.swap(false, Ordering::AcqRel) {
            return;
        }
        let mut found = std::mem::MaybeUninit::<libc::stat>::uninit();
        // SAFETY: the path ends with NUL; `found` is read only when lstat has filled it.
        unsafe {
            if libc::lstat(self.path.as_ptr(), found.as_mut_ptr()) != 0 {
                return;
            }
            let found = found.assume_init();
            // The types of both numbers differ from system to system.
            #[cfg_attr(
                target_os = "linux",
                expect(clippy::unnecessary_cast, reason = "they are u64 here")
            )]
            #[cfg_attr(
                not(target_os = "linux"),
                expect(clippy::cast_sign_loss, reason = "they are compared as stored")
            )]
            let same = found.st_dev as u64 == self.device.load(Ordering::Relaxed)
                && found.st_ino as u64 == self.inode.load(Ordering::Relaxed);
            if same {
                libc::unlink(self.path.as_ptr());
            }
        }
    }
}

/// Has the files removed by `exit` and by the signals that ask a process to end.
fn remove_at_exit() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: both handlers only do what is safe at their time; a signal that the process
        // ignores or handles otherwise is left alone.
        unsafe {
            OWNER.store(libc::getpid(), Ordering::Relaxed);
            libc::atexit(on_exit);
            for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
                let mut before = std::mem::zeroed::<libc::sigaction>();
                libc::sigaction(signal, std::ptr::null(), &raw mut before);
                if before.sa_sigaction == libc::SIG_DFL {
                    let mut action = std::mem::zeroed::<libc::sigaction>();
                    action.sa_sigaction = on_signal as *const () as libc::sighandler_t;
                    action.sa_flags = libc::SA_RESETHAND;
                    libc::sigaction(signal, &raw const action, std::ptr::null_mut());
                }
            }
        }
    });
}

extern "C" fn on_exit() {
    remove_all();
}

/// Removes the files and dies of the signal, whose action is the default again by then.
extern "C" fn on_signal(signal: c_int) {
    remove_all();
    // SAFETY: raise is safe in a signal handler; the signal is delivered when the handler returns.
    unsafe { libc::raise(signal) };
}

fn remove_all() {
    // SAFETY: getpid has no preconditions.
    if unsafe { libc::getpid() } == OWNER.load(Ordering::Relaxed) {
        nodes().for_each(Node::remove);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    /// Several listeners that find the same dead socket: one takes its place, and keeps it.
    #[test]
    fn one_of_many_replaces_a_dead_socket() {
        const RIVALS: usize = 4;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let bytes = path.as_os_str().as_bytes();
        for round in 0..200 {
            drop(UnixListener::bind(&path).unwrap());
            let start = Barrier::new(RIVALS);
            let won: Vec<_> = std::thread::scope(|scope| {
                let rival = || {
                    start.wait();
                    listen(bytes)
                };
                let rivals: Vec<_> = (0..RIVALS).map(|_| scope.spawn(rival)).collect();
                let ended = rivals.into_iter().map(|rival| rival.join().unwrap());
                ended.filter_map(Result::ok).collect()
            });
            assert_eq!(won.len(), 1, "round {round}");
            assert!(knock(&path).is_ok(), "round {round}");
            drop(won);
            assert!(!path.exists(), "round {round}");
        }
    }
}
