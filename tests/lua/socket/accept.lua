-- checks: 47
-- `socket.accept`: handles, order of connections, closing, one waiter at a time.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  for _, wrong in ipairs({ 1, "x", {}, true, print, coroutine.create(print), io.stdout, newproxy(true) }) do
    check.gives('nil, "invalid listener handle"', socket.accept(wrong))
  end
  check.gives('nil, "invalid listener handle"', socket.accept())
  check.gives('nil, "invalid listener handle"', socket.accept(nil))

  local listener, port = check.listener()
  local client = assert(socket.connect("127.0.0.1", port))
  check.gives('nil, "not a listening socket"', socket.accept(client))

  -- The connection was there before anybody asked for it.
  local first, text = socket.accept(listener)
  check.gives("userdata, nil", first, text)
  socket.close(first)
  socket.close(client)
  check.gives('nil, "not a listening socket"', socket.accept(client))

  -- First come, first served.
  local clients = {}
  for index = 1, 20 do
    clients[index] = assert(socket.connect("127.0.0.1", port))
    socket.write(clients[index], "number " .. index)
  end
  for index = 1, 20 do
    local accepted = assert(socket.accept(listener))
    check.gives('"number ' .. index .. '", nil', socket.read(accepted))
    socket.close(accepted)
    socket.close(clients[index])
  end

  -- A parked accept gets the next connection; a second one is told that it is the second.
  local got
  lunet.spawn(function()
    got = assert(socket.accept(listener))
  end)
  check.gives('nil, "another accept already in progress"', socket.accept(listener))
  client = assert(socket.connect("127.0.0.1", port))
  while not got do
    lunet.sleep(0)
  end
  check.equal(socket.getpeername(got), socket.getsockname(client))
  socket.close(got)
  socket.close(client)

  -- Closing wakes who waits, at once, and what was not accepted ends.
  client = assert(socket.connect("127.0.0.1", port))
  local queued = assert(socket.accept(listener))
  socket.close(queued)
  socket.close(client)
  local woken
  lunet.spawn(function()
    woken = check.show(socket.accept(listener))
  end)
  check.gives("nil", socket.close(listener))
  check.equal(woken, 'nil, "listener closed"')
  check.gives('nil, "listener closed"', socket.accept(listener))
  check.gives("nil", socket.close(listener))
  check.gives('nil, "connection refused"', socket.connect("127.0.0.1", port))

  listener, port = check.listener()
  local waiting = {}
  for index = 1, 5 do
    waiting[index] = assert(socket.connect("127.0.0.1", port))
  end
  socket.close(listener)
  for index = 1, 5 do
    check.gives("nil, nil", socket.read(waiting[index]))
    socket.close(waiting[index])
  end

  -- Who was woken may listen again on the same port, still inside of the close.
  listener, port = check.listener()
  local second
  lunet.spawn(function()
    socket.accept(listener)
    lunet.sleep(0)
    second = check.show(socket.listen("tcp", "127.0.0.1", port))
  end)
  socket.close(listener)
  check.turn()
  check.equal(second, "userdata, nil")

  -- More connections at once than many systems keep in their backlog.
  listener, port = check.listener()
  local connected = 0
  for _ = 1, 500 do
    lunet.spawn(function()
      local each = assert(socket.connect("127.0.0.1", port))
      connected = connected + 1
      check.count = check.count - 1
      check.gives("nil, nil", socket.read(each))
      socket.close(each)
    end)
  end
  while connected < 500 do
    lunet.sleep(1)
  end
  check.equal(connected, 500)
  for _ = 1, 500 do
    socket.close((assert(socket.accept(listener))))
  end
  socket.close(listener)
  lunet.sleep(5)
  lunet.stop()
end)
