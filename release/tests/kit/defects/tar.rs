//! Defects of the container of a tar.

use crate::{
    Case,
    containers::{Files, Tar, entries, gzip, pax, tar, tar_end, tar_gz, zip},
};

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "a zip named tar.gz",
        plant: |kit| kit.linux().container = Some(zip),
        fails: &["archive"],
    },
    Case {
        name: "a tar without gzip",
        plant: |kit| kit.linux().container = Some(|files| tar(&entries(files))),
        fails: &["archive"],
    },
    Case {
        name: "gzip of something else",
        plant: |kit| kit.linux().container = Some(|_| gzip(&[7; 2000])),
        fails: &["archive"],
    },
    Case {
        name: "gzip of nothing",
        plant: |kit| kit.linux().container = Some(|_| gzip(b"")),
        fails: &["archive"],
    },
    Case {
        name: "a tar of nothing",
        plant: |kit| kit.linux().container = Some(|_| gzip(&tar_end())),
        fails: &["archive"],
    },
    Case {
        name: "cut in the data",
        plant: |kit| {
            kit.linux().container =
                Some(|files| changed(files, |bytes| bytes.truncate(bytes.len() / 2)));
        },
        fails: &["archive"],
    },
    Case {
        name: "cut in the trailer",
        plant: |kit| {
            kit.linux().container =
                Some(|files| changed(files, |bytes| bytes.truncate(bytes.len() - 3)));
        },
        fails: &["archive"],
    },
    Case {
        name: "cut in the header",
        plant: |kit| {
            kit.linux().container = Some(|files| changed(files, |bytes| bytes.truncate(7)));
        },
        fails: &["archive"],
    },
    Case {
        name: "a wrong CRC",
        plant: |kit| kit.macos().container = Some(|files| changed(files, |bytes| flip(bytes, 8))),
        fails: &["archive"],
    },
    Case {
        name: "a wrong length",
        plant: |kit| kit.macos().container = Some(|files| changed(files, |bytes| flip(bytes, 4))),
        fails: &["archive"],
    },
    Case {
        name: "a wrong header checksum",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                changed(files, |bytes| {
                    bytes[3] |= 2;
                    bytes.splice(10..10, [1, 2]);
                })
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "reserved flags",
        plant: |kit| kit.linux().container = Some(|files| changed(files, |bytes| bytes[3] |= 0x80)),
        fails: &["archive"],
    },
    Case {
        name: "a name without an end",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                changed(files, |bytes| {
                    bytes[3] |= 8;
                    bytes.truncate(10);
                    bytes.extend([b'x'; 1000]);
                })
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a second member",
        plant: |kit| kit.linux().container = Some(|files| [tar_gz(files), gzip(b"")].concat()),
        fails: &["archive"],
    },
    Case {
        name: "a byte behind",
        plant: |kit| kit.linux().container = Some(|files| [tar_gz(files), vec![0]].concat()),
        fails: &["archive"],
    },
    Case {
        name: "a tar split in two members",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                let bytes = tar(&entries(files));
                let (one, other) = bytes.split_at(1000);
                [gzip(one), gzip(other)].concat()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "no end blocks",
        plant: |kit| {
            kit.linux().container =
                Some(|files| raw(files, |bytes| bytes.truncate(bytes.len() - 1024)));
        },
        fails: &["archive"],
    },
    Case {
        name: "one end block",
        plant: |kit| {
            kit.linux().container =
                Some(|files| raw(files, |bytes| bytes.truncate(bytes.len() - 512)));
        },
        fails: &["archive"],
    },
    Case {
        name: "half an end block",
        plant: |kit| {
            kit.linux().container =
                Some(|files| raw(files, |bytes| bytes.truncate(bytes.len() - 256)));
        },
        fails: &["archive"],
    },
    Case {
        name: "bytes behind the end blocks",
        plant: |kit| {
            kit.linux().container = Some(|files| raw(files, |bytes| bytes.extend([0, 0, 1])));
        },
        fails: &["archive"],
    },
    Case {
        name: "a tar behind a tar",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                let more = tar(&[Tar::file("evil", b"x")]);
                gzip(&[tar(&entries(files)), more].concat())
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a wrong tar checksum",
        plant: |kit| {
            kit.linux().container = Some(|files| first(files, |entry| entry.wrong_checksum = true));
        },
        fails: &["archive"],
    },
    Case {
        name: "a length beyond the end",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with(
                    files,
                    &[Tar {
                        size: Some(1 << 30),
                        ..Tar::file("more", b"x")
                    }],
                )
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a length too short",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with(
                    files,
                    &[Tar {
                        size: Some(1),
                        ..Tar::file("more", &[7; 1024])
                    }],
                )
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a folder with data",
        plant: |kit| {
            kit.linux().container = Some(|files| with(files, &[Tar::of(b'5', "more/", b"data")]));
        },
        fails: &["archive"],
    },
    Case {
        name: "a malformed pax record",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with(
                    files,
                    &[Tar::of(b'x', "pax", b"99 path=x\n"), Tar::file("more", b"")],
                )
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a pax size that lies",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with(
                    files,
                    &[
                        Tar::of(b'x', "pax", &pax("size", "5000000")),
                        Tar::file("more", b"x"),
                    ],
                )
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a pax header with nothing behind",
        plant: |kit| {
            kit.linux().container =
                Some(|files| with(files, &[Tar::of(b'x', "pax", &pax("path", "x"))]));
        },
        fails: &["archive"],
    },
    Case {
        name: "an endless pax header",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with(
                    files,
                    &[
                        Tar::of(b'x', "pax", &vec![b'1'; 5_000_000]),
                        Tar::file("more", b"x"),
                    ],
                )
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a bomb",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                let mut bytes = tar(&entries(files));
                bytes.resize(4 << 20, 0);
                best(&bytes)
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "too many entries",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                let more: Vec<Tar> = (0..40_000)
                    .map(|at| Tar::of(b'5', &format!("{at}/"), b""))
                    .collect();
                with(files, &more)
            });
        },
        fails: &["archive"],
    },
];

fn changed(files: &Files, change: fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = tar_gz(files);
    change(&mut bytes);
    bytes
}

fn flip(bytes: &mut [u8], from_end: usize) {
    let at = bytes.len() - from_end;
    bytes[at] ^= 1;
}

fn raw(files: &Files, change: fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = tar(&entries(files));
    change(&mut bytes);
    gzip(&bytes)
}

fn first(files: &Files, change: fn(&mut Tar)) -> Vec<u8> {
    let mut entries = entries(files);
    change(&mut entries[0]);
    gzip(&tar(&entries))
}

fn with(files: &Files, more: &[Tar]) -> Vec<u8> {
    gzip(&tar(&[entries(files), more.to_vec()].concat()))
}

fn best(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}
