//! The commands of `tools` as a user types them: every case is data under `tests/cli/<command>/`.
//!
//! `*.trycmd` and `*.toml` are cases of the crate trycmd; `TRYCMD=overwrite cargo test -p lunet-tests`
//! writes what the programs say now.
//! Tests that need more than data (a server, a repository) are modules of their own beside this one.

use crate::support;

#[test]
fn commands_say_what_their_cases_say() {
    let cases = trycmd::TestCases::new();
    cases
        .timeout(support::LIMIT)
        .register_bin("tools", support::program("tools"))
        .register_bin("lunet-run", support::program("lunet-run"));
    cases.env("NO_COLOR", "1");
    cases.case("cli/*/*.trycmd").case("cli/*/*.toml");
    cases.run();
}
