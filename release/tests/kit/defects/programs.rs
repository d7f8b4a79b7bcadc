//! Defects of programs.

use crate::{
    Case,
    programs::{
        ARM64, BUNDLE, EXECUTE, X86_64, elf, linux, linux_with_debug, linux_with_run_path, macho,
        macos, pe, rpath, segment, universal, windows,
    },
};

const RPATH: u64 = 15;
const RUNPATH: u64 = 29;

pub(crate) const ALL: &[Case] = &[
    Case {
        name: "a script as the runtime",
        plant: |kit| kit.linux().program(b"#!/bin/sh\necho 1.2.0\n".to_vec()),
        fails: &["binary"],
    },
    Case {
        name: "ELF of another CPU",
        plant: |kit| kit.linux().program(elf(183, 3, 2)),
        fails: &["binary"],
    },
    Case {
        name: "ELF of 32 bits",
        plant: |kit| kit.linux().program(elf(3, 2, 1)),
        fails: &["binary"],
    },
    Case {
        name: "ELF that is an object",
        plant: |kit| kit.linux().program(elf(62, 1, 2)),
        fails: &["binary"],
    },
    Case {
        name: "ELF cut short",
        plant: |kit| kit.linux().program(linux()[..40].to_vec()),
        fails: &["binary"],
    },
    Case {
        name: "Mach-O on Linux",
        plant: |kit| kit.linux().program(macos()),
        fails: &["binary"],
    },
    Case {
        name: "a module of another system",
        plant: |kit| kit.linux().add("lunet/other/x.dylib", &macos()),
        fails: &["binary"],
    },
    Case {
        name: "a module that is no program",
        plant: |kit| kit.windows().add("lunet/x.dll", b"text"),
        fails: &["binary"],
    },
    Case {
        name: "Mach-O of another CPU",
        plant: |kit| kit.macos().program(macho(X86_64, EXECUTE, &[])),
        fails: &["binary"],
    },
    Case {
        name: "Mach-O that can't be started",
        plant: |kit| kit.macos().program(macho(ARM64, BUNDLE, &[])),
        fails: &["binary"],
    },
    Case {
        name: "universal without arm64",
        plant: |kit| {
            kit.macos()
                .program(universal(&[(X86_64, macho(X86_64, EXECUTE, &[]))]));
        },
        fails: &["binary"],
    },
    Case {
        name: "universal that lies about its slice",
        plant: |kit| {
            kit.macos()
                .program(universal(&[(ARM64, macho(X86_64, EXECUTE, &[]))]));
        },
        fails: &["binary"],
    },
    Case {
        name: "PE of 32 bits",
        plant: |kit| kit.windows().program(pe(0x14c, 0x10b, 0x22, &[])),
        fails: &["binary"],
    },
    Case {
        name: "PE of another CPU",
        plant: |kit| kit.windows().program(pe(0xaa64, 0x20b, 0x22, &[])),
        fails: &["binary"],
    },
    Case {
        name: "a DLL as the runtime",
        plant: |kit| kit.windows().program(pe(0x8664, 0x20b, 0x2022, &[])),
        fails: &["binary"],
    },
    Case {
        name: "an absolute RPATH",
        plant: |kit| kit.linux().program(linux_with_run_path(RPATH, "/usr/lib")),
        fails: &["binary"],
    },
    Case {
        name: "a second RUNPATH entry",
        plant: |kit| {
            kit.linux()
                .program(linux_with_run_path(RUNPATH, "$ORIGIN/lunet:lib"));
        },
        fails: &["binary"],
    },
    Case {
        name: "an empty RUNPATH entry",
        plant: |kit| {
            kit.linux()
                .add("lunet/digest.so", &linux_with_run_path(RUNPATH, "$ORIGIN:"));
        },
        fails: &["binary"],
    },
    Case {
        name: "an absolute LC_RPATH",
        plant: |kit| {
            kit.macos()
                .program(macho(ARM64, EXECUTE, &[rpath("/opt/lib")]));
        },
        fails: &["binary"],
    },
    Case {
        name: "an LC_RPATH in another slice",
        plant: |kit| {
            kit.macos().program(universal(&[
                (ARM64, macos()),
                (X86_64, macho(X86_64, EXECUTE, &[rpath("lib")])),
            ]));
        },
        fails: &["binary"],
    },
    Case {
        name: "a path of the builder",
        plant: |kit| {
            kit.linux()
                .program([linux(), b"/home/me/lunet/src/main.rs".to_vec()].concat());
        },
        fails: &["hygiene"],
    },
    Case {
        name: "a path of a Windows builder",
        plant: |kit| {
            kit.windows()
                .program([windows(), br"D:\a\lunet\src\main.rs".to_vec()].concat());
        },
        fails: &["hygiene"],
    },
    Case {
        name: "a path of the registry",
        plant: |kit| {
            kit.macos()
                .program([macos(), b"x/.cargo/registry/src".to_vec()].concat());
        },
        fails: &["hygiene"],
    },
    Case {
        name: "a trace build",
        plant: |kit| {
            kit.linux()
                .program([linux(), b"[SOCKET_TRACE] accept".to_vec()].concat());
        },
        fails: &["hygiene"],
    },
    Case {
        name: "a trace mark in a module",
        plant: |kit| {
            kit.windows().add(
                "lunet/digest.dll",
                &[windows(), b"[MEM_TRACE]".to_vec()].concat(),
            );
        },
        fails: &["hygiene"],
    },
    Case {
        name: "debug sections",
        plant: |kit| kit.linux().program(linux_with_debug(65_537)),
        fails: &["hygiene"],
    },
    Case {
        name: "a debug segment",
        plant: |kit| {
            kit.macos()
                .program(macho(ARM64, EXECUTE, &[segment("__DWARF", 65_537)]));
        },
        fails: &["hygiene"],
    },
    Case {
        name: "debug sections of Windows",
        plant: |kit| {
            kit.windows().program(pe(
                0x8664,
                0x20b,
                0x22,
                &[(".debug_info", 60_000), (".debug_line", 6_000)],
            ));
        },
        fails: &["hygiene"],
    },
];
