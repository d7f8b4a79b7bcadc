//! Mach-O, alone or universal: `<mach-o/loader.h>` and `<mach-o/fat.h>`.

use object::{
    Endianness, macho,
    read::macho::{
        FatArch, LoadCommandVariant, MachHeader as _, MachOFatFile32, MachOFatFile64, Nlist as _,
        Section as _, Segment as _,
    },
};

use super::{Bounded, Facts, Identity, other, text};

type Header = macho::MachHeader64<Endianness>;

/// Reads a Mach-O file of one CPU.
pub(super) fn inspect_one(data: &Bounded) -> Result<Facts, String> {
    let mut facts = other("Mach-O of another CPU");
    add_slice(data, 0, &mut facts)?;
    Ok(facts)
}

/// Reads every slice of a universal file.
pub(super) fn inspect_universal(data: &Bounded) -> Result<Facts, String> {
    let cut_short = |_| "its universal header is cut short".to_owned();
    let slices = if data.at_most(0, 4).ends_with(&[0xbf]) {
        slices(MachOFatFile64::parse(data).map_err(cut_short)?.arches())
    } else {
        slices(MachOFatFile32::parse(data).map_err(cut_short)?.arches())
    };
    let mut facts = other("Mach-O universal without an arm64 slice");
    for (offset, size) in slices {
        let length = object::read::ReadRef::len(data).unwrap_or(0);
        if offset.checked_add(size).is_none_or(|end| end > length) {
            return Err("a slice of the universal file lies outside the file".to_owned());
        }
        add_slice(data, offset, &mut facts)?;
    }
    Ok(facts)
}

fn slices<A: FatArch>(arches: &[A]) -> Vec<(u64, u64)> {
    arches.iter().map(FatArch::file_range).collect()
}

/// Adds what one slice says. Slices of other CPUs count for all but format and kind.
fn add_slice(data: &Bounded, offset: u64, facts: &mut Facts) -> Result<(), String> {
    if data.exactly(offset) != Some([0xcf, 0xfa, 0xed, 0xfe]) {
        return Ok(());
    }
    let endian = Endianness::Little;
    let header = Header::parse(data, offset).map_err(|_| "its Mach-O header is cut short")?;
    if header.cputype(endian) == macho::CPU_TYPE_ARM64 {
        facts.identity = Identity::MachO;
        facts.starts = header.filetype(endian) == macho::MH_EXECUTE;
    }
    let malformed = |_| "its load commands can't be read".to_owned();
    let mut commands = header
        .load_commands(endian, data, offset)
        .map_err(malformed)?;
    while let Some(command) = commands.next().map_err(malformed)? {
        match command.variant().map_err(malformed)? {
            LoadCommandVariant::Rpath(path) => {
                let path = command.string(endian, path.path).map_err(malformed)?;
                facts.run_paths.push(text(path));
            }
            LoadCommandVariant::Dylib(library) => {
                let name = command
                    .string(endian, library.dylib.name)
                    .map_err(malformed)?;
                facts.needs.insert(text(name));
            }
            LoadCommandVariant::Segment64(segment, sections) => {
                let bytes = debug_bytes(segment, sections);
                facts.debug_bytes = facts.debug_bytes.saturating_add(bytes);
            }
            LoadCommandVariant::Symtab(table) if offset == 0 => {
                add_exports(data, table, facts);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Bytes of a segment `__DWARF`, or of sections that belong to one.
fn debug_bytes(segment: &macho::SegmentCommand64<Endianness>, sections: &[u8]) -> u64 {
    let endian = Endianness::Little;
    if segment.name() == b"__DWARF" {
        return segment.filesize(endian);
    }
    let Ok(sections) = segment.sections(endian, sections) else {
        return 0;
    };
    let debug = sections
        .iter()
        .filter(|section| section.segment_name() == b"__DWARF");
    debug.fold(0, |sum, section| sum.saturating_add(section.size(endian)))
}

fn add_exports(data: &Bounded, table: &macho::SymtabCommand<Endianness>, facts: &mut Facts) {
    let endian = Endianness::Little;
    let Ok(symbols) = table.symbols::<Header, _>(endian, data) else {
        return;
    };
    let external = |symbol: &macho::Nlist64<Endianness>| {
        let kind = symbol.n_type();
        kind.0 & macho::N_EXT.0 != 0 && kind.0 & macho::N_STAB == 0 && !symbol.is_undefined()
    };
    let names = symbols.iter().filter(|symbol| external(symbol));
    let names = names.filter_map(|symbol| symbol.name(endian, symbols.strings()).ok());
    facts.exports.extend(names.map(text));
}
