-- checks: 42
-- `shutdown`, `set_nodelay`, `getpeercred` on TCP, and peers that reset.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  local near, far = check.pair()
  local listener = check.listener()

  for _, wrong in ipairs({ 1, "x", {}, io.stdout }) do
    check.gives('"invalid socket handle"', socket.shutdown(wrong))
    check.gives('"invalid socket handle"', socket.set_nodelay(wrong, true))
    check.gives('nil, "invalid socket handle"', socket.getpeercred(wrong))
  end
  check.gives('"invalid client socket handle"', socket.shutdown(listener))
  check.gives('"invalid client socket handle"', socket.set_nodelay(listener, true))
  check.fails_with("unix", socket.getpeercred(listener))
  check.fails_with("unix", socket.getpeercred(near))
  check.raises("bad argument #2 to '?' (boolean expected, got no value)", socket.set_nodelay, near)
  check.raises("bad argument #2 to '?' (boolean expected, got number)", socket.set_nodelay, near, 1)
  check.gives("nil", socket.set_nodelay(near, false))
  check.gives("nil", socket.set_nodelay(near, true))
  socket.close(listener)

  -- The peer sees the end after what was written; the other direction goes on.
  check.gives("nil", socket.write(near, "last"))
  check.gives("nil", socket.shutdown(near))
  check.gives('"last", nil', socket.read(far))
  check.gives("nil, nil", socket.read(far))
  check.gives('"broken pipe"', socket.write(near, "more"))
  check.gives('"broken pipe"', socket.write(near, ""))
  check.gives("nil", socket.write(far, "answer"))
  check.gives('"answer", nil', socket.read(near))
  local parked
  lunet.spawn(function()
    parked = check.show(socket.read(near))
  end)
  check.turn()
  check.equal(parked, nil)
  socket.write(far, "later")
  check.turn()
  check.equal(parked, '"later", nil')
  check.gives("nil", socket.shutdown(far))
  check.gives("nil, nil", socket.read(near))
  socket.close(near)
  socket.close(far)

  -- After a write that is still under way: first the data, then the end.
  near, far = check.pair()
  local size, written = 16 * 1024 * 1024, nil
  lunet.spawn(function()
    written = check.show(socket.write(near, ("x"):rep(size)))
  end)
  check.equal(written, nil)
  check.gives("nil", socket.shutdown(near))
  check.equal(#check.read_all(far), size)
  check.equal(written, "nil")
  check.gives("nil, nil", socket.read(far))
  socket.close(near)
  socket.close(far)

  -- A peer that closes with unread data resets: no signal, an error text.
  near, far = check.pair()
  socket.write(far, "never read")
  check.turn()
  socket.close(near)
  check.turn()
  local text
  for _ = 1, 100 do
    text = text or socket.write(far, "x")
  end
  check.that(text == "broken pipe" or text == "connection reset by peer", check.show(text))
  socket.close(far)

  -- A reader that is parked while the peer resets.
  near, far = check.pair()
  local woken
  lunet.spawn(function()
    woken = check.show(socket.read(far))
  end)
  socket.write(far, "unread")
  check.turn()
  socket.close(near)
  lunet.sleep(5)
  check.equal(woken, 'nil, "connection reset by peer"')
  check.that(socket.write(far, "x") ~= nil, "nobody is there")
  socket.close(far)

  -- A writer that is parked while the peer goes.
  near, far = check.pair()
  lunet.spawn(function()
    woken = check.show(socket.write(far, ("x"):rep(64 * 1024 * 1024)))
  end)
  check.turn()
  socket.close(near)
  lunet.sleep(5)
  check.that(woken == '"connection reset by peer"' or woken == '"broken pipe"', woken)
  socket.close(far)

  -- Shutting down a connection whose peer is gone is an answer, not a crash.
  near, far = check.pair()
  socket.close(near)
  check.turn()
  local answer = socket.shutdown(far)
  check.that(answer == nil or type(answer) == "string")
  socket.close(far)
end)
