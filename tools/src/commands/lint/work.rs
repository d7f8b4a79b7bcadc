//! Work on many files side by side, with results in the order of the files: each can be taken while the others are
//! still worked on. Neither many large files nor many results that nobody has taken are in memory at once.

mod queue;

use std::path::{Path, PathBuf};
use std::thread;

use lunet_release::side_by_side::{cores, map};
use queue::Queue;

/// So many files are asked for their sizes at once.
const RUN: usize = 1024;

/// A file to work on.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    /// That of a regular file, if it is one.
    pub(super) size: Option<u64>,
}

/// What is done with each file.
pub(super) trait Work: Sync {
    type Result: Send;

    /// What comes out of a large file, if a search in it is enough to tell.
    fn glance(&self, _file: File<'_>) -> Option<Self::Result> {
        None
    }

    /// What comes out of a file.
    fn work(&self, file: File<'_>) -> Self::Result;

    /// The memory that a result takes.
    fn bytes(_result: &Self::Result) -> usize {
        0
    }
}

/// Gives `take` the results of all files in their order. What it does not ask for may not be worked on.
pub(super) fn side_by_side<W: Work, T>(
    paths: &[PathBuf],
    work: &W,
    take: impl FnOnce(&mut dyn Iterator<Item = W::Result>) -> T,
) -> T {
    let sizes = map(paths, RUN, |path| size_of(path));
    let files: Vec<_> = paths.iter().zip(sizes).map(file).collect();
    let queue = Queue::new(&files, work);
    thread::scope(|scope| {
        let end = queue.end_on_drop();
        // If the system refuses to start a thread, the others do its work.
        for _ in 1..cores().min(files.len()) {
            let worker = || queue.work_along();
            if thread::Builder::new().spawn_scoped(scope, worker).is_err() {
                break;
            }
        }
        let result = take(&mut std::iter::from_fn(|| queue.next()));
        drop(end);
        result
    })
}

fn file((path, size): (&PathBuf, Option<u64>)) -> File<'_> {
    File { path, size }
}

fn size_of(path: &Path) -> Option<u64> {
    let metadata = std::fs::metadata(path).ok()?;
    metadata.is_file().then_some(metadata.len())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{File, Work, side_by_side};

    /// Answers the lengths of files, which it holds to be what is said; of some at a glance.
    struct Lengths {
        glances: bool,
        bytes: usize,
    }

    /// A length that pretends to take memory.
    struct Length(u64, usize);

    impl Work for Lengths {
        type Result = Length;

        fn glance(&self, file: File<'_>) -> Option<Length> {
            (self.glances && file.size > Some(1 << 20)).then(|| self.work(file))
        }

        fn work(&self, file: File<'_>) -> Length {
            let length = std::fs::read(file.path).unwrap().len() as u64;
            assert_eq!(file.size, Some(length));
            Length(length, self.bytes)
        }

        fn bytes(length: &Length) -> usize {
            length.1
        }
    }

    fn files(sizes: &[u64]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let paths = (0..).zip(sizes).map(|(number, &size)| {
            let path = folder.path().join(format!("{number}"));
            std::fs::File::create(&path).unwrap().set_len(size).unwrap();
            path
        });
        let paths = paths.collect();
        (folder, paths)
    }

    #[test]
    fn results_come_in_the_order_of_the_paths() {
        let mut sizes = vec![10, 9 << 20, 300 << 10, 0, 10 << 20, 400 << 10, 5 << 20, 20];
        sizes.extend((0..600).map(|number| number % 7));
        sizes.extend([3 << 20, 1, 300 << 10]);
        let (_folder, paths) = files(&sizes);
        for (glances, bytes) in [(false, 0), (true, 0), (false, 20 << 20), (true, 20 << 20)] {
            let lengths = Lengths { glances, bytes };
            for count in [0, 1, 2, 7, paths.len()] {
                let taken = side_by_side(&paths[..count], &lengths, |results| {
                    results.map(|length| length.0).collect::<Vec<_>>()
                });
                assert_eq!(taken, sizes[..count], "{glances} {bytes}");
            }
        }
    }

    #[test]
    fn who_takes_no_more_ends_the_work() {
        let (_folder, paths) = files(&[1; 2000]);
        let lengths = Lengths {
            glances: false,
            bytes: 20 << 20,
        };
        let first = side_by_side(&paths, &lengths, |results| results.next().map(|it| it.0));
        assert_eq!(first, Some(1));
    }

    /// Ends with a panic at a file.
    struct Panics(usize, AtomicUsize);

    impl Work for Panics {
        type Result = ();

        fn work(&self, _file: File<'_>) {
            let number = self.1.fetch_add(1, Ordering::Relaxed);
            assert_ne!(number, self.0, "here");
        }
    }

    #[test]
    fn a_panic_of_any_thread_is_one_of_the_caller() {
        let (_folder, paths) = files(&[3 << 20, 1, 300 << 10, 1, 3 << 20, 300 << 10]);
        for bad in 0..paths.len() {
            let work = Panics(bad, AtomicUsize::new(0));
            let all = || side_by_side(&paths, &work, |results| results.count());
            let all = std::panic::AssertUnwindSafe(all);
            assert!(std::panic::catch_unwind(all).is_err(), "{bad}");
        }
    }
}
