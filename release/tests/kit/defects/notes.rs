//! Defects of the notes.

use crate::Case;

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "no notes",
        plant: |kit| kit.notes = None,
        fails: &["notes"],
    },
    Case {
        name: "a title with another tag",
        plant: |kit| kit.renote("v1.2.0", "v1.2.1"),
        fails: &["notes"],
    },
    Case {
        name: "a title with a longer tag",
        plant: |kit| kit.renote("v1.2.0", "v1.2.0-rc.1"),
        fails: &["notes"],
    },
    Case {
        name: "a title that is no heading",
        plant: |kit| kit.renote("# Lunet", "Lunet"),
        fails: &["notes"],
    },
    Case {
        name: "a title of level 2",
        plant: |kit| kit.renote("# Lunet", "## Lunet"),
        fails: &["notes"],
    },
    Case {
        name: "text before the title",
        plant: |kit| kit.renote("# Lunet", "News\n\n# Lunet"),
        fails: &["notes"],
    },
    Case {
        name: "a tag in a comment of the title",
        plant: |kit| kit.renote("v1.2.0", "<!-- v1.2.0 -->"),
        fails: &["notes"],
    },
    Case {
        name: "a missing section",
        plant: |kit| kit.renote("## Highlights", "**Highlights**"),
        fails: &["notes"],
    },
    Case {
        name: "a section in another case",
        plant: |kit| kit.renote("## Quick Start", "## Quick start"),
        fails: &["notes"],
    },
    Case {
        name: "a section of level 3",
        plant: |kit| kit.renote("## Highlights", "### Highlights"),
        fails: &["notes"],
    },
    Case {
        name: "a section without a blank",
        plant: |kit| kit.renote("## Highlights", "##Highlights"),
        fails: &["notes"],
    },
    Case {
        name: "an underlined section",
        plant: |kit| kit.renote("## Highlights", "Highlights\n---"),
        fails: &["notes"],
    },
    Case {
        name: "a section in code",
        plant: |kit| kit.renote("## Highlights", "    ## Highlights"),
        fails: &["notes"],
    },
    Case {
        name: "a section in a fence",
        plant: |kit| kit.renote("## Highlights", "```\n## Highlights\n```"),
        fails: &["notes"],
    },
    Case {
        name: "a section in a comment",
        plant: |kit| kit.renote("## Highlights", "<!--\n## Highlights\n-->"),
        fails: &["notes"],
    },
    Case {
        name: "a section with nothing in it",
        plant: |kit| kit.renote("- Coroutines wait for files, too.", ""),
        fails: &["notes"],
    },
    Case {
        name: "a section with only a comment",
        plant: |kit| kit.renote("- Coroutines wait for files, too.", "<!-- soon -->"),
        fails: &["notes"],
    },
    Case {
        name: "a section with only a heading",
        plant: |kit| kit.renote("- Coroutines wait for files, too.", "### Files"),
        fails: &["notes"],
    },
    Case {
        name: "an asset that is not named",
        plant: |kit| kit.renote("lunet-windows-amd64.zip", "the zip"),
        fails: &["notes"],
    },
    Case {
        name: "an asset named only in a comment",
        plant: |kit| {
            kit.renote(
                "| lunet-windows-amd64.zip | Windows |",
                "\n<!-- lunet-windows-amd64.zip -->",
            );
        },
        fails: &["notes"],
    },
    Case {
        name: "an asset named only elsewhere",
        plant: |kit| {
            kit.renote("| lunet-windows-amd64.zip | Windows |", "");
            kit.renote("- Coroutines", "- lunet-windows-amd64.zip\n- Coroutines");
        },
        fails: &["notes"],
    },
    Case {
        name: "an asset named as part of a word",
        plant: |kit| {
            kit.renote(
                "| lunet-windows-amd64.zip",
                "| lunet-windows-amd64.zip-file",
            );
        },
        fails: &["notes"],
    },
    Case {
        name: "an archive that is no asset",
        plant: |kit| kit.renote("Compare", "Or lunet-freebsd.tar.gz. Compare"),
        fails: &["notes"],
    },
    Case {
        name: "an archive in code that is no asset",
        plant: |kit| {
            kit.renote(
                "Compare",
                "```\ntar xf lunet-linux-arm64.tgz\n```\n\nCompare",
            );
        },
        fails: &["notes"],
    },
    Case {
        name: "a further asset that is not named",
        plant: |kit| {
            kit.assets = |assets| _ = assets.insert("lunet.sbom.json".to_owned(), b"{}".to_vec());
        },
        fails: &["notes"],
    },
    Case {
        name: "a placeholder",
        plant: |kit| kit.renote("Coroutines", "`@RELEASE_TAG@`"),
        fails: &["notes"],
    },
    Case {
        name: "an expression",
        plant: |kit| kit.renote("./lunet-run", "${{ github.ref }}"),
        fails: &["notes"],
    },
    Case {
        name: "braces of a template",
        plant: |kit| kit.renote("Coroutines", "{{ highlights }}"),
        fails: &["notes"],
    },
    Case {
        name: "empty braces",
        plant: |kit| kit.renote("Coroutines", "{ }"),
        fails: &["notes"],
    },
    Case {
        name: "work undone",
        plant: |kit| kit.renote("Coroutines", "TODO: coroutines"),
        fails: &["notes"],
    },
    Case {
        name: "work undone in a comment",
        plant: |kit| kit.renote("Coroutines", "<!-- TBD --> Coroutines"),
        fails: &["notes"],
    },
    Case {
        name: "a lone carriage return",
        plant: |kit| kit.renote("files, too", "files,\rtoo"),
        fails: &["notes"],
    },
];
