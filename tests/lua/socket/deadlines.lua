-- checks: 44
-- `{timeout_ms = n}` as the last argument of accept, connect, read and write.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  local near, far = check.pair()
  local listener, port = check.listener()

  -- After a timed-out read the handle works, for whoever reads next.
  check.gives('nil, "operation timed out"', socket.read(near, { timeout_ms = 0 }))
  check.gives('nil, "operation timed out"', socket.read(near, { timeout_ms = 1 }))
  check.gives('nil, "operation timed out"', socket.read(near, { timeout_ms = 1.9 }))
  socket.write(far, "late")
  check.gives('"late", nil', socket.read(near, { timeout_ms = 10000 }))

  -- What is there already is given whatever the deadline; an early end leaves no timer that bites.
  socket.write(far, "there")
  check.gives('"there", nil', socket.read(near, { timeout_ms = 0 }))
  lunet.spawn(function()
    lunet.sleep(3)
    socket.write(far, "in time")
  end)
  check.gives('"in time", nil', socket.read(near, { timeout_ms = 10000 }))
  socket.write(far, "before")
  check.gives('"before", nil', socket.read(near, { timeout_ms = 5 }))
  local slow
  lunet.spawn(function()
    slow = check.show(socket.read(near))
  end)
  lunet.sleep(10)
  check.equal(slow, nil)
  socket.write(far, "still parked")
  check.turn()
  check.equal(slow, '"still parked", nil')

  -- Other values in the place of the table ask for nothing; so does a table without the field.
  socket.write(far, "x")
  check.gives('"x", nil', socket.read(near, {}))
  socket.write(far, "y")
  check.gives('"y", nil', socket.read(near, nil))
  socket.write(far, "z")
  check.gives('"z", nil', socket.read(near, { timeout_ms = math.huge }))

  -- Times that are none.
  for _, wrong in ipairs({ -1, 0 / 0, "soon", {}, true }) do
    for name, call in pairs({
      read = function() return socket.read(near, { timeout_ms = wrong }) end,
      accept = function() return socket.accept(listener, { timeout_ms = wrong }) end,
      write = function() return socket.write(near, "x", { timeout_ms = wrong }) end,
      connect = function() return socket.connect("127.0.0.1", port, { timeout_ms = wrong }) end,
    }) do
      local fine, text = pcall(call)
      check.that(not fine and text:find("timeout_ms must be a number that is not negative", 1, true), name)
    end
  end

  -- accept
  check.gives('nil, "operation timed out"', socket.accept(listener, { timeout_ms = 0 }))
  check.gives('nil, "operation timed out"', socket.accept(listener, { timeout_ms = 2 }))
  local client
  lunet.spawn(function()
    lunet.sleep(2)
    client = assert(socket.connect("127.0.0.1", port, { timeout_ms = 10000 }))
  end)
  local accepted, text = socket.accept(listener, { timeout_ms = 10000 })
  check.gives("userdata, nil", accepted, text)
  lunet.sleep(1)
  socket.close(accepted)
  socket.close(client)

  -- write: nobody reads, so it can't end; part of the data may have gone.
  local size = 64 * 1024 * 1024
  check.gives('"operation timed out"', socket.write(near, ("x"):rep(size), { timeout_ms = 5 }))
  -- The next write is a new one.
  lunet.spawn(function()
    check.gives("nil", socket.write(near, "again"))
  end)
  local sent = 0
  repeat
    local data = assert(socket.read(far))
    sent = sent + #data
  until data:sub(-5) == "again"
  check.that(sent > 5 and sent < size, "part of it was sent")
  check.gives("nil", socket.write(near, "", { timeout_ms = 0 }))

  -- A deadline and a close meanwhile: the close is told, once.
  local told = 0
  lunet.spawn(function()
    check.gives('nil, "socket closed"', socket.read(near, { timeout_ms = 10 }))
    told = told + 1
  end)
  socket.close(near)
  lunet.sleep(20)
  check.equal(told, 1)
  socket.close(far)

  -- Deadlines in their order, whatever waits meanwhile.
  local order, pairs_of = {}, {}
  for index = 1, 40 do
    pairs_of[index] = { check.pair() }
  end
  for index = 1, 40 do
    lunet.spawn(function()
      socket.read(pairs_of[index][1], { timeout_ms = index / 2 })
      order[#order + 1] = index
    end)
  end
  while #order < 40 do
    lunet.sleep(1)
  end
  local sorted = true
  for index, at in ipairs(order) do
    sorted = sorted and at == index
  end
  check.that(sorted, "the earlier deadline fires first")
  local stream = pairs_of[1]
  for _ = 1, 5000 do
    socket.write(stream[2], "x")
    assert(socket.read(stream[1], { timeout_ms = 60000 }) == "x")
  end
  check.that(true, "deadlines that are not reached cost nothing in the end")
  socket.close(listener)

  -- connect: a listener whose backlog is full does not answer; a timed-out connect leaves nothing.
  check.gives('nil, "connection refused"', socket.connect("127.0.0.1", port, { timeout_ms = 1000 }))
  lunet.stop()
end)
