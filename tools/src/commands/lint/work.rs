//! Work on many files side by side: the largest first, so that none is left at the end for one thread alone, and
//! not too much of large ones in memory at once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use lunet_release::side_by_side as threads;

/// Smaller files never wait.
const LARGE_BYTES: u64 = 256 << 10;

/// So many bytes of large files are worked on at once; a larger one is worked on with small ones only.
const LARGE_TOGETHER_BYTES: u64 = 4 << 20;

/// Files from this size on are worked on by one thread, one after the other: the memory that one leaves is there for
/// the next, which it is not for another thread. The same holds for a glance.
const HUGE_BYTES: u64 = 2 << 20;

/// So many files are asked for their sizes at once.
const RUN: usize = 1024;

/// What `work` makes of each file and its size, in their order. The size is that of a regular file, if it is one.
/// `glance` may have done with a large file before: that takes no room.
pub(super) fn side_by_side<R: Send>(
    paths: &[PathBuf],
    glance: impl Fn(&Path, Option<u64>) -> Option<R> + Sync,
    work: impl Fn(&Path, Option<u64>) -> R + Sync,
) -> Vec<R> {
    if let [only] = paths {
        return vec![work(only, size_of(only))];
    }
    let sizes: Vec<Option<u64>> = threads::map(paths, RUN, |path| size_of(path));
    // Among small ones the order of the paths is kind to the caches of the system.
    let large = |size: Option<u64>| size.filter(|&size| size >= LARGE_BYTES).unwrap_or_default();
    let mut files: Vec<(u64, usize)> = (0..)
        .zip(&sizes)
        .map(|(index, size)| (large(*size), index))
        .collect();
    files.sort_by_key(|&(size, index)| (std::cmp::Reverse(size), index));
    let small = files.split_off(files.partition_point(|&(size, _)| size > 0));
    let glance = |&(_, index): &(u64, usize)| glance(&paths[index], sizes[index]);
    let huge = files.partition_point(|&(size, _)| size >= HUGE_BYTES);
    let (huge, others) = files.split_at(huge);
    let turns = std::iter::once(huge).chain(others.chunks(1));
    let turns: Vec<_> = turns.filter(|files| !files.is_empty()).collect();
    let seen = threads::map(&turns, 1, |files| {
        files.iter().map(glance).collect::<Vec<_>>()
    });
    let mut glanced = Vec::new();
    let mut open = Vec::new();
    for (file, seen) in files.iter().zip(seen.into_iter().flatten()) {
        match seen {
            Some(result) => glanced.push((file.1, result)),
            None => open.push(*file),
        }
    }
    open.extend(small);
    let work = |index: usize| (index, work(&paths[index], sizes[index]));
    let huge = open.partition_point(|&(size, _)| size >= HUGE_BYTES);
    let (huge, files) = open.split_at(huge);
    let next = AtomicUsize::new(0);
    let room = Room::default();
    let of_threads = threads::on_threads(open.len(), |thread| {
        let mut results = Vec::new();
        let mut postponed = Vec::new();
        for &(size, index) in huge.iter().filter(|_| thread == 0) {
            let _place = room.wait_for(size);
            results.push(work(index));
        }
        while let Some(&(size, index)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            match room.takes(size) {
                Some(_place) => results.push(work(index)),
                None => postponed.push((size, index)),
            }
        }
        // Nothing is left but large files.
        for (size, index) in postponed {
            let _place = room.wait_for(size);
            results.push(work(index));
        }
        results
    });
    let mut all: Vec<_> = of_threads.into_iter().flatten().chain(glanced).collect();
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

fn size_of(path: &Path) -> Option<u64> {
    let metadata = std::fs::metadata(path).ok()?;
    metadata.is_file().then_some(metadata.len())
}

/// The room for large files.
#[derive(Default)]
struct Room {
    taken: Mutex<u64>,
    freed: Condvar,
}

/// What a file takes of the room until this is dropped, which a panic does, too.
struct Place<'a> {
    room: &'a Room,
    size: u64,
}

impl Room {
    /// Takes room for a file if there is some. Smaller files take none.
    fn takes(&self, size: u64) -> Option<Place<'_>> {
        if size > 0 {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            if !fits(*taken, size) {
                return None;
            }
            *taken += size;
        }
        Some(Place { room: self, size })
    }

    /// Waits until there is room for a file, and takes it.
    fn wait_for(&self, size: u64) -> Place<'_> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = self
            .freed
            .wait_while(taken, |taken| !fits(*taken, size))
            .unwrap_or_else(PoisonError::into_inner);
        *taken += size;
        Place { room: self, size }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let Self { room, size } = *self;
        if size > 0 {
            *room.taken.lock().unwrap_or_else(PoisonError::into_inner) -= size;
            room.freed.notify_all();
        }
    }
}

fn fits(taken: u64, size: u64) -> bool {
    taken == 0 || taken + size <= LARGE_TOGETHER_BYTES
}

#[cfg(test)]
mod tests {
    use super::side_by_side;

    #[test]
    fn a_panic_of_a_large_file_leaves_its_room_to_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<_> = (0..6)
            .map(|it| folder.path().join(format!("{it}")))
            .collect();
        for path in &paths {
            std::fs::File::create(path)
                .unwrap()
                .set_len(3 << 20)
                .unwrap();
        }
        let work = |path: &std::path::Path, _| assert!(!path.ends_with("0"), "here");
        let all = || side_by_side(&paths, |_, _| None, work);
        assert!(std::panic::catch_unwind(all).is_err());
    }

    #[test]
    fn results_come_in_the_order_of_the_paths() {
        let folder = tempfile::tempdir().unwrap();
        let sizes = [10, 9 << 20, 300 << 10, 0, 10 << 20, 400 << 10, 5 << 20, 20];
        let paths: Vec<_> = (0..)
            .zip(sizes)
            .map(|(number, size)| {
                let path = folder.path().join(format!("{number}"));
                std::fs::File::create(&path).unwrap().set_len(size).unwrap();
                path
            })
            .collect();
        let read = |path: &std::path::Path, size: Option<u64>| {
            let length = std::fs::read(path).unwrap().len() as u64;
            assert_eq!(size, Some(length));
            length
        };
        let none = |_: &std::path::Path, _| None;
        let some = |path: &std::path::Path, size| (size > Some(1 << 20)).then(|| read(path, size));
        assert_eq!(side_by_side(&paths, none, read), sizes);
        assert_eq!(side_by_side(&paths, some, read), sizes);
        assert_eq!(side_by_side(&paths[..1], none, read), sizes[..1]);
        assert!(side_by_side(&[], none, read).is_empty());
    }
}
