-- checks: 5
-- A coroutine whose calls never have to wait still lets the others have their turn.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  -- A reader and a writer that could go on for ever.
  local near, far = check.pair()
  local ticks, running = 0, true
  lunet.spawn(function()
    for _ = 1, 20 do
      lunet.sleep(0)
      ticks = ticks + 1
    end
    running = false
  end)
  lunet.spawn(function()
    while running do
      socket.write(far, "x")
    end
    socket.close(far)
  end)
  while running and socket.read(near) do
  end
  socket.close(near)
  check.equal(ticks, 20)

  -- Reads at the end of a stream answer at once, for ever.
  near, far = check.pair()
  socket.close(far)
  ticks, running = 0, true
  lunet.spawn(function()
    lunet.sleep(1)
    running = false
  end)
  while running do
    check.count = check.count - 1
    check.gives("nil, nil", socket.read(near))
  end
  socket.close(near)
  check.that(true, "reading the end does not starve a timer")

  -- Connections that are already there are accepted in turn with others' work.
  local listener, port = check.listener()
  local accepted = {}
  running = true
  for _ = 1, 300 do
    lunet.spawn(function()
      local client = assert(socket.connect("127.0.0.1", port))
      while running do
        lunet.sleep(1)
      end
      socket.close(client)
    end)
  end
  local first = 0
  lunet.spawn(function()
    lunet.sleep(0)
    first = #accepted
  end)
  for index = 1, 300 do
    accepted[index] = assert(socket.accept(listener))
  end
  check.that(first < 300, "others ran between the connections")
  running = false
  for _, client in ipairs(accepted) do
    socket.close(client)
  end
  socket.close(listener)

  -- A budget is no end: 10,000 small writes arrive in order.
  near, far = check.pair()
  lunet.spawn(function()
    for index = 1, 10000 do
      assert(not socket.write(far, string.format("%05d", index)))
    end
    socket.close(far)
  end)
  local all = check.read_all(near)
  check.equal(#all, 50000)
  local wrong = 0
  for index = 1, 10000 do
    wrong = wrong + (tonumber(all:sub(index * 5 - 4, index * 5)) == index and 0 or 1)
  end
  check.equal(wrong, 0)
  socket.close(near)
end)
