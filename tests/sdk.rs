//! The C face: a plugin compiled against the headers, and a C program with the runtime inside.
//! Unix only, as plugins are.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::support;

/// The headers of the LuaJIT that was built with the programs.
fn luajit_headers() -> PathBuf {
    let program = support::program("lunet-run");
    let build = program.with_file_name("build");
    let found = std::fs::read_dir(&build)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("out/include"))
        .find(|path| path.join("luajit.h").is_file());
    found.unwrap_or_else(|| panic!("no headers of LuaJIT below {}", build.display()))
}

/// Compiles C sources, warnings being errors.
fn compile(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) {
    compile_as("cc", "-std=c11", arguments);
}

/// Compiles sources of a language, warnings being errors.
fn compile_as(
    compiler: &str,
    standard: &str,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) {
    let include = support::root().join("runtime/include");
    support::command(Path::new(compiler))
        .args([
            standard,
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-fPIC",
        ])
        .arg("-I")
        .arg(include)
        .arg("-I")
        .arg(luajit_headers())
        .args(arguments)
        .assert()
        .success();
}

/// Plugins may be C of 1999 or later, or C++, traced or not.
#[test]
fn the_headers_fit_every_standard() {
    let path = source("headers.c");
    for (compiler, standard, language) in [
        ("cc", "-std=c99", "c"),
        ("cc", "-std=c11", "c"),
        ("c++", "-std=c++98", "c++"),
        ("c++", "-std=c++17", "c++"),
    ] {
        for traced in ["-ULUNET_TRACE", "-DLUNET_TRACE"] {
            let options = ["-fsyntax-only", "-Wshadow", "-x", language, traced];
            let arguments = options.into_iter().map(OsStr::new);
            compile_as(compiler, standard, arguments.chain([path.as_ref()]));
        }
    }
}

/// A source of this folder.
fn source(name: &str) -> PathBuf {
    support::root().join("tests/sdk").join(name)
}

/// A folder with the compiled plugin in it.
fn plugin() -> tempfile::TempDir {
    let folder = support::folder();
    let module = folder.path().join("probe.so");
    let kind: &[&str] = if cfg!(target_os = "macos") {
        &["-bundle", "-undefined", "dynamic_lookup"]
    } else {
        &["-shared"]
    };
    let kind = kind.iter().map(OsStr::new);
    let files = [source("probe.c"), PathBuf::from("-o"), module];
    compile(kind.chain(files.iter().map(AsRef::as_ref)));
    folder
}

/// Runs the driver of the plugin with an option of the runtime and the argument that fits it.
fn check(option: Option<&str>, argument: &str) {
    let folder = plugin();
    let output = support::lunet_run()
        .env("LUA_CPATH", folder.path().join("?.so"))
        .args(option)
        .arg(source("probe.lua"))
        .arg(argument)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.stdout, b"ok\n", "{errors}");
    assert_eq!(output.status.code(), Some(7), "{errors}");
    assert!(!errors.contains("cannot resume"), "{errors}");
    assert_eq!(errors.matches("Coroutine error: ").count(), 1, "{errors}");
    assert!(
        errors.contains("Coroutine error: after the trip\nstack traceback:"),
        "{errors}"
    );
}

#[test]
fn a_plugin_waits_resumes_and_lets_go() {
    check(None, "");
}

#[test]
fn a_plugin_sees_what_the_command_line_allows() {
    check(Some("--dangerously-skip-loopback-restriction"), "any");
}

/// Work that is under way when the script ends is left to itself, and its code stays where it is.
#[test]
fn work_of_a_plugin_may_outlive_the_script() {
    let folder = plugin();
    for (end, code) in [
        ("lunet.stop()", 0),
        ("error('broken')", 1),
        ("os.exit(3)", 3),
        ("os.exit(4, true)", 4),
    ] {
        let path = folder.path().join("ends.lua");
        let script = format!(
            "local lunet, probe = require('lunet'), require('probe')
             lunet.spawn(function() assert(probe.busy()) lunet.sleep(1) {end} end)
             lunet.spawn(function() lunet.sleep(2) lunet.stop() end)"
        );
        std::fs::write(&path, script).unwrap();
        let output = support::lunet_run()
            .env("LUA_CPATH", folder.path().join("?.so"))
            .arg(path)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{end}: {errors}");
    }
}

