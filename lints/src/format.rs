//! Findings as texts, written one after the other: there may be more than fit into memory twice.
//!
//! Colours, and what needs a whole library to be laid out, are the caller's.

pub mod github;
pub mod json;
pub mod place;
pub mod plain;
pub mod sarif;

use std::io::{self, BufWriter, Write as _};

/// Collects what `write` writes, so that `out` is asked seldom.
fn buffered(
    out: &mut dyn io::Write,
    write: impl FnOnce(&mut BufWriter<&mut dyn io::Write>) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    write(&mut out)?;
    out.flush()
}
