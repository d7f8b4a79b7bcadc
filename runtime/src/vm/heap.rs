//! The memory of the Lua state: small blocks from spans of one size each, without a header per
//! block. A coroutine that waits is four small objects, so what an allocator adds to each counts.
//!
//! A span is 64 KiB at a multiple of 64 KiB, so the span of a block is found by masking its
//! address. Lua tells the size of what it frees, so blocks need not know theirs. Blocks above
//! [`SMALL`] bytes are the system's. Not thread-safe: one Lua state is one thread's.

#![expect(
    clippy::cast_ptr_alignment,
    reason = "spans are aligned to their size and blocks to a pointer's"
)]

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// The largest block that comes from a span.
const SMALL: usize = 512;
/// Sizes are rounded up to this; it is also the alignment that Lua needs.
const STEP: usize = 8;
const CLASSES: usize = SMALL / STEP;
const SPAN: usize = 64 * 1024;
/// How many spans are taken from the system at once.
const SPANS_PER_CHUNK: usize = 16;
const CHUNK: Layout = match Layout::from_size_align(SPAN * SPANS_PER_CHUNK, SPAN) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two"),
};
/// Where the first block of a span begins.
const FIRST: usize = size_of::<Span>().next_multiple_of(STEP);

/// The memory of one Lua state.
pub(super) struct Heap {
    /// By class: the spans that have room.
    open: [*mut Span; CLASSES],
    /// Spans without blocks, of no class.
    empty: *mut Span,
    /// What was taken from the system, to be given back at the end.
    chunks: Vec<NonNull<u8>>,
}

/// The head of a span; its blocks follow.
struct Span {
    /// Freed blocks, each pointing to the next.
    free: *mut Block,
    /// Neighbours in the list of open spans of the class, or `next` in the list of empty ones.
    next: *mut Span,
    previous: *mut Span,
    /// Where the blocks begin that were never used.
    fresh: u32,
    used: u32,
    size: u32,
    /// How many blocks fit.
    capacity: u32,
}

struct Block {
    next: *mut Block,
}

impl Heap {
    /// A heap without memory.
    pub(super) fn new() -> Self {
        Self {
            open: [ptr::null_mut(); CLASSES],
            empty: ptr::null_mut(),
            chunks: Vec::new(),
        }
    }

    /// Lua's allocation function (`lua_Alloc` of the Lua 5.1 manual); `heap` is a [`Heap`].
    ///
    /// # Safety
    /// `heap` points to a heap that nobody else uses meanwhile; `old` came from it with `old_size`.
    pub(super) unsafe extern "C" fn allocate(
        heap: *mut c_void,
        old: *mut c_void,
        old_size: usize,
        size: usize,
    ) -> *mut c_void {
        // SAFETY: the caller's, for every call below.
        unsafe {
            let heap = &mut *heap.cast::<Self>();
            let old = old.cast::<u8>();
            if size == 0 {
                if !old.is_null() {
                    heap.free(old, old_size);
                }
                return ptr::null_mut();
            }
            if old.is_null() {
                return heap.get(size).cast();
            }
            heap.change(old, old_size, size).cast()
        }
    }

