#!/usr/bin/env bash
# Writes first.ld anew: the functions that lunet-run enters from its start to the end of an empty
# script, as callgrind sees them. Run it when LuaJIT or the start has changed; needs valgrind.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=.tmp/first
mkdir -p "$out"
CARGO_PROFILE_RELEASE_STRIP=none timeout 900 cargo build --quiet --release --locked --package lunet
timeout 120 valgrind --quiet --tool=callgrind --demangle=no --callgrind-out-file="$out/calls" \
    target/release/lunet-run runtime/benches/scripts/empty.lua

# callgrind names an object or a function at its first mention and gives the number afterwards.
# Hashes of crates and functions change with every build, so they become wildcards.
awk '
    match($0, /^c?(ob|fn)=\([0-9]+\)/) {
        id = substr($0, index($0, "="), RLENGTH); sub(/^=/, "", id); sub(/\).*/, ")", id)
        kind = ($0 ~ /^c?ob=/) ? "ob" : "fn"
        name = $0; sub(/^[^)]*\) ?/, "", name)
        if (name != "") names[kind, id] = name
        if ($0 ~ /^ob=/) object = names["ob", id]
        if ($0 ~ /^fn=/ && object ~ /lunet-run$/) print names["fn", id]
    }
' "$out/calls" |
    sed -nE "s/'[0-9]+$//; s/17h[0-9a-f]{16}E$/17h*/; s/Cs[0-9A-Za-z]+_/Cs*_/g; s/\\$/?/g; /^[A-Za-z_]/p" |
    LC_ALL=C sort -u > "$out/names"

{
    echo "/* The functions that run from the start of lunet-run to the end of an empty script, side by side:"
    echo "   the kernel maps what lies around a page in use, so scattered ones cost memory and time."
    echo "   Written by first.sh. */"
    echo "SECTIONS"
    echo "{"
    echo "  .text : {"
    sed 's/.*/    *(.text.&)/' "$out/names"
    echo "    *lj_vm.o(.text)"
    echo "    *(.text .text.*)"
    echo "  }"
    echo "}"
    echo "INSERT BEFORE .fini;"
} > runtime/link/first.ld
wc -l < "$out/names"
