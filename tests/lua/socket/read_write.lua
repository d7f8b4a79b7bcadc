-- checks: 76
-- `socket.read`, `socket.write` and `socket.set_read_buffer_size`.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  local near, far = check.pair()

  for _, wrong in ipairs({ 1, "x", {}, true, print, io.stdout, newproxy(true) }) do
    check.gives('nil, "invalid socket handle"', socket.read(wrong))
    check.gives('"invalid socket handle"', socket.write(wrong, "x"))
  end
  check.gives('nil, "invalid socket handle"', socket.read())
  check.gives('"invalid socket handle"', socket.write())
  local listener = check.listener()
  check.gives('nil, "invalid client socket handle"', socket.read(listener))
  check.gives('"invalid client socket handle"', socket.write(listener, "x"))
  socket.close(listener)
  check.gives('nil, "invalid client socket handle"', socket.read(listener))

  -- What may be written.
  for _, wrong in ipairs({ {}, true, print, near }) do
    check.gives('"data must be a string"', socket.write(near, wrong))
  end
  check.gives('"data must be a string"', socket.write(near))
  check.gives('"invalid socket handle"', socket.write(nil, {}))
  check.gives("nil", socket.write(near, ""))
  check.gives("nil", socket.write(near, 42))
  check.gives('"42", nil', socket.read(far))
  check.gives("nil", socket.write(near, 0.5))
  check.gives('"0.5", nil', socket.read(far))
  check.gives("nil", socket.write(near, "a\0b\255"))
  check.equal(socket.read(far), "a\0b\255")

  -- One read gives what is there, at most the size of the buffer.
  socket.write(near, ("x"):rep(10000))
  check.equal(#socket.read(far), 4096)
  check.equal(#socket.read(far), 4096)
  check.equal(#socket.read(far), 10000 - 2 * 4096)

  -- Exactly a buffer full and nothing left: the next read waits.
  socket.write(near, ("x"):rep(4096))
  check.equal(#socket.read(far), 4096)
  check.gives('nil, "operation timed out"', socket.read(far, { timeout_ms = 5 }))
  socket.write(near, "next")
  check.gives('"next", nil', socket.read(far))

  -- The size of the buffer counts for all sockets from the next read on.
  for _, ignored in ipairs({ 0, -1, 0.5, 0 / 0, -math.huge, "no number", {}, false }) do
    check.gives("nil", socket.set_read_buffer_size(ignored))
  end
  check.gives("nil", socket.set_read_buffer_size())
  socket.write(near, ("x"):rep(5000))
  check.equal(#socket.read(far), 4096)
  check.equal(#socket.read(far), 904)
  socket.set_read_buffer_size(10)
  socket.write(near, ("x"):rep(25))
  check.gives("10, 10, 5", #socket.read(far), #socket.read(far), #socket.read(far))
  socket.set_read_buffer_size("3.9")
  socket.write(near, "abcdef")
  check.equal(socket.read(far), "abc")
  check.equal(socket.read(far), "def")
  socket.set_read_buffer_size(1)
  socket.write(near, "xy")
  check.gives('"x", "y"', (socket.read(far)), (socket.read(far)))
  for _, huge in ipairs({ 2 ^ 31, 2 ^ 53, 1e300, math.huge }) do
    socket.set_read_buffer_size(huge)
    socket.write(near, "capped")
    check.gives('"capped", nil', socket.read(far))
  end
  socket.set_read_buffer_size(4096)

  -- One reader and one writer at a time; the first is not disturbed.
  local first
  lunet.spawn(function()
    first = check.show(socket.read(far))
  end)
  check.gives('nil, "another read already in progress"', socket.read(far))
  socket.write(near, "for the first")
  check.turn()
  check.equal(first, '"for the first", nil')

  local size = 8 * 1024 * 1024
  local written
  lunet.spawn(function()
    written = check.show(socket.write(near, ("0123456789abcdef"):rep(size / 16)))
  end)
  check.equal(written, nil)
  check.gives('"another write already in progress"', socket.write(near, "x"))
  check.gives('"another write already in progress"', socket.write(near, ""))
  local all = check.read_all(far, size)
  check.turn()
  check.equal(written, "nil")
  check.equal(#all, size)
  check.that(all == ("0123456789abcdef"):rep(size / 16), "every byte arrived in its place")

  -- Both directions at once, both larger than any buffer.
  local done = 0
  for _, ends in ipairs({ { near, far }, { far, near } }) do
    lunet.spawn(function()
      check.gives("nil", socket.write(ends[1], ("y"):rep(size)))
      done = done + 1
    end)
    lunet.spawn(function()
      check.equal(#check.read_all(ends[2], size), size)
      done = done + 1
    end)
  end
  while done < 4 do
    lunet.sleep(1)
  end

  -- The end of the stream, again and again, while the other direction goes on.
  socket.write(near, "last words")
  socket.close(near)
  check.gives('"last words", nil', socket.read(far))
  for _ = 1, 3 do
    check.gives("nil, nil", socket.read(far))
  end
  socket.close(far)

  -- Data that came with the end is not lost, in pieces of any size.
  socket.set_read_buffer_size(7)
  near, far = check.pair()
  socket.write(near, ("z"):rep(1000))
  socket.close(near)
  check.turn()
  check.equal(#check.read_all(far), 1000)
  check.gives("nil, nil", socket.read(far))
  socket.close(far)
  socket.set_read_buffer_size(4096)

  -- Sockets stay usable when the coroutine that opened them has ended.
  local kept
  near, far = check.pair()
  lunet.spawn(function()
    kept = far
    socket.write(far, "from a short life")
  end)
  check.gives('"from a short life", nil', socket.read(near))
  socket.close(kept)
  socket.close(near)
end)
