//! Defects of what lies in the archives: contents, version, manifest, sameness, leftovers.

use crate::{Case, pack::REMOVED};

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "no runtime",
        plant: |kit| kit.linux().remove("lunet-run"),
        fails: &["contents"],
    },
    Case {
        name: "an empty runtime",
        plant: |kit| kit.windows().program(Vec::new()),
        fails: &["binary", "contents"],
    },
    Case {
        name: "a runtime with the name of another system",
        plant: |kit| {
            let bytes = kit.windows().files.remove("lunet-run.exe").unwrap();
            kit.windows().add("lunet-run", &bytes);
        },
        fails: &["contents"],
    },
    Case {
        name: "no header",
        plant: |kit| kit.remove_everywhere("include/trace.h"),
        fails: &["contents"],
    },
    Case {
        name: "an empty licence",
        plant: |kit| kit.everywhere("LICENSE", b""),
        fails: &["contents"],
    },
    Case {
        name: "no Lua module",
        plant: |kit| kit.remove_everywhere("lunet/db/pool.lua"),
        fails: &["contents"],
    },
    Case {
        name: "no types",
        plant: |kit| kit.remove_everywhere("types/lunet.lua"),
        fails: &["contents"],
    },
    Case {
        name: "no docs",
        plant: |kit| kit.remove_everywhere("docs/guide/building.md"),
        fails: &["contents"],
    },
    Case {
        name: "a folder around everything",
        plant: |kit| {
            for pack in kit.packs.values_mut() {
                pack.container = Some(|files| {
                    let wrapped = files
                        .iter()
                        .map(|(path, bytes)| (format!("lunet-1.2.0/{path}"), bytes.clone()))
                        .collect();
                    if files.contains_key("lunet-run.exe") {
                        crate::containers::zip(&wrapped)
                    } else {
                        crate::containers::tar_gz(&wrapped)
                    }
                });
            }
        },
        fails: &["contents"],
    },
    Case {
        name: "another version",
        plant: |kit| kit.everywhere("VERSION", b"1.2.1\n"),
        fails: &["version"],
    },
    Case {
        name: "a tag instead of a version",
        plant: |kit| kit.everywhere("VERSION", b"v1.2.0\n"),
        fails: &["version"],
    },
    Case {
        name: "a version and more",
        plant: |kit| kit.everywhere("VERSION", b"1.2.0\n\n"),
        fails: &["version"],
    },
    Case {
        name: "a version with a blank",
        plant: |kit| kit.everywhere("VERSION", b"1.2.0 \n"),
        fails: &["version"],
    },
    Case {
        name: "no version",
        plant: |kit| kit.everywhere("VERSION", REMOVED),
        fails: &["contents"],
    },
    Case {
        name: "no manifest",
        plant: |kit| kit.macos().add("manifest.json", REMOVED),
        fails: &["contents"],
    },
    Case {
        name: "a manifest that is no JSON",
        plant: |kit| kit.linux().manifest = |text| text.replacen('{', "", 1),
        fails: &["manifest"],
    },
    Case {
        name: "a manifest with more behind it",
        plant: |kit| kit.linux().manifest = |text| text + "{}",
        fails: &["manifest"],
    },
    Case {
        name: "a manifest of another version",
        plant: |kit| kit.linux().manifest = |text| text.replace("1.2.0", "1.2.1"),
        fails: &["manifest"],
    },
    Case {
        name: "a manifest of another target",
        plant: |kit| kit.macos().manifest = |text| text.replace("\"macos\"", "\"macos-arm64\""),
        fails: &["manifest"],
    },
    Case {
        name: "a manifest with a key twice",
        plant: |kit| {
            kit.linux().manifest = |text| text.replacen('{', "{\"target\":\"linux-amd64\",", 1);
        },
        fails: &["manifest"],
    },
    Case {
        name: "a file that is not listed",
        plant: |kit| kit.windows().manifest = |text| unlist(&text, "LICENSE"),
        fails: &["manifest"],
    },
    Case {
        name: "a listed file that is not there",
        plant: |kit| {
            kit.linux().manifest = |text| {
                text.replacen(
                    "\"files\":[",
                    "\"files\":[{\"path\":\"gone\",\"size\":0,\"sha256\":\"\"},",
                    1,
                )
            }
        },
        fails: &["manifest"],
    },
    Case {
        name: "a manifest that lists itself",
        plant: |kit| {
            kit.linux().manifest = |text| {
                text.replacen(
                    "\"files\":[",
                    "\"files\":[{\"path\":\"manifest.json\",\"size\":0,\"sha256\":\"\"},",
                    1,
                )
            }
        },
        fails: &["manifest"],
    },
    Case {
        name: "a wrong size",
        plant: |kit| kit.linux().manifest = |text| text.replacen("\"size\":11", "\"size\":12", 1),
        fails: &["manifest"],
    },
    Case {
        name: "a wrong digest",
        plant: |kit| {
            kit.linux().manifest = |text| {
                let at = text.find("sha256").unwrap() + 9;
                format!("{}{}{}", &text[..at], "0".repeat(64), &text[at + 64..])
            }
        },
        fails: &["manifest"],
    },
    Case {
        name: "a file listed twice",
        plant: |kit| {
            kit.linux().manifest = |text| {
                let start = text.find('[').unwrap();
                let end = text.find('}').unwrap();
                format!("{},{}", &text[..=end], &text[start + 1..])
            }
        },
        fails: &["manifest"],
    },
    Case {
        name: "a header with other bytes",
        plant: |kit| kit.macos().add("include/co.h", b"/* co, too */"),
        fails: &["sameness"],
    },
    Case {
        name: "a text with other line ends",
        plant: |kit| kit.windows().add("README.md", b"# Lunet\r\n"),
        fails: &["sameness"],
    },
    Case {
        name: "a Lua file that others lack",
        plant: |kit| kit.linux().add("lunet/linux/only.lua", b"return 1"),
        fails: &["sameness"],
    },
    Case {
        name: "docs that one lacks",
        plant: |kit| {
            kit.everywhere("docs/more.md", b"more");
            kit.windows().remove("docs/more.md");
        },
        fails: &["sameness"],
    },
    Case {
        name: "a version that one writes otherwise",
        plant: |kit| kit.windows().add("VERSION", b"1.2.0\r\n"),
        fails: &["sameness"],
    },
    Case {
        name: "a folder of git",
        plant: |kit| kit.linux().add("lunet/.git/config", b"x"),
        fails: &["hygiene"],
    },
    Case {
        name: "a file of the Finder",
        plant: |kit| kit.macos().add(".DS_Store", b"x"),
        fails: &["hygiene"],
    },
    Case {
        name: "debug symbols of macOS",
        plant: |kit| kit.macos().add("lunet-run.dSYM/Contents", b"x"),
        fails: &["hygiene"],
    },
    Case {
        name: "debug symbols of Windows",
        plant: |kit| kit.windows().add("lunet-run.pdb", b"x"),
        fails: &["hygiene"],
    },
    Case {
        name: "an object file",
        plant: |kit| kit.linux().add("lunet/digest.o", b"x"),
        fails: &["hygiene"],
    },
    Case {
        name: "a file named target",
        plant: |kit| kit.linux().add("lunet/target", b"x"),
        fails: &["hygiene"],
    },
];

/// Takes the record of a file out of a manifest.
fn unlist(text: &str, path: &str) -> String {
    let start = text.find(&format!("{{\"path\":\"{path}\"")).unwrap();
    let end = start + text[start..].find("},").unwrap() + 2;
    format!("{}{}", &text[..start], &text[end..])
}
