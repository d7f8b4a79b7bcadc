//! Any text in any language of the lint: no panic, no hang, findings within the text and in order, fixes that fit.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use lunet_lints::facts::{Header, Headers};
use lunet_lints::{Facts, Linter, Settings};

static LINTER: LazyLock<Linter> =
    LazyLock::new(|| Linter::new(Settings::default()).expect("the defaults are sound"));

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&kind, rest)) = data.split_first() else {
        return Corpus::Reject;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return Corpus::Reject;
    };
    let path = match kind % 9 {
        0..=3 => "a.c",
        4 => "a.h",
        5 => "a.sh",
        6 => "a.yml",
        7 => "a.lua",
        _ => "a.rs",
    };
    let mut facts = Facts::default();
    facts.read_wrappers("trace.h", text, "_lunet_");
    facts.tree = Headers::new(vec![Header::read("trace.h", text, "_lunet_")]).into();
    let report = LINTER.judge(path, text, &facts);
    let mut last = (1, 1);
    for finding in &report.findings {
        assert!(text.get(finding.range.clone()).is_some(), "{finding:?}");
        assert!((finding.start.line, finding.start.column) >= last, "{finding:?}");
        last = (finding.start.line, finding.start.column);
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(text.get(edit.range.clone()).is_some(), "{finding:?}");
        }
    }
    Corpus::Keep
});
