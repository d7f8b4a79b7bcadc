//! Trees and patterns, with the files that GitHub's glob library finds for them.

use std::{fs, path::Path};

use super::{hash_files, matching};

fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in [
        "a/f.txt",
        "a/b/g.txt",
        "a/b/c/h.lock",
        "a/b/.dot",
        "a.txt",
        ".hid/i.txt",
        "src/Cargo.lock",
        "br{ace.txt",
    ] {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

fn check(folder: &Path, patterns: &[&str], expected: &[&str]) {
    let patterns: Vec<_> = patterns.iter().map(ToString::to_string).collect();
    assert_eq!(
        matching(folder, &patterns).unwrap(),
        expected,
        "{patterns:?}"
    );
}

#[test]
fn patterns_find_files_in_order() {
    let tree = tree();
    let all = [
        ".hid/i.txt",
        "a/b/.dot",
        "a/b/c/h.lock",
        "a/b/g.txt",
        "a/f.txt",
        "a.txt",
        "br{ace.txt",
        "src/Cargo.lock",
    ];
    let check = |patterns: &[&str], expected: &[&str]| check(tree.path(), patterns, expected);
    check(&["**"], &all);
    check(&["*"], &all);
    check(
        &["a"],
        &["a/b/.dot", "a/b/c/h.lock", "a/b/g.txt", "a/f.txt"],
    );
    check(&["a/*.txt"], &["a/f.txt"]);
    check(&["**/*.lock", "!src/**"], &["a/b/c/h.lock"]);
    check(
        &["**/*.txt", "!a", "a/b"],
        &[
            ".hid/i.txt",
            "a/b/.dot",
            "a/b/c/h.lock",
            "a/b/g.txt",
            "a.txt",
            "br{ace.txt",
        ],
    );
    check(&["br{ace.txt"], &["br{ace.txt"]);
    check(&["{a,b}.txt"], &[]);
    check(&["[[:alpha:]].txt"], &["a.txt"]);
    check(&["f.txt/"], &[]);
    check(
        &["a/**/h.lock\n# comment\n./a.txt"],
        &["a/b/c/h.lock", "a.txt"],
    );
    check(&["src", "a.txt"], &["src/Cargo.lock", "a.txt"]);
    check(&["!a.txt"], &[]);
    check(&["/etc/hostname"], &[]);
    assert!(matching(tree.path(), &["a/../a.txt".to_owned()]).is_err());
}

#[test]
fn the_hash_is_over_the_hashes_of_the_files() {
    let tree = tree();
    let hashed = hash_files(tree.path(), &["a.txt".to_owned(), "a/f.txt".to_owned()]).unwrap();
    assert_eq!(hashed.files, ["a.txt", "a/f.txt"]);
    let expected: String = ["a.txt", "a/f.txt"]
        .iter()
        .map(|file| super::sha256(file.as_bytes()))
        .collect();
    let bytes: Vec<u8> = (0..expected.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&expected[at..at + 2], 16).unwrap())
        .collect();
    assert_eq!(hashed.hash, super::sha256(&bytes));
    assert_eq!(
        hash_files(tree.path(), &["nothing".to_owned()])
            .unwrap()
            .hash,
        ""
    );
}
