//! Process groups: how a whole group is told to end, and how stray children of it are found.

use std::process::{Child, Command};

/// How urgently a group is told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// SIGTERM: it may clean up.
    Please,
    /// SIGKILL.
    Now,
}

/// Makes the child the leader of a group of its own.
pub(super) fn lead(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(windows)]
    {
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP);
    }
}

/// Waits for the end of the child but leaves its entry in the process table,
/// so that the number of its group can't be given to others meanwhile.
#[cfg(unix)]
pub(super) fn wait_unreaped(child: &mut Child) {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let leader = rustix::process::Pid::from_child(child);
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(leader), options) {}
}

/// Waits for the end of the child; its open handle keeps its number from being given to others.
#[cfg(windows)]
pub(super) fn wait_unreaped(child: &mut Child) {
    _ = child.wait();
}

/// Tells the group that `leader` leads to end. A group that is gone already is no error.
#[cfg(unix)]
pub(super) fn end(leader: u32, urgency: Urgency) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match urgency {
        Urgency::Please => Signal::TERM,
        Urgency::Now => Signal::KILL,
    };
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        _ = kill_process_group(group, signal);
    }
}

/// Tells the tree below `leader` to end. Windows has no polite way for programs without a window.
#[cfg(windows)]
pub(super) fn end(leader: u32, urgency: Urgency) {
    let mut command = Command::new("taskkill");
    command.args(["/T", "/PID", &leader.to_string()]);
    if urgency == Urgency::Now {
        command.arg("/F");
    }
    _ = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
}

/// Kills every process of this user whose environment has `NAME=VALUE`, in whatever group or session it is,
/// and tells how many there were. Where the system doesn't show environments (all but Linux) it finds none.
pub fn end_tracked(name: &str, value: &str) -> usize {
    #[cfg(target_os = "linux")]
    return tracked(&format!("{name}={value}"))
        .into_iter()
        .filter(|process| {
            rustix::process::kill_process(*process, rustix::process::Signal::KILL).is_ok()
        })
        .count();
    #[cfg(not(target_os = "linux"))]
    {
        _ = (name, value);
        0
    }
}

#[cfg(target_os = "linux")]
fn tracked(entry: &str) -> Vec<rustix::process::Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .filter_map(Result::ok)
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .filter(|process: &i32| *process != std::process::id().cast_signed())
        .filter(|process| {
            std::fs::read(format!("/proc/{process}/environ")).is_ok_and(|environment| {
                environment
                    .split(|byte| *byte == 0)
                    .any(|own| own == entry.as_bytes())
            })
        })
        .filter_map(rustix::process::Pid::from_raw)
        .collect()
}
