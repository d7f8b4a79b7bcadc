//! SARIF as the types of the crate serde-sarif know it, which are made from the schema of SARIF 2.1.0.

use std::fs;

use serde_json::Value;
use serde_sarif::sarif::Sarif;

use super::{BAD, lint, plugin};

#[test]
fn the_log_is_sarif_2_1_0_and_nothing_besides() {
    let suppressed = BAD.replace(
        "    return",
        "    // lunet-lint: allow(internal-call) the tracing is under test\n    return",
    );
    let flow = "#include \"co.h\"\n#include \"trace.h\"\nint f(lua_State *L, int flag) {\n    int ref;\n    lunet_coref_create(L, ref);\n    if (flag) return 0;\n    lunet_coref_release(L, ref);\n    return 0;\n}\n";
    let folder = plugin(&[
        ("a b.c", BAD),
        ("suppressed.c", &suppressed),
        ("flow.c", flow),
    ]);
    fs::write(folder.path().join("latin.c"), b"\xe9").unwrap();
    let (code, stdout, _) = lint(folder.path(), &["--format", "sarif"]);
    assert_eq!(code, 2);
    let log: Value = serde_json::from_str(&stdout).unwrap();
    // What the types don't know is lost on the way through them.
    let typed: Sarif = serde_json::from_str(&stdout).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), log);
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let results = run["results"].as_array().unwrap();
    let by_uri = |uri: &str| {
        let at = "/locations/0/physicalLocation/artifactLocation/uri";
        results
            .iter()
            .find(|result| result.pointer(at).unwrap() == uri)
            .unwrap()
    };
    assert_eq!(by_uri("a%20b.c")["fixes"].as_array().unwrap().len(), 1);
    assert_eq!(
        by_uri("suppressed.c")["suppressions"][0]["kind"],
        "inSource"
    );
    assert!(
        !by_uri("flow.c")["relatedLocations"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}
