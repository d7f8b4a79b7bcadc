-- checks: 22
-- A script that resumes a coroutine which waits for a socket takes that wait away: what comes
-- afterwards is for whoever asks next, and is never lost.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

--- A coroutine that makes a call and notes what it gave, waiting in it.
local function waiting(call, ...)
  local arguments, thread = { ... }, nil
  local noted = {}
  thread = coroutine.create(function()
    noted[1] = check.show(call(unpack(arguments)))
  end)
  check.gives("true", coroutine.resume(thread))
  return thread, noted
end

lunet.spawn(function()
  -- Data that came after the wait goes to the next reader.
  local near, far = check.pair()
  local thread, noted = waiting(socket.read, near)
  check.gives("true", coroutine.resume(thread, "by hand"))
  check.equal(noted[1], '"by hand"')
  socket.write(far, "kept")
  lunet.sleep(2)
  check.gives('"kept", nil', socket.read(near, { timeout_ms = 1000 }))

  -- The coroutine itself reads again at once.
  local again = {}
  local twice = coroutine.create(function()
    again[1] = check.show(socket.read(near))
    again[2] = check.show(socket.read(near))
  end)
  coroutine.resume(twice)
  coroutine.resume(twice, "first")
  check.equal(again[1], '"first"')
  check.equal(again[2], nil)
  socket.write(far, "second")
  lunet.sleep(2)
  check.equal(again[2], '"second", nil')

  -- So does another one, and with its own deadline.
  thread = waiting(socket.read, near)
  coroutine.resume(thread)
  check.gives('nil, "operation timed out"', socket.read(near, { timeout_ms = 1 }))
  socket.write(far, "third")
  check.gives('"third", nil', socket.read(near))

  -- One that still waits is not disturbed.
  thread = waiting(socket.read, near)
  check.gives('nil, "another read already in progress"', socket.read(near))
  socket.close(near)
  check.equal(coroutine.status(thread), "dead")
  socket.close(far)

  -- A connection that came after the wait is accepted by the next acceptor.
  local listener, port = check.listener()
  thread, noted = waiting(socket.accept, listener)
  check.gives("true", coroutine.resume(thread, nil, "by hand"))
  check.equal(noted[1], 'nil, "by hand"')
  local client = assert(socket.connect("127.0.0.1", port))
  lunet.sleep(2)
  local accepted = socket.accept(listener, { timeout_ms = 1000 })
  check.that(accepted, "the connection should wait for the next acceptor")
  socket.close(accepted)
  check.gives("nil, nil", socket.read(client))
  socket.close(client)

  -- A connection that nobody waits for any more is closed.
  thread, noted = waiting(socket.connect, "127.0.0.1", port)
  check.gives("true", coroutine.resume(thread, nil, "by hand"))
  check.equal(noted[1], 'nil, "by hand"')
  accepted = assert(socket.accept(listener, { timeout_ms = 1000 }))
  check.gives("nil, nil", socket.read(accepted, { timeout_ms = 1000 }))
  socket.close(accepted)
  socket.close(listener)
end)
