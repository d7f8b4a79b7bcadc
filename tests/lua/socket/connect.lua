-- checks: 63
-- `socket.connect`: addresses, names, ports, failures that leave nothing behind.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

local wrong_port = 'nil, "port must be between 1 and 65535"'

lunet.spawn(function()
  check.raises("bad argument #1 to '?' (string expected, got no value)", socket.connect)
  check.raises("bad argument #1 to '?' (string expected, got table)", socket.connect, {}, 1)
  check.raises("bad argument #2 to '?' (number expected, got no value)", socket.connect, "127.0.0.1")
  check.raises("bad argument #2 to '?' (number expected, got nil)", socket.connect, "127.0.0.1", nil)
  check.raises("bad argument #2 to '?' (number expected, got string)", socket.connect, "127.0.0.1", "http")
  check.raises("bad argument #2 to '?' (number expected, got string)", socket.connect, "/some/path", "http")

  for _, port in ipairs({ 0, 0.9, -1, 65536, 65537, 2 ^ 32 + 80, 1e300, math.huge, -math.huge, 0 / 0, "0" }) do
    check.gives(wrong_port, socket.connect("127.0.0.1", port))
    check.gives(wrong_port, socket.connect("localhost", port))
  end
  for _, host in ipairs({ "", " ", "256.0.0.1", "1.2.3", "1.2.3.4.5", "12345", "::g", "[::1]", "a b", "a\0b", "127.0.0.1\0", ("a"):rep(300) }) do
    check.gives('nil, "invalid host or port"', socket.connect(host, 80))
  end

  -- By address, with a port in each form that is a number.
  local listener, port = check.listener()
  for _, form in ipairs({ port, tostring(port), port + 0.5 }) do
    local client, text = socket.connect("127.0.0.1", form)
    check.gives("userdata, nil", client, text)
    check.equal(socket.getpeername(client), "127.0.0.1:" .. port)
    socket.close((assert(socket.accept(listener))))
    socket.close(client)
  end

  -- By name: each of its addresses is tried.
  local client, text = socket.connect("localhost", port)
  check.gives("userdata, nil", client, text)
  check.equal(socket.getpeername(client), "127.0.0.1:" .. port)
  local accepted = assert(socket.accept(listener))
  socket.write(client, "by name")
  check.gives('"by name", nil', socket.read(accepted))
  socket.close(client)
  socket.close(accepted)

  -- Others run meanwhile: not in every look-up, for one may be done before the loop looks again, but before
  -- many are.
  local ticks, lookups = 0, 0
  lunet.spawn(function()
    lunet.sleep(0)
    ticks = ticks + 1
  end)
  repeat
    lookups = lookups + 1
    socket.close(assert(socket.connect("localhost", port)))
    socket.close(assert(socket.accept(listener)))
  until ticks > 0 or lookups == 50
  check.that(ticks > 0, "others ran during the look-ups")

  -- A peer that speaks first, and even ends, before the loop hears that the connection stands.
  for _, ends in ipairs({ false, true }) do
    local heard
    lunet.spawn(function()
      client = assert(socket.connect("127.0.0.1", port))
      heard = check.show(socket.read(client, { timeout_ms = 5000 }))
    end)
    accepted = assert(socket.accept(listener))
    check.gives("nil", socket.write(accepted, "at once"))
    if ends then
      socket.close(accepted)
    end
    while not heard do
      lunet.sleep(0)
    end
    check.equal(heard, '"at once", nil')
    if ends then
      check.gives("nil, nil", socket.read(client, { timeout_ms = 5000 }))
    else
      check.gives('nil, "operation timed out"', socket.read(client, { timeout_ms = 1 }))
      socket.write(accepted, "later")
      check.gives('"later", nil', socket.read(client, { timeout_ms = 5000 }))
    end
    socket.close(accepted)
    socket.close(client)
  end
  -- One that ends without a word.
  local ended
  lunet.spawn(function()
    client = assert(socket.connect("127.0.0.1", port))
    ended = check.show(socket.read(client, { timeout_ms = 5000 }))
  end)
  socket.close((assert(socket.accept(listener))))
  while not ended do
    lunet.sleep(0)
  end
  check.equal(ended, "nil, nil")
  socket.close(client)

  -- An address with a zone is one, whatever becomes of it here.
  local _, unreached = socket.connect("fe80::1%lo", 1)
  check.that(unreached ~= "invalid host or port", unreached)

  -- Nobody there.
  socket.close(listener)
  check.gives('nil, "connection refused"', socket.connect("127.0.0.1", port))
  check.gives('nil, "connection refused"', socket.connect("localhost", port))
  for _ = 1, 2000 do
    local handle, refused = socket.connect("127.0.0.1", port)
    assert(not handle and refused == "connection refused", refused)
  end
  check.that(true, "failed connects leave no descriptors")

  -- Many at once, refused and accepted.
  listener, port = check.listener()
  local free = check.listener()
  local nobody = check.port(free)
  socket.close(free)
  local accepted_count, refused_count, finished = 0, 0, 0
  for index = 1, 200 do
    lunet.spawn(function()
      local handle, reason = socket.connect("127.0.0.1", index % 2 == 0 and port or nobody)
      if handle then
        accepted_count = accepted_count + 1
        socket.close(handle)
      elseif reason == "connection refused" then
        refused_count = refused_count + 1
      end
      finished = finished + 1
    end)
  end
  for _ = 1, 100 do
    socket.close((assert(socket.accept(listener))))
  end
  while finished < 200 do
    lunet.sleep(1)
  end
  check.gives("100, 100", accepted_count, refused_count)
  socket.close(listener)
end)
