-- checks: 29
-- `getpeername` and `getsockname`.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  local listener, port = check.listener()
  check.gives('"127.0.0.1:' .. port .. '", nil', socket.getsockname(listener))
  check.gives('nil, "failed to get peer name: socket is not connected"', socket.getpeername(listener))
  for _, wrong in ipairs({ 1, "x", {}, true, io.stdout }) do
    check.gives('nil, "invalid socket handle"', socket.getpeername(wrong))
    check.gives('nil, "invalid socket handle"', socket.getsockname(wrong))
  end
  check.gives('nil, "invalid socket handle"', socket.getpeername())
  check.gives('nil, "invalid socket handle"', socket.getsockname())

  local client = assert(socket.connect("127.0.0.1", port))
  local accepted = assert(socket.accept(listener))
  check.gives('"127.0.0.1:' .. port .. '", nil', socket.getpeername(client))
  check.gives('"127.0.0.1:' .. port .. '", nil', socket.getsockname(accepted))
  check.equal(socket.getpeername(accepted), socket.getsockname(client))
  check.that(socket.getsockname(client):find("^127%.0%.0%.1:%d+$"))
  socket.close(client)
  socket.close(accepted)
  socket.close(listener)
  check.gives('nil, "socket closed"', socket.getpeername(client))
end)

-- `getsockname` works on the main thread, too.
local listener
lunet.spawn(function()
  listener = check.listener("::1")
end)
check.that(socket.getsockname(listener):find("^%[::1%]:%d+$"))

lunet.spawn(function()
  -- IPv6: literals in listen, connect and names.
  local port = check.port(listener)
  local client, text = socket.connect("::1", port)
  check.gives("userdata, nil", client, text)
  local accepted = assert(socket.accept(listener))
  check.gives('"[::1]:' .. port .. '", nil', socket.getpeername(client))
  check.gives('"[::1]:' .. port .. '", nil', socket.getsockname(accepted))
  check.that(socket.getpeername(accepted):find("^%[::1%]:%d+$"))
  socket.write(accepted, "six")
  check.gives('"six", nil', socket.read(client))
  socket.close(client)
  socket.close(accepted)
  client = assert(socket.connect("0:0:0:0:0:0:0:1", port))
  check.gives('"[::1]:' .. port .. '", nil', socket.getpeername(client))
  socket.close(client)
  check.gives('nil, "failed to listen: address already in use"', socket.listen("tcp", "::1", port))
  socket.close(listener)
  check.gives('nil, "connection refused"', socket.connect("::1", port))

  -- `localhost` binds 127.0.0.1, and only that.
  listener = assert(socket.listen("tcp", "localhost", 0))
  port = check.port(listener)
  check.equal(socket.getsockname(listener), "127.0.0.1:" .. port)
  socket.close(listener)
end)
