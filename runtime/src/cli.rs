//! The command line of `lunet-run`: options, then the script, then what belongs to the script.

use std::ffi::{CString, OsString};
use std::io;
use std::process::ExitCode;

use crate::console;
use crate::error::system_text;
use crate::policy::Policy;
use crate::vm::{self, Vm};

/// Exit code for a wrong command line and for a script that can't be loaded or fails.
const FAILED: u8 = 1;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Help,
    Version,
    Run {
        policy: Policy,
        script: Vec<u8>,
        arguments: Vec<Vec<u8>>,
    },
    /// A wrong command line, and what to say about it.
    Wrong(Vec<u8>),
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let mut arguments = std::env::args_os().map(OsString::into_encoded_bytes);
    let program = arguments.next().unwrap_or_else(|| b"lunet-run".to_vec());
    match parse(&program, arguments.collect()) {
        Request::Help => say(&usage(&String::from_utf8_lossy(&program))),
        Request::Version => say(concat!("lunet-run ", env!("CARGO_PKG_VERSION"), "\n")),
        Request::Wrong(text) => {
            console::complain(&[&text]);
            ExitCode::from(FAILED)
        }
        Request::Run {
            policy,
            script,
            arguments,
        } => run(policy, &script, &arguments),
    }
}

fn say(text: &str) -> ExitCode {
    whole(ExitCode::SUCCESS, console::say(text))
}

/// The exit code of a run whose output was written, or was not.
fn whole(code: ExitCode, written: io::Result<()>) -> ExitCode {
    let Err(error) = written else { return code };
    let reason = system_text(&error);
    console::complain(&[b"Error: cannot write to stdout: ", reason.as_bytes()]);
    if code == ExitCode::SUCCESS {
        ExitCode::from(FAILED)
    } else {
        code
    }
}

/// The exit code of a run that claims success although output was lost on the way.
#[cfg(unix)]
fn not_lost(code: ExitCode) -> ExitCode {
    if code == ExitCode::SUCCESS && console::has_lost_output() {
        let lost = io::Error::other("an earlier write failed");
        return whole(code, Err(lost));
    }
    code
}

fn parse(program: &[u8], arguments: Vec<Vec<u8>>) -> Request {
    let (mut policy, mut options) = (Policy::default(), 0);
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument.as_slice() {
            b"-h" | b"--help" => return Request::Help,
            b"--version" => return Request::Version,
            b"--dangerously-skip-loopback-restriction" => {
                console::complain(&[
                    b"WARNING: Loopback restriction disabled. Binding to public interfaces allowed.",
                ]);
                policy.any_address = true;
            }
            b"--verbose-trace" => console::complain(&[
                b"Note: verbose tracing is a compile-time option (LUNET_TRACE_VERBOSE); flag ignored.",
            ]),
            [b'-', ..] => return Request::Wrong([b"Unknown option: ", argument.as_slice()].concat()),
            _ => return Request::Run { policy, script: argument, arguments: rest.collect() },
        }
        options += 1;
    }
    Request::Wrong(if options > 0 {
        b"Error: No script file specified.".to_vec()
    } else {
        usage(&String::from_utf8_lossy(program))
            .trim_end()
            .as_bytes()
            .to_vec()
    })
}

fn usage(program: &str) -> String {
    format!(
        "Usage: {program} [OPTIONS] <lua_file>

Options:
  --dangerously-skip-loopback-restriction
      Allow binding to addresses other than 127.0.0.1, ::1 and localhost
      (whoever reaches this machine can then reach the script)
  --verbose-trace
      Enable verbose per-event tracing (debug builds only)
  -h, --help
      Print this help
  --version
      Print the version
"
    )
}

fn run(policy: Policy, script: &[u8], arguments: &[Vec<u8>]) -> ExitCode {
    let Ok(path) = CString::new(script) else {
        console::complain(&[b"Error: cannot open ", script, b": the name contains NUL"]);
        return ExitCode::from(FAILED);
    };
    #[cfg(unix)]
    console::outlive_readers();
    let ended = Vm::new(policy).map(|vm| {
        // The state ends only when the script's error has been told.
        exit_code(prepare(&vm, script, arguments).and_then(|()| vm.run_file(&path)))
    });
    let code = ended.unwrap_or_else(|error| exit_code(Err(error)));
    #[cfg(unix)]
    let code = whole(code, console::flush());
    #[cfg(unix)]
    let code = not_lost(code);
    code
}

/// What the state needs to know before it runs a script.
fn prepare(vm: &Vm, script: &[u8], arguments: &[Vec<u8>]) -> Result<(), vm::Error> {
    if let Some(folder) = module_folder() {
        vm.add_module_folder(&folder)?;
    }
    vm.set_arguments(script, arguments)
}

/// The exit code for how a script ended; an error is told.
fn exit_code(ended: Result<i32, vm::Error>) -> ExitCode {
    match ended {
        // What a process can tell is the low byte, as of any exit code.
        #[expect(clippy::cast_sign_loss, reason = "the low byte is meant")]
        Ok(code) => ExitCode::from((code & 0xff) as u8),
        Err(error) => {
            console::complain(&[b"Error: ", &error.bytes()]);
            ExitCode::from(FAILED)
        }
    }
}

/// The folder of the running executable, links resolved, however it was started.
fn module_folder() -> Option<std::path::PathBuf> {
    let executable = std::env::current_exe()
        .and_then(std::fs::canonicalize)
        .ok()?;
    executable.parent().map(std::path::Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &Request) {
        let arguments = line
            .split_whitespace()
            .map(|word| word.as_bytes().to_vec())
            .collect();
        assert_eq!(&parse(b"lunet-run", arguments), expected, "{line}");
    }

    fn script(name: &str, arguments: &[&str], any_address: bool) -> Request {
        Request::Run {
            policy: Policy { any_address },
            script: name.as_bytes().to_vec(),
            arguments: arguments
                .iter()
                .map(|word| word.as_bytes().to_vec())
                .collect(),
        }
    }

    #[test]
    fn options_stand_before_the_script_only() {
        check("a.lua", &script("a.lua", &[], false));
        check(
            "a.lua -x --help",
            &script("a.lua", &["-x", "--help"], false),
        );
        check(
            "--dangerously-skip-loopback-restriction a.lua",
            &script("a.lua", &[], true),
        );
        check("--verbose-trace a.lua b", &script("a.lua", &["b"], false));
        check("--version", &Request::Version);
        check("-h a.lua", &Request::Help);
    }

    #[test]
    fn a_wrong_command_line_is_said_to_be_wrong() {
        check("-x", &Request::Wrong(b"Unknown option: -x".to_vec()));
        check("-", &Request::Wrong(b"Unknown option: -".to_vec()));
        check(
            "--verbose-trace",
            &Request::Wrong(b"Error: No script file specified.".to_vec()),
        );
        let Request::Wrong(text) = parse(b"lunet-run", Vec::new()) else {
            panic!("no script is wrong")
        };
        assert!(text.starts_with(b"Usage: lunet-run [OPTIONS] <lua_file>\n\nOptions:\n"));
    }
}
