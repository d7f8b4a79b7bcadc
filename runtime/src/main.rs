//! The `lunet-run` program.

fn main() -> std::process::ExitCode {
    lunet::cli::main()
}
