//! Lets plugins see the runtime's functions, puts what starts the program side by side, and builds
//! the plugins that belong to it.
//!
//! Not here: LuaJIT, which mlua-sys builds.

use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

/// What an executable shows to the plugins that it loads: Lua's API and the SDK, but not the
/// functions for embedding, which would keep code in the program that it never runs.
const EXPORTS: &str = "{ lua_*; luaL_*; luaJIT_*; luaopen_*; lunet_spawn; lunet_co_*; \
                       lunet_work_*; lunet_trace_*; lunet_mem_*; _lunet_*; default_luaL; \
                       set_default_luaL; g_lunet_config; };\n";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=include");
    println!("cargo::rerun-if-changed=plugins");
    println!("cargo::rerun-if-changed=link");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    export_symbols(&out);
    place_functions(&out);
    // A plugin takes its functions from the program that loads it. On Windows that needs an import
    // library of the program, which does not exist yet when this runs.
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("unix") {
        build_plugins(&out);
    }
}

/// Tells the linker to keep and show [`EXPORTS`].
fn export_symbols(out: &Path) {
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => {
            let list = out.join("exports.list");
            fs::write(&list, EXPORTS).expect("OUT_DIR can be written");
            println!(
                "cargo::rustc-link-arg-bins=-Wl,--dynamic-list={}",
                list.display()
            );
        }
        Ok("macos") => println!("cargo::rustc-link-arg-bins=-Wl,-export_dynamic"),
        _ => {}
    }
}

/// Has the linker place the functions of the start together, where it can: optimised builds for
/// Linux with a linker that takes the script (LLD and GNU ld do, others may not).
fn place_functions(out: &Path) {
    let optimised = env::var("PROFILE").as_deref() == Ok("release");
    let linux = env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux");
    if !optimised || !linux {
        return;
    }
    let package = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let argument = format!("-Wl,-T,{package}/link/first.ld");
    if links_with(&argument, out) {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}

/// Whether a program links with that argument, in the way cargo will link ours.
fn links_with(argument: &str, out: &Path) -> bool {
    let source = out.join("probe.rs");
    fs::write(&source, "fn main() {}").expect("OUT_DIR can be written");
    let mut rustc = Command::new(env::var_os("RUSTC").expect("cargo sets RUSTC"));
    rustc.arg(&source).arg("-o").arg(out.join("probe"));
    rustc
        .arg("--target")
        .arg(env::var_os("TARGET").expect("cargo sets TARGET"));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={}", linker.display()));
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    rustc.arg("-C").arg(format!("link-arg={argument}"));
    rustc.output().is_ok_and(|probe| probe.status.success())
}

/// Builds every folder of `plugins` into a module of its name, in the folder `lunet` beside the
/// programs, where `lunet-run` looks for modules.
fn build_plugins(out: &Path) {
    let programs = out
        .ancestors()
        .nth(3)
        .expect("OUT_DIR is PROFILE/build/PACKAGE/out");
    // Traced plugins call what other builds of the runtime do not have: they stand apart.
    let modules = if traced() {
        programs.join("traced/lunet")
    } else {
        programs.join("lunet")
    };
    fs::create_dir_all(&modules).expect("the target folder can be written");
    let headers = luajit_headers(programs);
    let mut folders: Vec<_> = fs::read_dir("plugins")
        .expect("the package has plugins")
        .map(|entry| entry.expect("the folder of plugins can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for folder in folders {
        build_plugin(&folder, &headers, &modules);
    }
}

fn traced() -> bool {
    env::var_os("CARGO_FEATURE_TRACE").is_some()
}

/// Where mlua-sys has put the headers of the LuaJIT that it has just built.
fn luajit_headers(programs: &Path) -> PathBuf {
    let built = fs::read_dir(programs.join("build")).expect("cargo builds into this folder");
    let found = built
        .map(|entry| entry.expect("cargo's folder can be read").path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("mlua-sys-"))
        })
        .map(|path| path.join("out/include"))
        .filter(|path| path.join("luajit.h").is_file())
        .max_by_key(|path| fs::metadata(path).and_then(|found| found.modified()).ok());
    found.expect("mlua-sys has built LuaJIT before")
}

fn build_plugin(folder: &Path, headers: &Path, modules: &Path) {
    let name = folder.file_name().expect("a folder has a name");
    let mut sources: Vec<_> = fs::read_dir(folder)
        .expect("the folder of a plugin can be read")
        .map(|entry| entry.expect("the folder of a plugin can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .collect();
    sources.sort();
    let mut compile = cc::Build::new()
        .include("include")
        .include(headers)
        .warnings(true)
        .extra_warnings(true)
        .std("c11")
        .pic(true)
        .get_compiler()
        .to_command();
    if traced() {
        compile.arg("-DLUNET_TRACE");
    }
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        compile.args(["-bundle", "-undefined", "dynamic_lookup"]);
    } else {
        compile.args(["-shared", "-D_POSIX_C_SOURCE=200809L"]);
    }
    compile.arg("-Werror").args(&sources);
    compile
        .arg("-o")
        .arg(modules.join(name).with_extension("so"));
    let status = compile.status();
    assert!(
        status.as_ref().is_ok_and(process::ExitStatus::success),
        "plugin {}: {compile:?} ended with {status:?}",
        folder.display()
    );
}
