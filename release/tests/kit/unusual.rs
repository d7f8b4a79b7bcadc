//! Releases that look odd and are sound: what a strict reader must not refuse.

use crate::{
    Case,
    containers::{Files, Tar, Zip, ZipFile, entries, gzip, pax, tar},
    programs::{
        ARM64, EXECUTE, X86_64, elf, linux_with_debug, linux_with_run_path, macho, macos, rpath,
        segment, universal,
    },
};

pub(crate) const ALL: &[&[Case]] = &[RELEASE, CONTAINERS, CONTENTS];

const RELEASE: &[Case] = &[
    Case {
        name: "a prerelease",
        plant: |kit| {
            kit.tag = "v2.0.0-rc.1".to_owned();
            kit.renote("v1.2.0", "v2.0.0-rc.1");
        },
        fails: &[],
    },
    Case {
        name: "checksums in binary mode and another order",
        plant: |kit| {
            kit.sums = |sums| {
                Some(
                    sums.replace("  ", " *")
                        .split_inclusive('\n')
                        .rev()
                        .collect(),
                )
            }
        },
        fails: &[],
    },
    Case {
        name: "a further asset, not listed",
        plant: |kit| {
            kit.late = |assets| _ = assets.insert("bom.json".to_owned(), Vec::new());
            kit.renote("Compare", "And bom.json. Compare");
        },
        fails: &[],
    },
    Case {
        name: "notes with CRLF",
        plant: |kit| kit.notes = kit.notes.take().map(|notes| notes.replace('\n', "\r\n")),
        fails: &[],
    },
    Case {
        name: "notes in another order, with more sections",
        plant: |kit| {
            kit.notes = Some("\n\n# v1.2.0: *Lunet*\n\n## Quick Start ##\n\n    ./lunet-run\n\n   ## Binaries\n**lunet-linux-amd64.tar.gz**, lunet-macos.tar.gz; `lunet-windows-amd64.zip`: SHA256SUMS.\n## Thanks\n\n## Highlights\n### Files\n> `TODO`\n".to_owned());
        },
        fails: &[],
    },
];

const CONTAINERS: &[Case] = &[
    Case {
        name: "names with a leading dot, and the root",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                let mut all = vec![Tar {
                    mode: 0o755,
                    ..Tar::of(b'5', "./", b"")
                }];
                all.extend(
                    files
                        .iter()
                        .map(|(name, data)| Tar::file(&format!("./{name}"), data)),
                );
                gzip(&tar(&all))
            });
        },
        fails: &[],
    },
    Case {
        name: "GNU tar in reverse order",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                let mut all = entries(files);
                all.reverse();
                for entry in &mut all {
                    entry.magic = b"ustar  \0";
                }
                all.insert(
                    0,
                    Tar {
                        magic: b"ustar  \0",
                        ..Tar::of(
                            b'L',
                            "././@LongLink",
                            &format!("docs/{}\0", "x".repeat(120)).into_bytes(),
                        )
                    },
                );
                all.insert(1, Tar::of(b'5', "docs/cut", b""));
                gzip(&tar(&all))
            });
        },
        fails: &[],
    },
    Case {
        name: "pax tar with a global header",
        plant: |kit| {
            kit.macos().container = Some(|files| {
                let mut all = vec![Tar::of(b'g', "pax_global_header", &pax("comment", "0123"))];
                for entry in entries(files) {
                    let name = String::from_utf8(entry.name.clone()).unwrap();
                    let records = [
                        pax("mtime", "1.5"),
                        pax("path", &name),
                        pax("size", &entry.data.len().to_string()),
                    ];
                    all.push(Tar::of(b'x', "PaxHeader", &records.concat()));
                    all.push(Tar {
                        name: b"cut".to_vec(),
                        ..entry
                    });
                }
                gzip(&tar(&all))
            });
        },
        fails: &[],
    },
    Case {
        name: "a tar with much behind its end blocks",
        plant: |kit| {
            kit.linux().container =
                Some(|files| gzip(&[tar(&entries(files)), vec![0; 10_001]].concat()));
        },
        fails: &[],
    },
    Case {
        name: "old file types",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                let mut all = entries(files);
                for entry in &mut all {
                    entry.kind = 0;
                }
                all.push(Tar::of(0, "folder/", b""));
                gzip(&tar(&all))
            });
        },
        fails: &[],
    },
    Case {
        name: "a gzip header with everything",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                use std::io::Write as _;
                let header = flate2::GzBuilder::new()
                    .filename("lunet.tar")
                    .comment("c")
                    .extra(vec![1, 2, 0, 0])
                    .mtime(7);
                let mut gzip = header.write(Vec::new(), flate2::Compression::none());
                gzip.write_all(&tar(&entries(files))).unwrap();
                gzip.finish().unwrap()
            });
        },
        fails: &[],
    },
    Case {
        name: "a stored zip with folders, from DOS",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                let mut zip = ZipFile::of(files);
                zip.entries.insert(
                    0,
                    Zip {
                        attributes: 0x10,
                        ..Zip::file("docs/", b"")
                    },
                );
                zip.entries.iter_mut().for_each(|entry| {
                    entry.stored = true;
                    entry.attributes &= 0xff;
                });
                zip.bytes()
            });
        },
        fails: &[],
    },
    Case {
        name: "a zip with descriptors, comments and times",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                let mut zip = ZipFile::of(files);
                zip.entries.iter_mut().for_each(|entry| {
                    entry.flags = 8;
                    entry.comment = b"c".to_vec();
                    entry.extra = b"\x55\x54\x05\0\x01\0\0\0\0".to_vec();
                });
                ZipFile {
                    comment: b"Lunet".to_vec(),
                    ..zip
                }
                .bytes()
            });
        },
        fails: &[],
    },
    Case {
        name: "a zip in another order with leading dots",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                let mut zip = ZipFile::of(&dotted(files));
                zip.entries.reverse();
                zip.bytes()
            });
        },
        fails: &[],
    },
    Case {
        name: "a file that packs well, but is small",
        plant: |kit| kit.everywhere("docs/table.txt", &vec![b' '; 900_000]),
        fails: &[],
    },
    Case {
        name: "private modes",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                let mut all = entries(files);
                for entry in &mut all {
                    entry.mode = if entry.mode == 0o755 { 0o775 } else { 0o600 };
                }
                gzip(&tar(&all))
            });
        },
        fails: &[],
    },
];

