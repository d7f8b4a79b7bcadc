//! Defects of the container of a zip.

use crate::{
    Case,
    containers::{Files, Zip, ZipFile, tar_gz, zip},
};

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "a tar.gz named zip",
        plant: |kit| kit.windows().container = Some(tar_gz),
        fails: &["archive"],
    },
    Case {
        name: "a zip of nothing",
        plant: |kit| kit.windows().container = Some(|_| ZipFile::default().bytes()),
        fails: &["archive"],
    },
    Case {
        name: "a zip cut in the data",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                let mut bytes = zip(files);
                bytes.truncate(bytes.len() / 2);
                bytes
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a zip cut in the end record",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                let mut bytes = zip(files);
                bytes.truncate(bytes.len() - 1);
                bytes
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "bytes before the first entry",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                ZipFile {
                    before: b"MZ".to_vec(),
                    ..ZipFile::of(files)
                }
                .bytes()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "bytes before, offsets as if not",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                ZipFile {
                    before: b"MZ".to_vec(),
                    adjusted: true,
                    ..ZipFile::of(files)
                }
                .bytes()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "bytes behind the end record",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                ZipFile {
                    behind: vec![0],
                    ..ZipFile::of(files)
                }
                .bytes()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "bytes before the central directory",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                ZipFile {
                    between: b"hidden".to_vec(),
                    ..ZipFile::of(files)
                }
                .bytes()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "bytes between entries",
        plant: |kit| {
            kit.windows().container =
                Some(|files| first(files, |entry| entry.gap = b"hidden".to_vec()));
        },
        fails: &["archive"],
    },
    Case {
        name: "an end record in the comment",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                let comment = zip(files);
                let end = comment[comment.len() - 22..].to_vec();
                ZipFile {
                    comment: end,
                    ..ZipFile::of(files)
                }
                .bytes()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "entries that overlap",
        plant: |kit| {
            kit.windows().container = Some(|files| first(files, |entry| entry.offset = Some(50)));
        },
        fails: &["archive"],
    },
    Case {
        name: "two records for one entry",
        plant: |kit| {
            kit.windows().container = Some(|files| last(files, |entry| entry.offset = Some(0)));
        },
        fails: &["archive"],
    },
    Case {
        name: "another name in the local header",
        plant: |kit| {
            kit.windows().container =
                Some(|files| first(files, |entry| entry.local_name = Some(b"LICENSf".to_vec())));
        },
        fails: &["archive"],
    },
    Case {
        name: "another method in the local header",
        plant: |kit| {
            kit.windows().container =
                Some(|files| first(files, |entry| entry.local_method = Some(0)));
        },
        fails: &["archive"],
    },
    Case {
        name: "another size in the local header",
        plant: |kit| {
            kit.windows().container =
                Some(|files| first(files, |entry| entry.local_size = Some(1)));
        },
        fails: &["archive"],
    },
    Case {
        name: "too few entries counted",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                ZipFile {
                    count: Some(3),
                    ..ZipFile::of(files)
                }
                .bytes()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "encryption",
        plant: |kit| kit.windows().container = Some(|files| first(files, |entry| entry.flags = 1)),
        fails: &["archive"],
    },
    Case {
        name: "another method",
        plant: |kit| {
            kit.windows().container = Some(|files| first(files, |entry| entry.method = Some(12)));
        },
        fails: &["archive"],
    },
    Case {
        name: "a zip64 record",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                first(files, |entry| {
                    entry.extra = b"\x01\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
                })
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a size that needs zip64",
        plant: |kit| {
            kit.windows().container =
                Some(|files| first(files, |entry| entry.size = Some(u32::MAX)));
        },
        fails: &["archive"],
    },
    Case {
        name: "an extra field that lies",
        plant: |kit| {
            kit.windows().container =
                Some(|files| first(files, |entry| entry.extra = b"\x55\x54\xff\0\0".to_vec()));
        },
        fails: &["archive"],
    },
    Case {
        name: "a wrong CRC in a zip",
        plant: |kit| {
            kit.windows().container = Some(|files| first(files, |entry| entry.crc = Some(1)));
        },
        fails: &["archive"],
    },
    Case {
        name: "a wrong size in a zip",
        plant: |kit| {
            kit.windows().container = Some(|files| first(files, |entry| entry.size = Some(12)));
        },
        fails: &["archive"],
    },
    Case {
        name: "bytes behind the deflated data",
        plant: |kit| {
            kit.windows().container =
                Some(|files| first(files, |entry| entry.more_data = b"more".to_vec()));
        },
        fails: &["archive"],
    },
    Case {
        name: "a descriptor that is not there",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                ZipFile {
                    no_descriptors: true,
                    ..described(files)
                }
                .bytes()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a bomb in a zip",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                let mut zip = ZipFile::of(files);
                zip.entries.push(Zip::file("more", &vec![0; 2 << 20]));
                zip.bytes()
            });
        },
        fails: &["archive"],
    },
    Case {
        name: "a folder with data in a zip",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                let mut zip = ZipFile::of(files);
                zip.entries.push(Zip::file("more/", b"data"));
                zip.bytes()
            });
        },
        fails: &["archive"],
    },
];

fn first(files: &Files, change: fn(&mut Zip)) -> Vec<u8> {
    let mut zip = ZipFile::of(files);
    change(&mut zip.entries[0]);
    zip.bytes()
}

fn last(files: &Files, change: fn(&mut Zip)) -> Vec<u8> {
    let mut zip = ZipFile::of(files);
    change(zip.entries.last_mut().unwrap());
    zip.bytes()
}

fn described(files: &Files) -> ZipFile {
    let mut zip = ZipFile::of(files);
    for entry in &mut zip.entries {
        entry.flags = 8;
    }
    zip
}
