//! The functions that lock, unlock and destroy mutexes, by their names.

mod reach;

pub(crate) use reach::Reach;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Operation {
    /// It locks; where its answer is asked for, only if that is 0.
    Lock,
    /// It locks if it answers 0.
    TryLock,
    Unlock,
    Destroy,
}

/// What a call does to its first argument. POSIX threads, C11 threads, libuv and Windows.
pub(crate) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "pthread_mutex_lock"
        | "pthread_rwlock_rdlock"
        | "pthread_rwlock_wrlock"
        | "pthread_spin_lock"
        | "uv_mutex_lock"
        | "uv_rwlock_rdlock"
        | "uv_rwlock_wrlock"
        | "mtx_lock"
        | "EnterCriticalSection" => Operation::Lock,
        "pthread_mutex_trylock"
        | "pthread_mutex_timedlock"
        | "pthread_rwlock_tryrdlock"
        | "pthread_rwlock_trywrlock"
        | "pthread_spin_trylock"
        | "uv_mutex_trylock"
        | "uv_rwlock_tryrdlock"
        | "uv_rwlock_trywrlock"
        | "mtx_trylock"
        | "mtx_timedlock" => Operation::TryLock,
        "pthread_mutex_unlock"
        | "pthread_rwlock_unlock"
        | "pthread_spin_unlock"
        | "uv_mutex_unlock"
        | "uv_rwlock_rdunlock"
        | "uv_rwlock_wrunlock"
        | "mtx_unlock"
        | "LeaveCriticalSection" => Operation::Unlock,
        "pthread_mutex_destroy"
        | "pthread_rwlock_destroy"
        | "pthread_spin_destroy"
        | "uv_mutex_destroy"
        | "uv_rwlock_destroy"
        | "mtx_destroy"
        | "DeleteCriticalSection" => Operation::Destroy,
        _ => return None,
    })
}

/// Whether a call destroys its first argument.
pub(crate) fn destroys(name: &str) -> bool {
    operation(name) == Some(Operation::Destroy)
}

/// Whether something in a text is destroyed: most files only lock and unlock.
pub(crate) fn names_destroyer(text: &str) -> bool {
    [
        "lock_destroy",
        "mutex_destroy",
        "mtx_destroy",
        "spin_destroy",
        "DeleteCriticalSection",
    ]
    .iter()
    .any(|name| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some())
}

/// What a function hands on to functions of other files, which may unlock it.
#[derive(Debug)]
pub(crate) enum Handed {
    /// A part of what it is given for a parameter.
    Part {
        parameter: usize,
        place: Box<str>,
        /// By its name the other function unlocks something: perhaps a part of what it is given.
        may_unlock_parts: bool,
    },
    /// Perhaps any part of anything that it is given.
    Anything,
}

/// What a function does to mutexes, in its own names.
#[derive(Debug)]
pub(crate) struct Mutexes {
    /// Those that are destroyed without having been unlocked before.
    pub(crate) destroyed: Box<[Box<str>]>,
    pub(crate) unlocked: Box<[Box<str>]>,
    /// Those that are locked at the end of every path.
    pub(crate) held: Box<[Box<str>]>,
}

impl Mutexes {
    pub(crate) fn are_left_alone(&self) -> bool {
        self.destroyed.is_empty() && self.unlocked.is_empty() && self.held.is_empty()
    }
}
