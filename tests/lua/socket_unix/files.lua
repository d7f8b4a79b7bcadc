-- checks: 129
-- Sockets with a path: the file, its mode, what may be replaced, what a path may be.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("*a"):gsub("%s+$", "")
  pipe:close()
  return text
end

local function exists(path)
  return os.execute("test -e " .. path .. " -o -L " .. path) == 0
end

local prefix = 'nil, "failed to bind unix socket: '

lunet.spawn(function()
  -- With and without a port, which may be anything that is a number.
  for _, port in ipairs({ false, 0, -1, 99999, "7" }) do
    local listener, text
    if port then
      listener, text = socket.listen("unix", "a.sock", port)
    else
      listener, text = socket.listen("unix", "a.sock")
    end
    check.gives("userdata, nil", listener, text)
    check.equal(output("stat -c '%F %a' a.sock"), "socket 600")
    check.gives('"unix", nil', socket.getsockname(listener))
    check.gives('"unix", nil', socket.getpeername(listener))
    check.gives("nil", socket.close(listener))
    check.equal(exists("a.sock"), false)
  end

  -- A connection, both ways of naming its path.
  local listener = assert(socket.listen("unix", "a.sock"))
  for _, arguments in ipairs({ { "./a.sock" }, { "./a.sock", 0 }, { output("pwd") .. "/a.sock", -1 }, { "./a.sock", { timeout_ms = 1000 } } }) do
    local client, text = socket.connect(unpack(arguments))
    check.gives("userdata, nil", client, text)
    local accepted = assert(socket.accept(listener))
    check.gives('"unix", nil', socket.getpeername(client))
    check.gives('"unix", nil', socket.getpeername(accepted))
    check.gives('"unix", nil', socket.getsockname(accepted))
    check.gives("nil", socket.set_nodelay(client, true))
    socket.write(client, "over a path")
    check.gives('"over a path", nil', socket.read(accepted))
    local peer = assert(socket.getpeercred(accepted))
    check.equal(tostring(peer.uid), output("id -u"))
    check.equal(tostring(peer.gid), output("id -g"))
    check.equal(peer.pid, socket.getpeercred(client).pid)
    check.that(peer.pid == nil or peer.pid > 0)
    check.gives("nil", socket.shutdown(client))
    check.gives("nil, nil", socket.read(accepted))
    socket.write(accepted, "back")
    check.gives('"back", nil', socket.read(client))
    socket.close(accepted)
    check.gives("nil, nil", socket.read(client))
    socket.close(client)
  end
  check.fails_with("unix", socket.getpeercred(listener))

  -- Taken: by us, and it goes on living.
  check.gives(prefix .. 'address already in use"', socket.listen("unix", "a.sock"))
  check.gives(prefix .. 'address already in use"', socket.listen("unix", "./a.sock", 1))
  local client = assert(socket.connect("./a.sock"))
  socket.write(client, "alive")
  -- Elsewhere than on Linux the look at who listens was a connection, too, that hung up at once.
  local accepted, data
  local hung_up = -1
  repeat
    accepted = assert(socket.accept(listener))
    data = socket.read(accepted)
    hung_up = hung_up + 1
    if not data then
      socket.close(accepted)
    end
  until data
  check.equal(data, "alive")
  check.that(hung_up == 0 or jit.os ~= "Linux", "a look is no connection")
  socket.close(client)
  socket.close(accepted)
  check.gives("nil", socket.close(listener))
  check.gives('nil, "no such file or directory"', socket.connect("./a.sock"))

  -- Not ours to touch: a file, a folder, links to anything, even to a socket that nobody serves.
  os.execute("echo precious > file; mkdir folder; ln -s file link; ln -s nowhere dangling; mkfifo pipe")
  for _, path in ipairs({ "file", "folder", "link", "dangling", "pipe" }) do
    check.fails_with("failed to bind unix socket: ", socket.listen("unix", path))
    check.that(exists(path), path)
  end
  check.equal(output("cat file"), "precious")
  check.equal(output("readlink link dangling | tr '\\n' ' '"), "file nowhere")
  check.equal(exists("nowhere"), false)

  -- Paths that fit, and paths that are none.
  local longest = ("x"):rep(107)
  listener = socket.listen("unix", longest)
  if jit.os == "Linux" then
    check.equal(exists(longest), true)
    client = assert(socket.connect("./" .. ("y"):rep(0) .. "file") == nil)
  else
    check.that(true)
  end
  if listener then
    socket.close(listener)
  end
  check.equal(exists(longest), false)
  check.fails_with("failed to bind unix socket: ", socket.listen("unix", ("x"):rep(108)))
  check.equal(output("ls -d x* 2>/dev/null"), "")
  check.fails_with("failed to bind unix socket: ", socket.listen("unix", ("x"):rep(5000)))
  check.gives(prefix .. 'invalid argument"', socket.listen("unix", ""))
  check.gives(prefix .. 'invalid argument"', socket.listen("unix", "a\0b"))
  check.gives(prefix .. 'invalid argument"', socket.listen("unix", "\0abstract"))
  check.equal(exists("a"), false)
  check.gives(prefix .. 'permission denied"', socket.listen("unix", "missing/folder/a.sock"))
  check.gives(prefix .. 'not a directory"', socket.listen("unix", "file/a.sock"))
  check.gives('nil, "connection refused"', socket.connect("./file"))
  check.gives('nil, "connection refused"', socket.connect("./folder"))

  -- Removed only while it is the file that was bound.
  listener = assert(socket.listen("unix", "moved.sock"))
  os.execute("mv moved.sock elsewhere.sock; echo mine > moved.sock")
  check.gives("nil", socket.close(listener))
  check.equal(output("cat moved.sock"), "mine")
  -- What was left at another path is a socket that nobody serves: it is replaced.
  check.equal(output("stat -c %F elsewhere.sock"), "socket")
  check.gives('nil, "connection refused"', socket.connect("./elsewhere.sock"))
  listener = assert(socket.listen("unix", "elsewhere.sock"))
  check.equal(output("stat -c %a elsewhere.sock"), "600")
  socket.close(listener)
  check.equal(exists("elsewhere.sock"), false)

  -- The same path over and over, and two listeners at once.
  for _ = 1, 300 do
    socket.close((assert(socket.listen("unix", "often.sock"))))
  end
  check.equal(exists("often.sock"), false)
  local one, two = assert(socket.listen("unix", "one.sock")), assert(socket.listen("unix", "two.sock"))
  socket.close(one)
  check.gives("false, true", exists("one.sock"), exists("two.sock"))
  socket.close(two)

  -- Who waits to accept is woken; connections that nobody took see the end.
  listener = assert(socket.listen("unix", "a.sock"))
  local woken
  lunet.spawn(function()
    woken = check.show(socket.accept(listener))
  end)
  socket.close(listener)
  check.equal(woken, 'nil, "listener closed"')
  listener = assert(socket.listen("unix", "a.sock"))
  client = assert(socket.connect("./a.sock"))
  socket.close(listener)
  check.gives("nil, nil", socket.read(client))
  socket.close(client)
end)
