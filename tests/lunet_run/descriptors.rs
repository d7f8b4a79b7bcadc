//! Descriptors: what children inherit, and what happens when none is left. Unix only.

#[cfg(target_os = "linux")]
use super::run;
use super::{HEAD, Ran};
use crate::support;

/// Runs a script that may have so many descriptors.
fn run_with(descriptors: u32, script: &str) -> Ran {
    let folder = support::folder();
    std::fs::write(folder.path().join("script.lua"), format!("{HEAD}{script}")).unwrap();
    let output = support::command("/bin/sh".as_ref())
        .arg("-c")
        .arg(format!("ulimit -n {descriptors}; exec \"$0\" script.lua"))
        .arg(support::program("lunet-run"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    Ran::new(output.status, &output.stdout, &output.stderr)
}

/// Everything that can be open is open, and a child sees what a child sees without all of it.
#[test]
#[cfg(target_os = "linux")]
fn children_inherit_no_descriptor_and_no_signal() {
    let ran = run("local function seen(command)
          local pipe = io.popen(command)
          local text = pipe:read('*a')
          pipe:close()
          return text
        end
        local commands = {
          'for f in /proc/self/fd/*; do readlink $f; done | grep -E \"socket|eventpoll|eventfd|signalfd|timerfd\" | wc -l',
          'grep -E \"SigBlk|SigIgn\" /proc/self/status',
        }
        local before = {}
        for index, command in ipairs(commands) do before[index] = seen(command) end
        lunet.spawn(function()
          local tcp, unix = socket.listen('tcp', '127.0.0.1', 0), socket.listen('unix', 'a.sock')
          local port = tonumber(socket.getsockname(tcp):match(':(%d+)$'))
          local handles = { socket.connect('127.0.0.1', port), socket.connect('./a.sock'), socket.connect('localhost', port) }
          handles[4], handles[5], handles[6] = socket.accept(tcp), socket.accept(unix), socket.accept(tcp)
          assert(#handles == 6)
          for index, command in ipairs(commands) do print(seen(command) == before[index]) end
          print(tonumber(before[1]))
          io.stdout:flush()
          os.execute('grep SigBlk /proc/self/status; yes | head -n 1')
          lunet.stop()
        end)");
    ran.gives(0, "true\ntrue\n0\nSigBlk:\t0000000000000000\ny\n", "");
}

#[test]
fn accept_stays_parked_while_none_is_left_and_goes_on_then() {
    let ran = run_with(
        32,
        "lunet.spawn(function()
           local listener = assert(socket.listen('tcp', '127.0.0.1', 0))
           local port = tonumber(socket.getsockname(listener):match(':(%d+)$'))
           local clients, texts = {}, {}
           local spare = {}
           while true do
             local client, text = socket.connect('127.0.0.1', port)
             if not client then print(text) break end
             clients[#clients + 1] = client
           end
           print(select(2, socket.listen('tcp', '127.0.0.1', 0)))
           print(select(2, socket.listen('unix', 'a.sock')))
           print(select(2, socket.connect('./a.sock')))
           local accepted
           lunet.spawn(function() accepted = assert(socket.accept(listener)) print('accepted') end)
           print(accepted, socket.accept(listener))
           lunet.sleep(0)
           print(accepted)
           -- A descriptor of a socket.
           socket.close(table.remove(clients, 1))
           while not accepted do lunet.sleep(1) end
           socket.close(accepted)
           -- One that is not a socket's: nobody tells, so it is looked for again.
           local files = {}
           repeat
             local file = io.open('/dev/null')
             files[#files + 1] = file
           until not file
           accepted = nil
           print(socket.accept(listener, { timeout_ms = 5 }))
           lunet.spawn(function() accepted = assert(socket.accept(listener)) print('accepted') end)
           lunet.sleep(0)
           files[1]:close()
           while not accepted do lunet.sleep(1) end
           lunet.stop()
         end)",
    );
    let expected = "failed to start connect: too many open files
failed to initialize TCP: too many open files
failed to bind unix socket: too many open files
too many open files
nil\tnil\tanother accept already in progress
nil
accepted
nil\toperation timed out
accepted
";
    ran.gives(0, expected, "");
}
