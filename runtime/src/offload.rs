//! Work that leaves the loop thread: one tokio runtime, started at first use.
//!
//! A job is sent away and posts back what is to be done with its answer; that runs on the loop
//! thread, where Lua values may be made.

use std::cell::{Cell, OnceCell};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, Once, PoisonError};

use crate::boundary::Boundary;
use crate::reactor::Reactor;
use crate::runtime::Runtime;

/// What a finished job wants done on the loop thread.
pub(crate) type Finish = Box<dyn FnOnce(&Runtime) + Send>;

/// The way to other threads and back.
#[derive(Default)]
pub(crate) struct Offload {
    /// Started by the first job; lives until the runtime ends.
    pool: OnceCell<Pool>,
    /// Jobs whose answer has not been delivered.
    in_flight: Cell<usize>,
}

struct Pool {
    threads: Option<tokio::runtime::Runtime>,
    post: Sender<Finish>,
    finished: Receiver<Finish>,
}

impl Offload {
    /// Runs a job that may block on a thread of its own, then its [`Finish`] on the loop thread.
    pub(crate) fn blocking(
        &self,
        reactor: &Reactor,
        job: impl FnOnce() -> Finish + Send + 'static,
    ) -> io::Result<()> {
        let pool = self.pool()?;
        let waker = reactor.waker()?;
        let post = pool.post.clone();
        let threads = pool
            .threads
            .as_ref()
            .expect("the threads live until the pool is dropped");
        // Where there is no thread, tokio still keeps the job for one: then it must find it gone.
        let kept = Arc::new(Mutex::new(Some(job)));
        let job = Arc::clone(&kept);
        let sent = unless_out_of_threads(|| {
            threads.spawn_blocking(move || {
                // A job that never answers would keep the loop waiting for ever.
                let _boundary = Boundary::new();
                let Some(job) = take(&job) else { return };
                // The receiver is gone only when the runtime has ended: then nobody waits any more.
                if post.send(job()).is_ok() {
                    _ = waker.wake();
                }
            })
        });
        if let Err(error) = sent
            && take(&kept).is_some()
        {
            return Err(error);
        }
        self.in_flight.set(self.in_flight.get() + 1);
        Ok(())
    }

    /// True while an answer is due.
    pub(crate) fn is_busy(&self) -> bool {
        self.in_flight.get() > 0
    }

    /// Does what finished jobs want done.
    pub(crate) fn deliver(&self, runtime: &Runtime) {
        let Some(pool) = self.pool.get() else { return };
        while let Ok(finish) = pool.finished.try_recv() {
            self.in_flight.set(self.in_flight.get() - 1);
            finish(runtime);
        }
    }

    fn pool(&self) -> io::Result<&Pool> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool);
        }
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("lunet-offload");
        let threads = unless_out_of_threads(|| builder.build())??;
        let (post, finished) = channel();
        Ok(self.pool.get_or_init(|| Pool {
            threads: Some(threads),
            post,
            finished,
        }))
    }
}

fn take<T>(kept: &Mutex<Option<T>>) -> Option<T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).take()
}

thread_local! {
    /// A panic of this thread is told by the caller.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Does something about which tokio panics where the system has no thread left. Quietly, because
/// the caller tells of it; those of other threads meanwhile are as loud as ever.
fn unless_out_of_threads<T>(start: impl FnOnce() -> T) -> io::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                hook(panic);
            }
        }));
    });
    QUIET.set(true);
    let started = catch_unwind(AssertUnwindSafe(start));
    QUIET.set(false);
    started.map_err(|_| io::Error::other("no thread could be started"))
}

impl Drop for Pool {
    /// Leaves jobs to themselves: the end of the process waits for nobody.
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
