//! Defects of names, kinds and modes of entries.

use crate::{
    Case,
    containers::{Files, Tar, Zip, ZipFile, entries, gzip, pax, tar},
};

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "a path upwards",
        plant: |kit| kit.linux().add("../evil", b"x"),
        fails: &["names"],
    },
    Case {
        name: "a path upwards in a zip",
        plant: |kit| {
            kit.windows().container =
                Some(|files| with_zip(files, Zip::file("share/../../evil", b"")));
        },
        fails: &["manifest", "names"],
    },
    Case {
        name: "an absolute path",
        plant: |kit| {
            kit.linux().container =
                Some(|files| with_tar(files, &[Tar::file("/etc/passwd", b"x")]));
        },
        fails: &["manifest", "names"],
    },
    Case {
        name: "a drive",
        plant: |kit| kit.windows().add("C:evil.lua", b"x"),
        fails: &["names"],
    },
    Case {
        name: "a backslash",
        plant: |kit| {
            kit.linux().container =
                Some(|files| with_tar(files, &[Tar::file("lunet\\evil.lua", b"x")]));
        },
        fails: &["manifest", "names"],
    },
    Case {
        name: "a device of Windows",
        plant: |kit| kit.macos().add("lunet/aux.lua.txt", b"x"),
        fails: &["names"],
    },
    Case {
        name: "a dot at the end",
        plant: |kit| kit.linux().add("lunet/x./y", b"x"),
        fails: &["names"],
    },
    Case {
        name: "a blank at the end",
        plant: |kit| kit.linux().add("lunet/x ", b"x"),
        fails: &["names"],
    },
    Case {
        name: "two leading dots",
        plant: |kit| {
            kit.linux().container =
                Some(|files| with_tar(files, &[Tar::of(b'5', "././more", b"")]));
        },
        fails: &["names"],
    },
    Case {
        name: "a control character",
        plant: |kit| kit.linux().add("lunet/a\nb", b"x"),
        fails: &["names"],
    },
    Case {
        name: "a letter beyond ASCII",
        plant: |kit| kit.windows().add("lunet/\u{fc}.txt", b"x"),
        fails: &["names"],
    },
    Case {
        name: "a name too long",
        plant: |kit| {
            let name = format!("lunet/{}/{}.txt", "a".repeat(98), "b".repeat(95));
            kit.linux().add(&name, b"x");
        },
        fails: &["names"],
    },
    Case {
        name: "names equal but for case",
        plant: |kit| kit.linux().add("license", b"x"),
        fails: &["names"],
    },
    Case {
        name: "folders equal but for case",
        plant: |kit| kit.macos().add("Include/x", b"x"),
        fails: &["names"],
    },
    Case {
        name: "a file twice",
        plant: |kit| {
            kit.linux().container =
                Some(|files| with_tar(files, &[Tar::file("LICENSE", &files["LICENSE"])]));
        },
        fails: &["names"],
    },
    Case {
        name: "a file twice in a zip",
        plant: |kit| {
            kit.windows().container =
                Some(|files| with_zip(files, Zip::file("./LICENSE", &files["LICENSE"])));
        },
        fails: &["names"],
    },
    Case {
        name: "a file that is a folder, too",
        plant: |kit| {
            kit.linux().container =
                Some(|files| with_tar(files, &[Tar::of(b'5', "LICENSE/", b"")]));
        },
        fails: &["names"],
    },
    Case {
        name: "a file below a file",
        plant: |kit| {
            kit.linux().container =
                Some(|files| with_tar(files, &[Tar::of(b'5', "README.md/x/", b"")]));
        },
        fails: &["names"],
    },
    Case {
        name: "a symbolic link",
        plant: |kit| {
            kit.linux().container = Some(|files| with_tar(files, &[Tar::of(b'2', "run", b"")]));
        },
        fails: &["names"],
    },
    Case {
        name: "a hard link",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with_tar(
                    files,
                    &[Tar {
                        size: Some(40),
                        ..Tar::of(b'1', "run", b"")
                    }],
                )
            });
        },
        fails: &["names"],
    },
    Case {
        name: "a device",
        plant: |kit| {
            kit.macos().container = Some(|files| with_tar(files, &[Tar::of(b'3', "null", b"")]));
        },
        fails: &["names"],
    },
    Case {
        name: "a FIFO",
        plant: |kit| {
            kit.macos().container = Some(|files| with_tar(files, &[Tar::of(b'6', "pipe", b"")]));
        },
        fails: &["names"],
    },
    Case {
        name: "a sparse file",
        plant: |kit| {
            kit.linux().container = Some(|files| with_tar(files, &[Tar::of(b'S', "sparse", b"x")]));
        },
        fails: &["names"],
    },
    Case {
        name: "an entry of an unknown kind",
        plant: |kit| {
            kit.linux().container = Some(|files| with_tar(files, &[Tar::of(b'Z', "odd", b"data")]));
        },
        fails: &["names"],
    },
    Case {
        name: "a symbolic link in a zip",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                with_zip(
                    files,
                    Zip {
                        attributes: 0o120_777 << 16,
                        ..Zip::file("run", b"lunet-run.exe")
                    },
                )
            });
        },
        fails: &["names"],
    },
    Case {
        name: "a device in a zip",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                with_zip(
                    files,
                    Zip {
                        attributes: 0o020_666 << 16,
                        ..Zip::file("null", b"")
                    },
                )
            });
        },
        fails: &["names"],
    },
    Case {
        name: "a bad name in a pax record",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with_tar(
                    files,
                    &[
                        Tar::of(b'x', "pax", &pax("path", "../evil")),
                        Tar::of(b'5', "good", b""),
                    ],
                )
            });
        },
        fails: &["names"],
    },
    Case {
        name: "a bad name in a GNU record",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with_tar(
                    files,
                    &[
                        Tar::of(b'L', "././@LongLink", b"/evil\0"),
                        Tar::of(b'5', "good", b""),
                    ],
                )
            });
        },
        fails: &["names"],
    },
    Case {
        name: "two records with two names",
        plant: |kit| {
            kit.linux().container = Some(|files| {
                with_tar(
                    files,
                    &[
                        Tar::of(b'L', "././@LongLink", b"one\0"),
                        Tar::of(b'x', "pax", &pax("path", "two")),
                        Tar::of(b'5', "good", b""),
                    ],
                )
            });
        },
        fails: &["names"],
    },
    Case {
        name: "another name in a Unicode Path field",
        plant: |kit| {
            kit.windows().container = Some(|files| {
                with_zip(
                    files,
                    Zip {
                        extra: b"\x75\x70\x09\x00\x01\0\0\0\0evil".to_vec(),
                        ..Zip::file("good/", b"")
                    },
                )
            });
        },
        fails: &["names"],
    },
    Case {
        name: "a runtime that can't be started",
        plant: |kit| kit.linux().container = Some(|files| with_modes(files, "lunet-run", 0o744)),
        fails: &["modes"],
    },
    Case {
        name: "setuid",
        plant: |kit| kit.linux().container = Some(|files| with_modes(files, "lunet-run", 0o4755)),
        fails: &["modes"],
    },
    Case {
        name: "setgid",
        plant: |kit| kit.macos().container = Some(|files| with_modes(files, "LICENSE", 0o2644)),
        fails: &["modes"],
    },
    Case {
        name: "sticky",
        plant: |kit| kit.macos().container = Some(|files| with_modes(files, "LICENSE", 0o1644)),
        fails: &["modes"],
    },
    Case {
        name: "write for others",
        plant: |kit| kit.linux().container = Some(|files| with_modes(files, "README.md", 0o646)),
        fails: &["modes"],
    },
];

fn with_tar(files: &Files, more: &[Tar]) -> Vec<u8> {
    gzip(&tar(&[entries(files), more.to_vec()].concat()))
}

fn with_zip(files: &Files, more: Zip) -> Vec<u8> {
    let mut zip = ZipFile::of(files);
    zip.entries.push(more);
    zip.bytes()
}

fn with_modes(files: &Files, name: &str, mode: u32) -> Vec<u8> {
    let mut entries = entries(files);
    let entry = entries
        .iter_mut()
        .find(|entry| entry.name == name.as_bytes());
    entry.unwrap().mode = mode;
    gzip(&tar(&entries))
}
