//! The `tools` program.

fn main() -> std::process::ExitCode {
    tools::main()
}