    /// A block of at least `size` bytes, or null.
    fn get(&mut self, size: usize) -> *mut u8 {
        if size > SMALL {
            // SAFETY: the size is not zero.
            return unsafe { alloc(large(size)) };
        }
        let class = (size - 1) / STEP;
        if self.open[class].is_null() && !self.open_span(class) {
            return ptr::null_mut();
        }
        // SAFETY: an open span is mapped and has room, so it has a freed block or a fresh one.
        unsafe {
            let span = self.open[class];
            let freed = (*span).free;
            (*span).used += 1;
            let block = if freed.is_null() {
                let fresh = (*span).fresh;
                (*span).fresh = fresh + (*span).size;
                span.cast::<u8>().add(fresh as usize)
            } else {
                (*span).free = (*freed).next;
                freed.cast()
            };
            if (*span).used == (*span).capacity {
                self.unlink(class, span);
            }
            block
        }
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// The block came from this heap with this size and is not used again.
    unsafe fn free(&mut self, block: *mut u8, size: usize) {
        if size > SMALL {
            // SAFETY: the caller's; the layout is the one it was made with.
            return unsafe { dealloc(block, large(size)) };
        }
        let class = (size - 1) / STEP;
        // SAFETY: the caller's; a small block lies in a span, whose head is at the multiple below.
        unsafe {
            let span = block
                .map_addr(|address| address & !(SPAN - 1))
                .cast::<Span>();
            let freed = block.cast::<Block>();
            (*freed).next = (*span).free;
            (*span).free = freed;
            if (*span).used == (*span).capacity {
                self.link(class, span);
            }
            (*span).used -= 1;
            if (*span).used == 0 && !((*span).next.is_null() && (*span).previous.is_null()) {
                self.unlink(class, span);
                (*span).next = self.empty;
                self.empty = span;
            }
        }
    }

    /// Gives a block another size.
    ///
    /// # Safety
    /// As [`Heap::free`]; neither size is zero.
    unsafe fn change(&mut self, old: *mut u8, old_size: usize, size: usize) -> *mut u8 {
        if old_size > SMALL && size > SMALL {
            // SAFETY: the caller's.
            return unsafe { realloc(old, large(old_size), size) };
        }
        let fits = old_size <= SMALL && size <= SMALL && (old_size - 1) / STEP == (size - 1) / STEP;
        if fits {
            return old;
        }
        let new = self.get(size);
        if !new.is_null() {
            // SAFETY: the caller's; the new block is another one.
            unsafe {
                ptr::copy_nonoverlapping(old, new, old_size.min(size));
                self.free(old, old_size);
            }
        }
        new
    }

    /// Opens a span for a class; false when the system has no memory.
    fn open_span(&mut self, class: usize) -> bool {
        if self.empty.is_null() && !self.add_chunk() {
            return false;
        }
        let size = (class + 1) * STEP;
        // SAFETY: an empty span is mapped and nobody's.
        unsafe {
            let span = self.empty;
            self.empty = (*span).next;
            let counted = |number: usize| u32::try_from(number).expect("a span is 64 KiB");
            span.write(Span {
                free: ptr::null_mut(),
                next: ptr::null_mut(),
                previous: ptr::null_mut(),
                fresh: counted(FIRST),
                used: 0,
                size: counted(size),
                capacity: counted((SPAN - FIRST) / size),
            });
            self.link(class, span);
        }
        true
    }

    /// Takes empty spans from the system.
    fn add_chunk(&mut self) -> bool {
        // SAFETY: the layout has a size.
        let Some(chunk) = NonNull::new(unsafe { alloc(CHUNK) }) else {
            return false;
        };
        self.chunks.push(chunk);
        for index in (0..SPANS_PER_CHUNK).rev() {
            // SAFETY: the offset lies inside the chunk, and a span's head fits.
            unsafe {
                let span = chunk.as_ptr().add(index * SPAN).cast::<Span>();
                (&raw mut (*span).next).write(self.empty);
                self.empty = span;
            }
        }
        true
    }

    /// # Safety
    /// The span is of this class and in no list.
    unsafe fn link(&mut self, class: usize, span: *mut Span) {
        // SAFETY: the caller's; listed spans are mapped.
        unsafe {
            let next = self.open[class];
            (*span).next = next;
            (*span).previous = ptr::null_mut();
            if !next.is_null() {
                (*next).previous = span;
            }
            self.open[class] = span;
        }
    }

    /// # Safety
    /// The span is in the list of this class.
    unsafe fn unlink(&mut self, class: usize, span: *mut Span) {
        // SAFETY: the caller's; listed spans are mapped.
        unsafe {
            let (next, previous) = ((*span).next, (*span).previous);
            if !next.is_null() {
                (*next).previous = previous;
            }
            if previous.is_null() {
                self.open[class] = next;
            } else {
                (*previous).next = next;
            }
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        for chunk in &self.chunks {
            // SAFETY: the chunk was made with this layout, and Lua has freed what was in it.
            unsafe { dealloc(chunk.as_ptr(), CHUNK) };
        }
    }
}

/// The layout of a block of the system's.
fn large(size: usize) -> Layout {
    Layout::from_size_align(size, 16).expect("Lua's blocks are below half the address space")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Allocates, grows, shrinks and frees blocks of all sizes in an order that mixes them, and
    /// checks after each step that no block has changed another.
    #[test]
    fn blocks_keep_what_was_written_into_them() {
        let mut heap = Heap::new();
        let heap: *mut c_void = (&raw mut heap).cast();
        let mut blocks: Vec<(*mut u8, usize, u8)> = Vec::new();
        let mut seed = 1_u64;
        for step in 0..200_000_u32 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let random = usize::try_from(seed >> 33).unwrap();
            let (size, mark) = (random % 700 + 1, u8::try_from(step % 251).unwrap());
            // SAFETY: every block is used with the size it was made with.
            unsafe {
                if blocks.len() < 1000 || random % 3 == 0 {
                    let block = Heap::allocate(heap, ptr::null_mut(), 0, size).cast::<u8>();
                    assert_eq!(block.addr() % STEP, 0);
                    block.write_bytes(mark, size);
                    blocks.push((block, size, mark));
                    continue;
                }
                let (block, old_size, old_mark) = blocks.swap_remove(random % blocks.len());
                let intact = |block: *mut u8, size| {
                    (0..size).all(|index| block.add(index).read() == old_mark)
                };
                assert!(
                    intact(block, old_size),
                    "a block of {old_size} bytes was changed"
                );
                if random % 3 == 1 {
                    Heap::allocate(heap, block.cast(), old_size, 0);
                } else {
                    let block = Heap::allocate(heap, block.cast(), old_size, size).cast::<u8>();
                    assert!(intact(block, size.min(old_size)));
                    block.write_bytes(mark, size);
                    blocks.push((block, size, mark));
                }
            }
        }
        for (block, size, _) in blocks {
            // SAFETY: as above.
            unsafe { Heap::allocate(heap, block.cast(), size, 0) };
        }
    }

    #[test]
    fn a_span_that_is_empty_serves_another_size() {
        let mut heap = Heap::new();
        let many = 4 * SPAN * SPANS_PER_CHUNK / 5;
        for size in [16, 48, 96, 384] {
            let blocks: Vec<_> = (0..many / size).map(|_| heap.get(size)).collect();
            for block in blocks {
                // SAFETY: each block is freed once with its size.
                unsafe { heap.free(block, size) };
            }
        }
        assert_eq!(heap.chunks.len(), 1);
    }
}