/// Which parts of the runtime a program takes in.
#[derive(Clone, Copy)]
enum Linked {
    /// What it calls itself.
    Needed,
    /// All of it, for plugins to find.
    Whole,
}

/// Compiles the program with the runtime inside into a folder.
fn embedder(folder: &Path, linked: Linked) -> PathBuf {
    let program = folder.join("embed");
    let libraries: &[&str] = if cfg!(target_os = "macos") {
        &["-framework", "CoreFoundation", "-framework", "Security"]
    } else {
        &["-lpthread", "-ldl", "-lm"]
    };
    let library = static_library().into_os_string();
    let mut arguments = vec![
        source("embed.c").into(),
        "-o".into(),
        program.clone().into(),
    ];
    match linked {
        Linked::Needed => arguments.push(library),
        Linked::Whole if cfg!(target_os = "macos") => {
            let mut whole = OsString::from("-Wl,-force_load,");
            whole.push(library);
            arguments.extend([whole, "-Wl,-export_dynamic".into()]);
        }
        Linked::Whole => {
            let (whole, end) = ("-Wl,--whole-archive", "-Wl,--no-whole-archive");
            arguments.extend(["-rdynamic".into(), whole.into(), library, end.into()]);
        }
    }
    arguments.extend(libraries.iter().map(OsString::from));
    compile(arguments);
    program
}

#[test]
fn a_script_inside_a_program_loads_plugins() {
    let folder = plugin();
    let program = embedder(folder.path(), Linked::Whole);
    let script = folder.path().join("loads.lua");
    std::fs::write(
        &script,
        "local lunet, probe = require('lunet'), require('probe')
         lunet.spawn(function() __lunet_exit_code = probe.later(23) end)",
    )
    .unwrap();
    support::command(&program)
        .env("LUA_CPATH", folder.path().join("?.so"))
        .arg(&script)
        .assert()
        .success();
}

#[test]
fn a_program_with_the_runtime_inside() {
    let folder = support::folder();
    let program = embedder(folder.path(), Linked::Needed);
    support::command(&program)
        .arg(source("embed.lua"))
        .assert()
        .success();

    let packed = folder.path().join("scripts.gz");
    let main = "local part = require('app.part')\nlocal lunet = require('lunet')\n\
                lunet.spawn(function() lunet.sleep(1) __lunet_exit_code = part end)";
    std::fs::write(
        &packed,
        pack(&[("main.lua", main), ("app/part.lua", "return 23")]),
    )
    .unwrap();
    support::command(&program)
        .arg(&packed)
        .arg("main.lua")
        .assert()
        .success();
}

/// Modules stand beside the program, whatever its folder is called.
#[test]
#[cfg(target_os = "linux")]
fn a_program_in_a_folder_of_any_name_finds_its_modules() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = support::folder();
    let odd = folder.path().join(OsStr::from_bytes(b"f\xfflder"));
    std::fs::create_dir(&odd).unwrap();
    let program = embedder(folder.path(), Linked::Needed);
    let moved = odd.join("embed");
    std::fs::rename(program, &moved).unwrap();
    std::fs::write(odd.join("beside.lua"), "return 23").unwrap();
    let script = folder.path().join("asks.lua");
    std::fs::write(&script, "__lunet_exit_code = require('beside')").unwrap();
    support::command(&moved).arg(script).assert().success();
}

/// A payload of scripts, as docs/embedding.md describes it.
fn pack(files: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = b"LUNETPK1".to_vec();
    bytes.extend(u32::try_from(files.len()).unwrap().to_le_bytes());
    for (path, data) in files {
        bytes.extend(u32::try_from(path.len()).unwrap().to_le_bytes());
        bytes.extend(u64::try_from(data.len()).unwrap().to_le_bytes());
        bytes.extend(path.as_bytes());
        bytes.extend(data.as_bytes());
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&bytes).unwrap();
    packed.finish().unwrap()
}

/// Builds the library for embedding and says where it is.
fn static_library() -> PathBuf {
    let program = support::program("lunet-run");
    let mut build = support::command(Path::new("cargo"));
    build
        .args([
            "rustc",
            "--package",
            "lunet",
            "--lib",
            "--crate-type",
            "staticlib",
        ])
        .timeout(std::time::Duration::from_mins(10));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    build.assert().success();
    program.with_file_name("liblunet.a")
}