const CONTENTS: &[Case] = &[
    Case {
        name: "a version without a line end",
        plant: |kit| kit.everywhere("VERSION", b"1.2.0"),
        fails: &[],
    },
    Case {
        name: "a version that ends in CRLF",
        plant: |kit| kit.everywhere("VERSION", b"1.2.0\r\n"),
        fails: &[],
    },
    Case {
        name: "a manifest in another order",
        plant: |kit| {
            kit.linux().manifest = |text| {
                let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
                value["files"].as_array_mut().unwrap().reverse();
                serde_json::to_string_pretty(&value).unwrap()
            }
        },
        fails: &[],
    },
    Case {
        name: "more files, odd names",
        plant: |kit| {
            kit.linux()
                .add("lunet/~x+y=[z], (1) & 'more'/.hidden", b"x");
        },
        fails: &[],
    },
    Case {
        name: "texts with marks and paths",
        plant: |kit| kit.everywhere("lunet/paths.lua", b"return '/home/ [TRACE] C:\\Users\\'"),
        fails: &[],
    },
    Case {
        name: "a static program",
        plant: |kit| kit.linux().program(elf(62, 2, 2)),
        fails: &[],
    },
    Case {
        name: "run paths beside the program",
        plant: |kit| {
            kit.linux()
                .program(linux_with_run_path(29, "$ORIGIN/lunet:$ORIGIN"));
        },
        fails: &[],
    },
    Case {
        name: "an empty run path",
        plant: |kit| kit.linux().program(linux_with_run_path(15, "")),
        fails: &[],
    },
    Case {
        name: "a universal program",
        plant: |kit| {
            kit.macos().program(universal(&[
                (X86_64, macho(X86_64, EXECUTE, &[])),
                (
                    ARM64,
                    macho(
                        ARM64,
                        EXECUTE,
                        &[rpath("@executable_path/lunet"), rpath("@loader_path")],
                    ),
                ),
            ]));
        },
        fails: &[],
    },
    Case {
        name: "modules of both endings on macOS",
        plant: |kit| kit.macos().add("lunet/net/x.dylib", &macos()),
        fails: &[],
    },
    Case {
        name: "a little debug information",
        plant: |kit| {
            kit.linux().program(linux_with_debug(65_536));
            kit.macos().program(macho(
                ARM64,
                EXECUTE,
                &[segment("__DWARF", 65_536), segment("__TEXT", 1 << 40)],
            ));
        },
        fails: &[],
    },
    Case {
        name: "a program elsewhere",
        plant: |kit| kit.linux().add("share/x.so", b"no program"),
        fails: &[],
    },
];

fn dotted(files: &Files) -> Files {
    files
        .iter()
        .map(|(name, data)| (format!("./{name}"), data.clone()))
        .collect()
}
