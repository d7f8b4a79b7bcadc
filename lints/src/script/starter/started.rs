//! Commands that stand among the words of another one: of `xargs`, `find -exec`, `ssh` and containers.

use super::{SSH_OPTIONS, behind_options, unwrapped};
use crate::script::{Command, Word};

/// The options of `parallel` that take a value.
pub(in crate::script) const PARALLEL_OPTIONS: [&str; 9] = [
    "-j",
    "--jobs",
    "-n",
    "-N",
    "-a",
    "--arg-file",
    "-I",
    "--delay",
    "--joblog",
];

/// The command that another one starts for each of its inputs.
pub(super) fn started<'t>(command: &Command<'t>) -> Option<Command<'t>> {
    let start = match command.program() {
        "xargs" => behind_options(
            &command.words,
            &[
                "-n",
                "-I",
                "-P",
                "-L",
                "-d",
                "-a",
                "-s",
                "-E",
                "--max-args",
                "--max-procs",
                "--delimiter",
                "--arg-file",
                "--max-chars",
            ],
            0,
        ),
        "parallel" => behind_options(&command.words, &PARALLEL_OPTIONS, 0),
        "find" => {
            let action = command
                .words
                .iter()
                .position(|word| matches!(&*word.text, "-exec" | "-execdir" | "-ok" | "-okdir"))?;
            action + 1
        }
        "ssh" => {
            let host = behind_options(&command.words, &SSH_OPTIONS, 0);
            // One word behind the host is a script of its own.
            (command.words.len() > host + 2).then_some(host + 1)?
        }
        "docker" | "docker-compose" | "podman" | "kubectl" | "nerdctl" => {
            in_container(&command.words)?
        }
        _ => return None,
    };
    let words = command
        .words
        .get(start..)
        .filter(|words| !words.is_empty())?;
    let mut words = words.to_vec();
    if command.program() == "find" {
        let end = words
            .iter()
            .position(|word| matches!(&*word.text, ";" | "+"));
        words.truncate(end.unwrap_or(words.len()));
        name_found(&command.words, &mut words);
    }
    // What is started may start another one.
    let inner = unwrapped(words, command.is_bounded).into_iter().next();
    inner.map(|inner| Command {
        is_plain: false,
        ..inner
    })
}

/// What `find` finds lies below the directory where it starts, if that is one only.
fn name_found(find: &[Word], words: &mut [Word]) {
    let mut starts = find[1..]
        .iter()
        .skip_while(|word| matches!(&*word.text, "-H" | "-L" | "-P"))
        .take_while(|word| !word.text.starts_with(['-', '(', '!']));
    if let (Some(start), None) = (starts.next(), starts.next()) {
        for word in words.iter_mut().filter(|word| &*word.text == "{}") {
            word.text = format!("{}/{{}}", start.text).into();
            word.is_literal = start.is_literal;
        }
    }
}

/// The options of `docker exec`, `docker run`, `docker compose run` and `kubectl exec` that take a value.
const CONTAINER_OPTIONS: [&str; 48] = [
    "-e",
    "--env",
    "--env-file",
    "-u",
    "--user",
    "-w",
    "--workdir",
    "-n",
    "--namespace",
    "-c",
    "--container",
    "-v",
    "--volume",
    "-p",
    "--publish",
    "--name",
    "--network",
    "--net",
    "--entrypoint",
    "--platform",
    "-h",
    "--hostname",
    "-l",
    "--label",
    "-m",
    "--memory",
    "--cpus",
    "--mount",
    "--add-host",
    "--restart",
    "--gpus",
    "--shm-size",
    "--ulimit",
    "--device",
    "--tmpfs",
    "--link",
    "--cap-add",
    "--cap-drop",
    "--security-opt",
    "--ipc",
    "--pid",
    "--log-driver",
    "--log-opt",
    "--expose",
    "--dns",
    "--ip",
    "--volumes-from",
    "--pull",
];

/// Where the command of `docker exec`, `docker run` and `kubectl exec` begins, behind the container or its image.
fn in_container(words: &[Word<'_>]) -> Option<usize> {
    let exec = words
        .iter()
        .position(|word| matches!(&*word.text, "exec" | "run"))?;
    let is_kubectl = words[0].text.ends_with("kubectl");
    let dashes = words.iter().position(|word| &*word.text == "--");
    if let Some(dashes) = dashes.filter(|_| is_kubectl) {
        return Some(dashes + 1);
    }
    let start = exec + behind_options(&words[exec..], &CONTAINER_OPTIONS, 1);
    let option = words
        .get(start)
        .is_some_and(|word| word.text.starts_with('-'));
    (!option).then_some(start)
}
