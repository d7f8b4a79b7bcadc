//! The `lunet-run` program.

fn main() {}
