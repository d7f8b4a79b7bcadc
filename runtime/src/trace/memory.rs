//! The memory of plugins (`lunet_mem.h`): every block is counted, and has a mark before and behind
//! it that shows overruns and double frees.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::corefs::say;

/// "LUNE" stands before and behind a living block.
const CANARY: u32 = 0x4C55_4E45;
/// What freed memory is filled with.
const POISON: u8 = 0xDE;
const POISONED: u32 = 0xDEDE_DEDE;
/// What stands before a block; its size keeps the block aligned for any type.
const HEAD: usize = 32;
const TAIL: usize = size_of::<u32>();

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static FREES: AtomicU64 = AtomicU64::new(0);
static ALLOCATED: AtomicU64 = AtomicU64::new(0);
static FREED: AtomicU64 = AtomicU64::new(0);
static CURRENT: AtomicU64 = AtomicU64::new(0);
static PEAK: AtomicU64 = AtomicU64::new(0);

#[repr(C)]
struct Head {
    size: usize,
    canary: u32,
}

/// Where a plugin called from.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) file: *const c_char,
    pub(super) line: c_int,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // SAFETY: the macros of the headers give `__FILE__`.
        let file = unsafe { CStr::from_ptr(self.file) };
        write!(f, "{}:{}", file.to_string_lossy(), self.line)
    }
}

fn layout(size: usize) -> Option<Layout> {
    let size = size.checked_add(HEAD + TAIL)?;
    Layout::from_size_align(size, 16).ok()
}

/// A block of zeros, or null.
#[expect(clippy::cast_ptr_alignment, reason = "blocks are aligned to 16 bytes")]
pub(super) fn allocate(size: usize, place: Place) -> *mut c_void {
    let Some(layout) = layout(size) else {
        return ptr::null_mut();
    };
    // SAFETY: the layout has room for the head, the block and the mark behind it.
    unsafe {
        let start = alloc(layout);
        if start.is_null() {
            return ptr::null_mut();
        }
        start.write_bytes(0, layout.size());
        let canary = CANARY;
        start.cast::<Head>().write(Head { size, canary });
        let block = start.add(HEAD);
        block.add(size).cast::<u32>().write_unaligned(CANARY);
        counted(&ALLOCATIONS, &ALLOCATED, size);
        let current = CURRENT.fetch_add(size as u64, Relaxed) + size as u64;
        PEAK.fetch_max(current, Relaxed);
        verbose("ALLOC", block, size, place);
        block.cast()
    }
}

/// Frees a block; null is nothing.
///
/// # Safety
/// The block came from [`allocate`].
pub(super) unsafe fn free(block: *mut c_void, place: Place) {
    if block.is_null() {
        return;
    }
    // SAFETY: the caller's; the head is read first, and tells whether the rest may be touched.
    unsafe {
        let block = block.cast::<u8>();
        let size = examine(block, "free", place);
        let Some(layout) = layout(size) else { return };
        let start = block.sub(HEAD);
        counted(&FREES, &FREED, size);
        CURRENT.fetch_sub(size as u64, Relaxed);
        verbose("FREE", block, size, place);
        start.write_bytes(POISON, layout.size());
        dealloc(start, layout);
    }
}

/// Moves a block to another size.
///
/// # Safety
/// The block is null or came from [`allocate`].
pub(super) unsafe fn change(block: *mut c_void, size: usize, place: Place) -> *mut c_void {
    if block.is_null() {
        return allocate(size, place);
    }
    // SAFETY: the caller's.
    unsafe {
        let old = examine(block.cast(), "realloc", place);
        let new = allocate(size, place);
        if !new.is_null() {
            ptr::copy_nonoverlapping(block.cast::<u8>(), new.cast(), old.min(size));
            free(block, place);
        }
        new
    }
}

/// The size of a living block. Ends the process where its marks are not what they were.
///
/// # Safety
/// The block came from [`allocate`].
#[expect(clippy::cast_ptr_alignment, reason = "blocks are aligned to 16 bytes")]
unsafe fn examine(block: *mut u8, what: &str, place: Place) -> usize {
    // SAFETY: the caller's.
    let head = unsafe { block.sub(HEAD).cast::<Head>().read() };
    let found = match head.canary {
        CANARY => {
            // SAFETY: the mark before the block is whole, so its size is.
            unsafe { block.add(head.size).cast::<u32>().read_unaligned() }
        }
        other => other,
    };
    if found == CANARY {
        return head.size;
    }
    if head.canary == POISONED {
        say(&format!(
            "[MEM_TRACE] DOUBLE_FREE ptr={block:p} (memory already poisoned with 0xDE) at {place}"
        ));
    } else {
        say(&format!(
            "[MEM_TRACE] CANARY_FAIL on {what} ptr={block:p} (expected 0x{CANARY:08x} got 0x{found:08x}) at {place}"
        ));
    }
    std::process::abort();
}

fn counted(number: &AtomicU64, bytes: &AtomicU64, size: usize) {
    number.fetch_add(1, Relaxed);
    bytes.fetch_add(size as u64, Relaxed);
}

fn verbose(what: &str, block: *mut u8, size: usize, place: Place) {
    if cfg!(feature = "trace-verbose") {
        say(&format!(
            "[MEM_TRACE] {what} ptr={block:p} size={size} at {place}"
        ));
    }
}

/// How much was allocated and freed.
pub(super) fn summary() {
    let counts = [&ALLOCATIONS, &FREES, &ALLOCATED, &FREED, &CURRENT, &PEAK];
    let [allocs, frees, taken, given, current, peak] = counts.map(|count| count.load(Relaxed));
    say(&format!(
        "[MEM_TRACE] SUMMARY: allocs={allocs} frees={frees} alloc_bytes={taken} \
         free_bytes={given} current={current} peak={peak}"
    ));
}

/// Says what was not freed.
pub(super) fn judge() {
    let (allocs, frees) = (ALLOCATIONS.load(Relaxed), FREES.load(Relaxed));
    if allocs != frees {
        let (delta, bytes) = (allocs.wrapping_sub(frees), CURRENT.load(Relaxed));
        say(&format!(
            "[MEM_TRACE] LEAK at shutdown: alloc_count={allocs} free_count={frees} (delta={delta})\n\
             [MEM_TRACE] LEAK at shutdown: {bytes} bytes still allocated"
        ));
    }
}
