//! Stand-in programs: the headers of the three formats and nothing that could run.

/// An ELF header for a machine, as a program that can be started.
pub(crate) fn elf(machine: u16, kind: u16, class: u8) -> Vec<u8> {
    let mut bytes = vec![0x7f, b'E', b'L', b'F', class, 1, 1];
    bytes.resize(16, 0);
    bytes.extend(kind.to_le_bytes());
    bytes.extend(machine.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    // Entry, program headers, sections: none.
    bytes.extend([0; 24]);
    bytes.extend([0; 4]);
    for size in [64_u16, 56, 0, 64, 0, 0] {
        bytes.extend(size.to_le_bytes());
    }
    bytes.extend(b"stand-in");
    bytes
}

pub(crate) fn linux() -> Vec<u8> {
    elf(62, 3, 2)
}

/// An ELF program with a run path: one `PT_LOAD` over the file and a `PT_DYNAMIC`.
pub(crate) fn linux_with_run_path(tag: u64, path: &str) -> Vec<u8> {
    let mut bytes = linux();
    bytes.truncate(64);
    bytes[32..40].copy_from_slice(&64_u64.to_le_bytes());
    bytes[56..58].copy_from_slice(&2_u16.to_le_bytes());
    let (dynamic, strings) = (64 + 2 * 56, 64 + 2 * 56 + 5 * 16);
    let size = strings + 1 + path.len() as u64 + 1 + 10;
    let segment = |kind: u32, offset: u64, size: u64| {
        let words = [offset, offset, offset, size, size, 1];
        [kind.to_le_bytes(), 4_u32.to_le_bytes()]
            .concat()
            .into_iter()
            .chain(words.into_iter().flat_map(u64::to_le_bytes))
            .collect::<Vec<u8>>()
    };
    bytes.extend(segment(1, 0, size));
    bytes.extend(segment(2, dynamic, 5 * 16));
    let needed = 1 + path.len() as u64 + 1;
    for word in [5, strings, 10, size - strings, tag, 1, 1, needed, 0, 0] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.push(0);
    bytes.extend(path.as_bytes());
    bytes.push(0);
    bytes.extend(b"libc.so.6\0");
    bytes
}

/// An ELF program with one section of debug information of that size.
pub(crate) fn linux_with_debug(size: u64) -> Vec<u8> {
    let mut bytes = linux();
    bytes.truncate(64);
    let names = b"\0.debug_info\0.shstrtab\0";
    let table = 64 + names.len() as u64 + size;
    bytes[40..48].copy_from_slice(&table.to_le_bytes());
    bytes[60..62].copy_from_slice(&3_u16.to_le_bytes());
    bytes[62..64].copy_from_slice(&2_u16.to_le_bytes());
    bytes.extend(names);
    bytes.resize(usize::try_from(table).unwrap(), 0x5a);
    let section = |name: u32, kind: u32, offset: u64, size: u64| {
        let mut bytes = [name.to_le_bytes(), kind.to_le_bytes()].concat();
        for word in [0, 0, offset, size, 0, 1, 0] {
            bytes.extend(u64::to_le_bytes(word));
        }
        bytes
    };
    bytes.extend([0; 64]);
    bytes.extend(section(1, 1, 64 + names.len() as u64, size));
    bytes.extend(section(13, 3, 64, names.len() as u64));
    bytes
}

/// A Mach-O header with load commands.
pub(crate) fn macho(cpu: u32, kind: u32, commands: &[Vec<u8>]) -> Vec<u8> {
    let size: usize = commands.iter().map(Vec::len).sum();
    let words = [
        0xfeed_facf,
        cpu,
        0,
        kind,
        u32::try_from(commands.len()).unwrap(),
        u32::try_from(size).unwrap(),
        0,
        0,
    ];
    let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
    bytes.extend(commands.concat());
    bytes.extend(b"stand-in");
    bytes
}

pub(crate) const ARM64: u32 = 0x0100_000c;
pub(crate) const X86_64: u32 = 0x0100_0007;
pub(crate) const EXECUTE: u32 = 2;
pub(crate) const BUNDLE: u32 = 8;

pub(crate) fn macos() -> Vec<u8> {
    macho(ARM64, EXECUTE, &[])
}

/// The command `LC_RPATH`.
pub(crate) fn rpath(path: &str) -> Vec<u8> {
    let size = (12 + path.len() + 1).next_multiple_of(8);
    let mut bytes: Vec<u8> = [0x8000_001c, u32::try_from(size).unwrap(), 12]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    bytes.extend(path.as_bytes());
    bytes.resize(size, 0);
    bytes
}

/// The command `LC_SEGMENT_64` for a segment without sections.
pub(crate) fn segment(name: &str, size: u64) -> Vec<u8> {
    let mut bytes: Vec<u8> = [0x19_u32, 72]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    bytes.extend(name.as_bytes());
    bytes.resize(24, 0);
    for word in [0, size, 0, size] {
        bytes.extend(u64::to_le_bytes(word));
    }
    bytes.resize(72, 0);
    bytes
}

/// A universal file of slices.
pub(crate) fn universal(slices: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let count = u32::try_from(slices.len()).unwrap();
    let mut header: Vec<u8> = [0xcafe_babe, count]
        .into_iter()
        .flat_map(u32::to_be_bytes)
        .collect();
    let mut body: Vec<u8> = Vec::new();
    let start = 8 + 20 * slices.len();
    for (cpu, slice) in slices {
        let offset = u32::try_from(start + body.len()).unwrap();
        let size = u32::try_from(slice.len()).unwrap();
        header.extend(
            [*cpu, 0, offset, size, 0]
                .into_iter()
                .flat_map(u32::to_be_bytes),
        );
        body.extend(slice);
    }
    header.extend(body);
    header
}

/// A PE header with sections, each a name and the size of its data in the file.
pub(crate) fn pe(
    machine: u16,
    magic: u16,
    characteristics: u16,
    sections: &[(&str, u32)],
) -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(60, 0);
    bytes.extend(64_u32.to_le_bytes());
    bytes.extend(b"PE\0\0");
    bytes.extend(machine.to_le_bytes());
    bytes.extend(u16::try_from(sections.len()).unwrap().to_le_bytes());
    bytes.extend([0; 12]);
    bytes.extend(240_u16.to_le_bytes());
    bytes.extend(characteristics.to_le_bytes());
    bytes.extend(magic.to_le_bytes());
    bytes.resize(64 + 24 + 240, 0);
    // The strings of long section names lie right behind an empty symbol table.
    let strings = bytes.len() + 40 * sections.len();
    bytes[76..80].copy_from_slice(&u32::try_from(strings).unwrap().to_le_bytes());
    let mut names = vec![0; 4];
    for (name, size) in sections {
        let mut section = format!("/{}", names.len()).into_bytes();
        section.resize(16, 0);
        section.extend(size.to_le_bytes());
        section.resize(40, 0);
        bytes.extend(section);
        names.extend(name.as_bytes());
        names.push(0);
    }
    bytes.extend(names);
    bytes.extend(b"stand-in");
    bytes
}

pub(crate) fn windows() -> Vec<u8> {
    pe(0x8664, 0x20b, 0x22, &[])
}
