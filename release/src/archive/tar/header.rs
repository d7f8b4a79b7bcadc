//! One header block of a tar.

use super::BLOCK;
use crate::archive::{Stop, refused};

/// The fields that count. Owners and times may be what they like.
#[derive(Debug)]
pub(super) struct Block {
    /// With the prefix of ustar.
    pub(super) name: Vec<u8>,
    pub(super) mode: u32,
    pub(super) size: u64,
    pub(super) kind: u8,
    /// An old GNU sparse file whose map goes on in the next block.
    pub(super) sparse_goes_on: bool,
}

impl Block {
    /// Parses a block that is not all zeros.
    pub(super) fn parse(block: &[u8; BLOCK]) -> Result<Self, Stop> {
        let sum = number(&block[148..156]);
        if sum != Some(sums(block).0) && sum != Some(sums(block).1) {
            return refused("a tar header disagrees with its checksum");
        }
        let (Some(size), Some(mode)) = (number(&block[124..136]), number(&block[100..108])) else {
            return refused("a tar header holds a size or mode that is no number");
        };
        let name = until_zero(&block[..100]);
        let prefix = until_zero(&block[345..500]);
        let ustar = block[257..263] == *b"ustar\0";
        let name = if ustar && !prefix.is_empty() {
            [prefix, name].join(&b'/')
        } else {
            name.to_vec()
        };
        let kind = block[156];
        Ok(Self {
            name,
            mode: u32::try_from(mode & 0xffff).unwrap_or_default(),
            size,
            kind,
            sparse_goes_on: kind == b'S' && block[482] != 0,
        })
    }
}

/// The checksum with the bytes read as unsigned, and as signed as some old tars did.
fn sums(block: &[u8; BLOCK]) -> (u64, u64) {
    let bytes = block.iter().enumerate();
    let counted = bytes.map(|(at, byte)| {
        if (148..156).contains(&at) {
            b' '
        } else {
            *byte
        }
    });
    let (unsigned, signed) = counted.fold((0_u64, 0_i64), |(unsigned, signed), byte| {
        (
            unsigned + u64::from(byte),
            signed + i64::from(byte.cast_signed()),
        )
    });
    (unsigned, u64::try_from(signed).unwrap_or(unsigned))
}

fn until_zero(field: &[u8]) -> &[u8] {
    let end = field.iter().position(|byte| *byte == 0);
    &field[..end.unwrap_or(field.len())]
}

/// Octal digits between blanks and zeros, or GNU's binary form; an empty field is 0.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        return binary(field);
    }
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_start_matches(' ');
    let end = text.find(['\0', ' ']).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if !rest.bytes().all(|byte| byte == 0 || byte == b' ') {
        return None;
    }
    if digits.is_empty() {
        return Some(0);
    }
    let octal = digits.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    octal.then(|| u64::from_str_radix(digits, 8).ok()).flatten()
}

/// Big-endian behind a first byte of 0x80; negative numbers and those beyond 64 bits are none.
fn binary(field: &[u8]) -> Option<u64> {
    let (first, rest) = field.split_first()?;
    let (high, low) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
    let small = *first == 0x80 && high.iter().all(|byte| *byte == 0);
    small
        .then(|| low.try_into().map(u64::from_be_bytes).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        let check = |field: &[u8], expected| {
            assert_eq!(number(field), expected, "{}", field.escape_ascii());
        };
        check(b"0000644\0", Some(0o644));
        check(b"   644 \0", Some(0o644));
        check(b"\0\0\0\0\0\0\0\0", Some(0));
        check(b"77777777777\0", Some(0o77_777_777_777));
        check(b"\x80\0\0\0\0\0\0\0\0\0\x01\x02", Some(258));
        check(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", None);
        check(b"\x80\x01\0\0\0\0\0\0\0\0\0\0", None);
        check(b"00006x4\0", None);
        check(b"0000648\0", None);
        check(b"-000644\0", None);
        check(b"644\x00644\0", None);
    }
}
