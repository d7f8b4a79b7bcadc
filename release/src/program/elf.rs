//! ELF: <https://gabi.xinuos.com/>.

use object::{
    Endianness, elf,
    read::{
        ReadRef as _,
        elf::{
            Dyn as _, FileHeader as _, ProgramHeader as _, SectionHeader as _, SectionTable,
            Sym as _,
        },
    },
};

use super::{Bounded, Facts, Identity, other, text};

type Header = elf::FileHeader64<Endianness>;
type Sections<'a> = SectionTable<'a, Header, &'a Bounded>;

/// Reads an ELF file; one of another class, order or CPU is only named.
pub(super) fn inspect(data: &Bounded) -> Result<Facts, String> {
    let start: [u8; 20] = data.exactly(0).ok_or("its ELF header is cut short")?;
    let machine = u16::from_le_bytes([start[18], start[19]]);
    match (start[4], start[5], machine) {
        (2, 1, machine) if machine == elf::EM_X86_64.0 => {}
        (2, 1, machine) => return Ok(other(format!("ELF of machine {machine}"))),
        (1, 1, machine) => return Ok(other(format!("ELF of 32 bits, machine {machine}"))),
        _ => return Ok(other("ELF of big-endian order or unknown class")),
    }
    let header =
        Header::parse(data).map_err(|_| "its ELF header is cut short or of another version")?;
    let endian = Endianness::Little;
    let segments = header
        .program_headers(endian, data)
        .map_err(|_| "its program headers lie outside the file")?;
    let sections = header
        .sections(endian, data)
        .map_err(|_| "its section table lies outside the file")?;
    let kind = header.e_type(endian);
    let mut facts = Facts {
        identity: Identity::Elf,
        starts: kind == elf::ET_EXEC || kind == elf::ET_DYN,
        debug_bytes: debug_bytes(&sections),
        glibc: glibc(data, &sections),
        ..Facts::default()
    };
    exports(data, &sections, &mut facts);
    for segment in segments {
        let dynamic = segment.dynamic(endian, data);
        let dynamic = dynamic.map_err(|_| "its dynamic section lies outside the file")?;
        if let Some(dynamic) = dynamic {
            read_dynamic(data, dynamic, &Strings::Loaded(segments), &mut facts)?;
        }
    }
    // A loader follows the segments. Tools also look at the section, which may say something else.
    let linked = sections
        .dynamic(endian, data)
        .map_err(|_| "its dynamic section lies outside the file")?;
    if let Some((dynamic, strings)) = linked {
        let section = sections.section(strings);
        let section = section.map_err(|_| "the strings of its dynamic section are not there")?;
        let start = section.sh_offset(endian);
        read_dynamic(data, dynamic, &Strings::At(start), &mut facts)?;
    }
    facts.run_paths.sort();
    facts.run_paths.dedup();
    Ok(facts)
}

/// Where the strings of a dynamic section lie.
enum Strings<'a> {
    /// At the address that the section itself gives, in what these segments load.
    Loaded(&'a [elf::ProgramHeader64<Endianness>]),
    /// At this offset.
    At(u64),
}

fn read_dynamic(
    data: &Bounded,
    dynamic: &[elf::Dyn64<Endianness>],
    strings: &Strings<'_>,
    facts: &mut Facts,
) -> Result<(), String> {
    let endian = Endianness::Little;
    let tagged = |tag| {
        dynamic
            .iter()
            .filter(move |entry| entry.tag(endian) == tag)
            .map(move |entry| entry.val(endian))
    };
    let ended = dynamic
        .iter()
        .position(|entry| entry.tag(endian) == elf::DT_NULL);
    let dynamic = &dynamic[..ended.unwrap_or(dynamic.len())];
    let start = match strings {
        Strings::At(start) => Some(*start),
        Strings::Loaded(segments) => tagged(elf::DT_STRTAB)
            .next()
            .and_then(|address| offset(segments, address)),
    };
    let string = |at: u64| -> Option<String> {
        let from = start?.checked_add(at)?;
        let end = data.len().ok()?;
        data.read_bytes_at_until(from..end, 0).ok().map(text)
    };
    for entry in dynamic {
        let (tag, value) = (entry.tag(endian), entry.val(endian));
        if tag == elf::DT_NEEDED {
            facts.needs.extend(string(value));
        } else if tag == elf::DT_RPATH || tag == elf::DT_RUNPATH {
            let path = string(value).ok_or("its run path can't be read")?;
            if !path.is_empty() {
                facts.run_paths.extend(path.split(':').map(str::to_owned));
            }
        }
    }
    Ok(())
}

/// Where in the file an address is loaded from.
fn offset(segments: &[elf::ProgramHeader64<Endianness>], address: u64) -> Option<u64> {
    let endian = Endianness::Little;
    segments.iter().find_map(|segment| {
        let within = address.checked_sub(segment.p_vaddr(endian))?;
        let loads = segment.p_type(endian) == elf::PT_LOAD && within < segment.p_filesz(endian);
        loads
            .then(|| segment.p_offset(endian).checked_add(within))
            .flatten()
    })
}

fn debug_bytes(sections: &Sections<'_>) -> u64 {
    let endian = Endianness::Little;
    let debug = sections.iter().filter(|section| {
        let name = sections.section_name(endian, section).unwrap_or(b"");
        name.starts_with(b".debug_") && section.sh_type(endian) != elf::SHT_NOBITS
    });
    debug.fold(0, |sum, section| {
        sum.saturating_add(section.sh_size(endian))
    })
}

fn glibc(data: &Bounded, sections: &Sections<'_>) -> Option<(u32, u32)> {
    let endian = Endianness::Little;
    let (mut needs, strings) = sections.gnu_verneed(endian, data).ok()??;
    let strings = sections.strings(endian, data, strings).ok()?;
    let mut newest = None;
    while let Ok(Some((_, mut names))) = needs.next() {
        while let Ok(Some(name)) = names.next() {
            let name = name.name(endian, strings).unwrap_or(b"");
            newest = newest.max(glibc_version(name));
        }
    }
    newest
}

/// `GLIBC_2.17` as numbers.
fn glibc_version(name: &[u8]) -> Option<(u32, u32)> {
    let version = std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?;
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn exports(data: &Bounded, sections: &Sections<'_>, facts: &mut Facts) {
    let endian = Endianness::Little;
    let Ok(symbols) = sections.symbols(endian, data, elf::SHT_DYNSYM) else {
        return;
    };
    let defined = symbols
        .iter()
        .filter(|symbol| !symbol.is_undefined(endian) && !symbol.is_local());
    let names = defined.filter_map(|symbol| symbols.symbol_name(endian, symbol).ok());
    facts.exports.extend(names.map(text));
}
