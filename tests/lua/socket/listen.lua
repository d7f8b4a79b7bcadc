-- checks: 86
-- `socket.listen`: the order of its checks, the loopback rule, ports.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

local refused = 'nil, "binding to non-loopback addresses requires --dangerously-skip-loopback-restriction flag"'
local wrong_port = 'nil, "port must be between 1 and 65535"'

lunet.spawn(function()
  -- Types first, in the order of the arguments, whatever their values.
  check.raises("bad argument #1 to '?' (string expected, got no value)", socket.listen)
  check.raises("bad argument #1 to '?' (string expected, got table)", socket.listen, {})
  check.raises("bad argument #2 to '?' (string expected, got no value)", socket.listen, "tcp")
  check.raises("bad argument #2 to '?' (string expected, got nil)", socket.listen, "nonsense", nil, {})
  check.raises("bad argument #3 to '?' (number expected, got no value)", socket.listen, "tcp", "127.0.0.1")
  check.raises("bad argument #3 to '?' (number expected, got nil)", socket.listen, "tcp", "127.0.0.1", nil)
  check.raises("bad argument #3 to '?' (number expected, got string)", socket.listen, "tcp", "127.0.0.1", "http")
  check.raises("bad argument #3 to '?' (number expected, got table)", socket.listen, "unix", "x.sock", {})
  check.raises("bad argument #3 to '?' (number expected, got boolean)", socket.listen, "nonsense", "127.0.0.1", true)

  -- Then the protocol, then the host, then the port.
  for _, protocol in ipairs({ "udp", "TCP", "tcp ", "", "tcp\0", "tcp6" }) do
    -- lunet-lint: allow(public-bind) it must be refused, for its protocol
    check.gives('nil, "only tcp and unix are supported"', socket.listen(protocol, "8.8.8.8", -1))
  end
  for _, host in ipairs({
    "127.0.0.2", "127.1", "0.0.0.0", "::", "", " 127.0.0.1", "127.0.0.1 ", "127.0.0.1\0", "LOCALHOST",
    "localhost.", "0", "2130706433", "0x7f.0.0.1", "::ffff:127.0.0.1", "[::1]", "0:0:0:0:0:0:0:1", "::1%lo",
    "8.8.8.8", "example.org",
  }) do
    check.gives(refused, socket.listen("tcp", host, -1))
    check.gives(refused, socket.listen("tcp", host, 8080))
  end
  for _, port in ipairs({ -1, 65536, 65537, 131072, 2 ^ 31, 2 ^ 32 + 80, 2 ^ 53, 1e300, -1e300, math.huge, -math.huge, 0 / 0, "65536", "-1" }) do
    check.gives(wrong_port, socket.listen("tcp", "127.0.0.1", port))
  end

  -- Port 0 is a free one; fractions are cut off, numeric strings are numbers.
  for _, port in ipairs({ 0, 0.9, "0", " 0x0 " }) do
    local listener, text = socket.listen("tcp", "127.0.0.1", port)
    check.gives("userdata, nil", listener, text)
    check.that(check.port(listener) >= 1)
    check.gives("nil", socket.close(listener))
  end
  check.gives('userdata, nil', socket.listen("tcp", "localhost", 0))

  -- A taken port is told when it listens. After close it is free at once, even with connections.
  local listener, port = check.listener()
  check.gives('nil, "failed to listen: address already in use"', socket.listen("tcp", "127.0.0.1", port))
  check.gives('nil, "failed to listen: address already in use"', socket.listen("tcp", "localhost", port + 0.5))
  local client = assert(socket.connect("127.0.0.1", port))
  local accepted = assert(socket.accept(listener))
  socket.close(accepted)
  check.gives("nil, nil", socket.read(client))
  socket.close(client)
  socket.close(listener)
  local again, text = socket.listen("tcp", "127.0.0.1", tostring(port))
  check.gives("userdata, nil", again, text)
  check.equal(socket.getsockname(again), "127.0.0.1:" .. port)
  socket.close(again)

  -- Many at once.
  local listeners = {}
  for index = 1, 200 do
    listeners[index] = check.listener()
  end
  for _, each in ipairs(listeners) do
    socket.close(each)
  end
  check.that(true)
  lunet.stop()
end)
