//! The few system calls that the yardstick and the load make, and nothing around them.

use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};

/// An epoll instance and the events of its last wait.
pub(crate) struct Epoll {
    instance: OwnedFd,
    events: Vec<libc::epoll_event>,
}

impl Epoll {
    pub(crate) fn new() -> Self {
        // SAFETY: no preconditions; the descriptor is new and nobody else's.
        let instance = unsafe {
            let instance = libc::epoll_create1(libc::EPOLL_CLOEXEC);
            assert!(instance >= 0, "{}", io::Error::last_os_error());
            OwnedFd::from_raw_fd(instance)
        };
        Self {
            instance,
            events: vec![libc::epoll_event { events: 0, u64: 0 }; 256],
        }
    }

    /// Watches a descriptor for input, with that trigger.
    pub(crate) fn watch(&self, descriptor: RawFd, trigger: i32) {
        let status = self.control(libc::EPOLL_CTL_ADD, descriptor, trigger);
        assert_eq!(status, 0, "{}", io::Error::last_os_error());
    }

    /// Watches a descriptor for one event. A descriptor that was closed meanwhile is none.
    pub(crate) fn watch_once(&self, descriptor: RawFd) {
        if self.control(libc::EPOLL_CTL_MOD, descriptor, libc::EPOLLONESHOT) != 0 {
            self.control(libc::EPOLL_CTL_ADD, descriptor, libc::EPOLLONESHOT);
        }
    }

    fn control(&self, operation: i32, descriptor: RawFd, trigger: i32) -> i32 {
        let mut event = libc::epoll_event {
            events: (libc::EPOLLIN | libc::EPOLLRDHUP | trigger).cast_unsigned(),
            u64: u64::from(descriptor.cast_unsigned()),
        };
        // SAFETY: the instance is open, and the event is copied.
        unsafe {
            libc::epoll_ctl(
                self.instance.as_raw_fd(),
                operation,
                descriptor,
                &raw mut event,
            )
        }
    }

    /// Waits, and gives the descriptors with input.
    pub(crate) fn wait(&mut self) -> impl Iterator<Item = RawFd> {
        let room = i32::try_from(self.events.len()).expect("256");
        // SAFETY: the events are memory of the right type and size.
        let count = unsafe {
            libc::epoll_wait(
                self.instance.as_raw_fd(),
                self.events.as_mut_ptr(),
                room,
                -1,
            )
        };
        let count = usize::try_from(count).unwrap_or(0);
        let ready = self.events[..count].iter();
        ready.map(|event| RawFd::try_from(event.u64).expect("a descriptor was put in"))
    }
}

/// One `recv`: how many bytes, 0 at the end, none when nothing is there.
pub(crate) fn receive(descriptor: RawFd, buffer: &mut [u8]) -> Option<usize> {
    // SAFETY: the buffer is writable memory of the given size.
    let count = unsafe { libc::recv(descriptor, buffer.as_mut_ptr().cast(), buffer.len(), 0) };
    usize::try_from(count).ok()
}

/// One `send` of all the data.
pub(crate) fn send(descriptor: RawFd, data: &[u8]) {
    // SAFETY: the data is readable memory of the given size.
    let count = unsafe {
        libc::send(
            descriptor,
            data.as_ptr().cast(),
            data.len(),
            libc::MSG_NOSIGNAL,
        )
    };
    assert_eq!(
        usize::try_from(count),
        Ok(data.len()),
        "small writes go out whole"
    );
}
