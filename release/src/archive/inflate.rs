//! One deflate stream, piece by piece: <https://www.rfc-editor.org/rfc/rfc1951>.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Stop, refused};

/// Bytes that are inflated at a time.
pub(super) const PIECE: usize = 128 * 1024;

/// A deflate stream under way.
pub(super) struct Inflate {
    state: Decompress,
    piece: Box<[u8]>,
}

/// What one step took and gave.
pub(super) struct Step {
    /// Packed bytes that were used up.
    pub(super) taken: usize,
    /// Unpacked bytes, at the front of [`Inflate::piece`].
    pub(super) given: usize,
    /// The stream is over.
    pub(super) ended: bool,
}

impl Inflate {
    pub(super) fn new() -> Self {
        Self {
            state: Decompress::new(false),
            piece: vec![0; PIECE].into_boxed_slice(),
        }
    }

    /// Begins another stream.
    pub(super) fn reset(&mut self) {
        self.state.reset(false);
    }

    /// Inflates some of the input. Empty input is the end of the file: a stream that needs more is refused.
    pub(super) fn step(&mut self, input: &[u8]) -> Result<Step, Stop> {
        let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
        let status = self
            .state
            .decompress(input, &mut self.piece, FlushDecompress::None);
        let taken = difference(self.state.total_in(), before_in);
        let given = difference(self.state.total_out(), before_out);
        match status {
            Err(_) => refused("the compressed data is broken"),
            Ok(Status::StreamEnd) => Ok(Step {
                taken,
                given,
                ended: true,
            }),
            Ok(_) if taken == 0 && given == 0 => refused("the compressed data is cut short"),
            Ok(_) => Ok(Step {
                taken,
                given,
                ended: false,
            }),
        }
    }

    /// The unpacked bytes of the last step, and what comes behind them.
    pub(super) fn piece(&self) -> &[u8] {
        &self.piece
    }
}

/// How many bytes one step moved; a step moves less than a buffer.
fn difference(after: u64, before: u64) -> usize {
    usize::try_from(after - before).expect("a step moves less than a buffer")
}
