//! Memory: what happens when there is none left. Linux only, because other systems do not limit it.

use super::{HEAD, Ran};
use crate::support;

/// Fills what Lua may have, without collecting.
const FILL: &str = "local kept = {}
    local function fill()
      collectgarbage('stop')
      local size = 1024 * 1024
      while size >= 64 do
        local fine, text = pcall(string.format, '%d%s', #kept, ('x'):rep(size))
        if fine then kept[#kept + 1] = text else size = size / 2 end
      end
    end
    for index = 1, 30000 do kept[index] = 0 end
    for index = 1, 30000 do kept[index] = nil end\n";

/// Runs a script that may have so much memory.
fn run_with(kibibytes: u32, script: &str) -> Ran {
    let folder = support::folder();
    let script = format!("{HEAD}{FILL}{script}");
    std::fs::write(folder.path().join("script.lua"), script).unwrap();
    let output = support::command("/bin/sh".as_ref())
        .arg("-c")
        .arg(format!("ulimit -v {kibibytes}; exec \"$0\" script.lua"))
        .arg(support::program("lunet-run"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    Ran::new(output.status, &output.stdout, &output.stderr)
}

const NONE: &str = "Error: not enough memory\n";

/// However little there is: the program begins, or says why it can't.
#[test]
fn beginning_without_memory_is_told() {
    for kibibytes in (4_000..40_000).step_by(400) {
        let ran = run_with(kibibytes, "");
        assert!(ran.status.code().is_some(), "{kibibytes}: {}", ran.stderr);
    }
}

/// To ask how the script wants to end takes none.
#[test]
fn ending_without_memory_is_an_end() {
    let fill = "kept, size = {}, 2 ^ 20
        for index = 1, 30000 do kept[index] = 0 end
        for index = 1, 30000 do kept[index] = nil end
        local function step() kept[#kept + 1] = ('x'):rep(size) .. #kept end
        local function fill()
          collectgarbage('stop')
          while size >= 1 do
            if not pcall(step) then size = size / 2 end
          end
        end\n";
    for end in [
        "fill()",
        "lunet.on_stop(fill)",
        "lunet.spawn(function() lunet.sleep(1) fill() end)",
    ] {
        for kibibytes in [60_000, 100_000] {
            run_with(kibibytes, &format!("{fill}{end}")).gives(0, "", "");
        }
    }
}

#[test]
fn spawning_without_memory_raises() {
    let forever = "while true do lunet.spawn(function() lunet.sleep(1e6) end) end";
    run_with(60_000, &format!("fill() {forever}")).gives(1, "", NONE);
    let stop = "while true do lunet.on_stop(print) end";
    run_with(60_000, &format!("fill() {stop}")).gives(1, "", NONE);
}

/// A coroutine that can't wait is told so, and what waits already is no hindrance to the end.
#[test]
fn waiting_without_memory_is_told() {
    for kibibytes in [60_000, 70_000, 90_000, 130_000] {
        let forever = "while true do
              lunet.spawn(function()
                local _, text = pcall(lunet.sleep, 1e6)
                io.stderr:write(text, '\\n')
                os.exit(1)
              end)
            end";
        let ran = run_with(kibibytes, forever);
        assert_eq!(ran.status.code(), Some(1), "{}", ran.stderr);
        let told = [NONE, "lunet.sleep: out of memory\n"].contains(&ran.stderr.as_str());
        assert!(told, "{}", ran.stderr);
    }
}

#[test]
fn a_write_that_can_not_be_kept_is_told() {
    let script = "lunet.spawn(function()
          local listener = assert(socket.listen('tcp', '127.0.0.1', 0))
          local port = tonumber(socket.getsockname(listener):match(':(%d+)$'))
          local client = assert(socket.connect('127.0.0.1', port))
          print(socket.write(client, ('x'):rep(100e6)))
          lunet.stop()
        end)";
    run_with(300_000, script).gives(0, "out of memory\n", "");
}

/// The connection is as before: what came is there for a read that takes less.
#[test]
fn a_read_for_which_there_is_no_memory_is_told() {
    let script = "lunet.spawn(function()
          local listener = assert(socket.listen('tcp', '127.0.0.1', 0))
          local port = tonumber(socket.getsockname(listener):match(':(%d+)$'))
          local client = assert(socket.connect('127.0.0.1', port))
          local accepted = assert(socket.accept(listener))
          socket.set_read_buffer_size(64 * 1024 * 1024)
          lunet.spawn(function() print(socket.read(client)) end)
          socket.write(accepted, 'parked')
          socket.write(client, 'at once')
          print(socket.read(accepted))
          lunet.sleep(5)
          socket.set_read_buffer_size(4096)
          print(socket.read(accepted))
          print(socket.read(client))
          lunet.stop()
        end)";
    let told = "nil\tout of memory\n";
    let expected = format!("{told}{told}at once\tnil\nparked\tnil\n");
    run_with(60_000, script).gives(0, &expected, "");
}

/// A name is looked up on another thread, whose stack needs room.
#[test]
fn a_thread_that_can_not_be_started_is_told() {
    let script = "local ffi = require('ffi')
        ffi.cdef('void *mmap(void *, size_t, int, int, int, long); int munmap(void *, size_t);')
        local taken, size = {}, 2 ^ 20
        lunet.spawn(function()
          while true do
            local room = ffi.C.mmap(nil, size, 0, 0x22, -1, 0)
            if ffi.cast('intptr_t', room) == -1 then break end
            taken[#taken + 1] = room
          end
          -- Room for everything but the stack of a thread.
          ffi.C.munmap(table.remove(taken), size)
          print(socket.connect('localhost', 1))
          print(socket.connect('localhost', 1))
          for _, room in ipairs(taken) do ffi.C.munmap(room, size) end
          print(socket.connect('localhost', 1))
        end)";
    let told = "nil\tfailed to start connect: no thread could be started\n";
    let expected = format!("{told}{told}nil\tconnection refused\n");
    run_with(300_000, script).gives(0, &expected, "");
}
