//! Defects of tag, assets and checksums.

use crate::{
    Case,
    pack::{LINUX, MACOS, WINDOWS},
};

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "a tag without v",
        plant: |kit| kit.tag = "1.2.0".to_owned(),
        fails: &["tag"],
    },
    Case {
        name: "a tag with a leading zero",
        plant: |kit| kit.tag = "v1.02.0".to_owned(),
        fails: &["tag"],
    },
    Case {
        name: "a tag with build metadata",
        plant: |kit| kit.tag = "v1.2.0+linux".to_owned(),
        fails: &["tag"],
    },
    Case {
        name: "a missing archive",
        plant: |kit| kit.late = |assets| _ = assets.remove(MACOS),
        fails: &["assets", "notes", "sums"],
    },
    Case {
        name: "missing checksums",
        plant: |kit| {
            kit.sums = |_| None;
            kit.renote("Compare them with `SHA256SUMS`.", "");
        },
        fails: &["assets"],
    },
    Case {
        name: "empty checksums",
        plant: |kit| kit.sums = |_| Some(String::new()),
        fails: &["assets", "sums"],
    },
    Case {
        name: "an empty archive",
        plant: |kit| kit.assets = |assets| _ = assets.insert(MACOS.to_owned(), Vec::new()),
        fails: &["assets"],
    },
    Case {
        name: "an archive in another case",
        plant: |kit| {
            kit.assets = |assets| {
                let bytes = assets.remove(MACOS).unwrap();
                assets.insert("lunet-macOS.tar.gz".to_owned(), bytes);
            }
        },
        fails: &["assets", "notes", "sums"],
    },
    Case {
        name: "an archive in two cases",
        plant: |kit| {
            kit.assets = |assets| {
                let bytes = assets[WINDOWS].clone();
                assets.insert("Lunet-windows-amd64.zip".to_owned(), bytes);
            };
            kit.renote("Compare", "And Lunet-windows-amd64.zip. Compare");
        },
        // Where names in two cases are one file, it has the name of the first.
        fails: if cfg!(any(windows, target_os = "macos")) {
            &["assets", "notes", "sums"]
        } else {
            &["assets"]
        },
    },
    Case {
        name: "a digest that disagrees",
        plant: |kit| kit.sums = |sums| Some(sums.replacen(&sums[..8], "00000000", 1)),
        fails: &["sums"],
    },
    Case {
        name: "an archive that is not listed",
        plant: |kit| {
            kit.sums = |sums| {
                Some(
                    sums.split_inclusive('\n')
                        .filter(|line| !line.contains(LINUX))
                        .collect(),
                )
            }
        },
        fails: &["sums"],
    },
    Case {
        name: "a line in upper case",
        plant: |kit| kit.sums = |sums| Some(sums[..64].to_uppercase() + &sums[64..]),
        fails: &["sums"],
    },
    Case {
        name: "an asset listed twice",
        plant: |kit| {
            kit.sums = |sums| {
                let line = sums.lines().next().unwrap().to_owned();
                Some(format!("{sums}{line}\n"))
            }
        },
        fails: &["sums"],
    },
    Case {
        name: "a line for what is no asset",
        plant: |kit| kit.sums = |sums| Some(format!("{sums}{}  more.txt\n", "0".repeat(64))),
        fails: &["sums"],
    },
    Case {
        name: "lines that end in CRLF",
        plant: |kit| kit.sums = |sums| Some(sums.replace('\n', "\r\n")),
        fails: &["sums"],
    },
    Case {
        name: "a last line without its end",
        plant: |kit| kit.sums = |sums| Some(sums.trim_end().to_owned()),
        fails: &["sums"],
    },
    Case {
        name: "an empty line",
        plant: |kit| kit.sums = |sums| Some(sums + "\n"),
        fails: &["sums"],
    },
    Case {
        name: "a path instead of a name",
        plant: |kit| kit.sums = |sums| Some(sums.replace("  lunet-macos", "  ./lunet-macos")),
        fails: &["sums"],
    },
    Case {
        name: "a byte changed after the checksums",
        plant: |kit| kit.late = |assets| assets.get_mut(LINUX).unwrap()[9] = 3,
        fails: &["sums"],
    },
];
