//! PE: <https://learn.microsoft.com/windows/win32/debug/pe-format>.

use object::read::{ReadRef as _, pe::PeFile64};

use super::{Bounded, Facts, Identity, other, text};

const AMD64: u16 = 0x8664;
const PE32_PLUS: u16 = 0x20b;
/// A characteristic of the file.
const DLL: u16 = 0x2000;
/// Bytes from the signature to the optional header.
const HEADERS: u64 = 24;
const SECTION: u64 = 40;
const SYMBOL: u64 = 18;

/// Reads a PE file; one of another kind or CPU is only named.
pub(super) fn inspect(data: &Bounded) -> Result<Facts, String> {
    let start: [u8; 4] = data.exactly(0x3c).ok_or("its DOS header is cut short")?;
    let start = u64::from(u32::from_le_bytes(start));
    let Some(header) = data.exactly::<26>(start) else {
        return Ok(other("a DOS program"));
    };
    let field = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    if header[..4] != *b"PE\0\0" {
        return Ok(other("a DOS program"));
    }
    let (machine, magic, characteristics) = (field(4), field(24), field(22));
    if machine != AMD64 || magic != PE32_PLUS {
        return Ok(other(format!(
            "PE of machine {machine:#06x}, magic {magic:#05x}"
        )));
    }
    let symbols = Symbols {
        start: u64::from(u32::from(field(12)) | u32::from(field(14)) << 16),
        count: u64::from(u32::from(field(16)) | u32::from(field(18)) << 16),
    };
    let sections = Sections {
        start: start + HEADERS + u64::from(field(20)),
        count: field(6),
    };
    let mut facts = Facts {
        identity: Identity::Pe,
        starts: characteristics & DLL == 0,
        debug_bytes: sections.debug_bytes(data, &symbols)?,
        ..Facts::default()
    };
    add_linkage(data, &mut facts);
    Ok(facts)
}

struct Symbols {
    start: u64,
    count: u64,
}

struct Sections {
    start: u64,
    count: u16,
}

impl Sections {
    /// Bytes in the file of the sections named `.debug_…`.
    fn debug_bytes(&self, data: &Bounded, symbols: &Symbols) -> Result<u64, String> {
        let mut sum: u64 = 0;
        for index in 0..u64::from(self.count) {
            let section: [u8; 40] = data
                .exactly(self.start + index * SECTION)
                .ok_or("its section table lies outside the file")?;
            let name = symbols.section_name(data, &section[..8]);
            if name.starts_with(b".debug_") {
                let size = [section[16], section[17], section[18], section[19]];
                sum += u64::from(u32::from_le_bytes(size));
            }
        }
        Ok(sum)
    }
}

impl Symbols {
    /// A name of up to eight bytes, or `/` and where in the strings behind the symbols it stands.
    fn section_name(&self, data: &Bounded, name: &[u8]) -> Vec<u8> {
        let end = name.iter().position(|byte| *byte == 0);
        let name = &name[..end.unwrap_or(name.len())];
        let digits = name
            .strip_prefix(b"/")
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let Some(at) = digits.and_then(|digits| digits.parse::<u64>().ok()) else {
            return name.to_vec();
        };
        let from = self.start + self.count * SYMBOL + at;
        let length = data.len().unwrap_or(0);
        let long = data.read_bytes_at_until(from.min(length)..length, 0);
        long.unwrap_or(name).to_vec()
    }
}

/// Adds libraries and exports, where their tables can be read.
fn add_linkage(data: &Bounded, facts: &mut Facts) {
    let Ok(file) = PeFile64::parse(data) else {
        return;
    };
    if let Ok(Some(table)) = file.import_table()
        && let Ok(mut descriptors) = table.descriptors()
    {
        while let Ok(Some(descriptor)) = descriptors.next() {
            let name = table.name(descriptor.name.get(object::LittleEndian));
            facts.needs.extend(name.ok().map(text));
        }
    }
    if let Ok(Some(table)) = file.export_table()
        && let Ok(exports) = table.exports()
    {
        facts
            .exports
            .extend(exports.iter().filter_map(|export| export.name).map(text));
    }
}
