//! Work that leaves the loop thread: one tokio runtime, started at first use.
//!
//! A job is sent away and posts back what is to be done with its answer; that runs on the loop
//! thread, where Lua values may be made.

use std::cell::{Cell, OnceCell};
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};

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
        threads.spawn_blocking(move || {
            // A job that never answers would keep the loop waiting for ever.
            let _boundary = Boundary::new();
            // The receiver is gone only when the runtime has ended: then nobody waits any more.
            if post.send(job()).is_ok() {
                _ = waker.wake();
            }
        });
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
        let threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("lunet-offload")
            .build()?;
        let (post, finished) = channel();
        Ok(self.pool.get_or_init(|| Pool {
            threads: Some(threads),
            post,
            finished,
        }))
    }
}

impl Drop for Pool {
    /// Leaves jobs to themselves: the end of the process waits for nobody.
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
