-- checks: 51
-- `socket.close`, and what every call says of a handle that is closed, of another kind, or none.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

-- Any thread may close; other values are told from handles.
for _, wrong in ipairs({ 1, "x", {}, true, print, io.stdout, newproxy(true) }) do
  check.gives('"invalid socket handle"', socket.close(wrong))
end
check.gives('"invalid socket handle"', socket.close())

-- Userdata that look like a handle: same size, same or faked metatable.
local ffi = require("ffi")
check.gives('"invalid socket handle"', socket.close(ffi.new("uint64_t", 1)))
local proxy = newproxy(true)
getmetatable(proxy).__name = "lunet.socket.handle"
check.gives('"invalid socket handle"', socket.close(proxy))

lunet.spawn(function()
  local near, far = check.pair()
  local listener = check.listener()

  -- What a handle is: an opaque userdata without fields or methods.
  check.equal(type(near), "userdata")
  check.equal(pcall(function() return near.read end), false)
  check.equal(pcall(function() near.x = 1 end), false)
  check.that(tostring(near):find("^userdata: "))
  local meta = debug.getmetatable(near)
  check.equal(type(meta.__gc), "function")
  local fields = 0
  for _ in pairs(meta) do
    fields = fields + 1
  end
  check.equal(fields, 1)
  check.equal(debug.getregistry()["lunet.socket.handle"], meta)
  -- Its finalizer closes nothing, whoever calls it.
  pcall(meta.__gc, near)
  pcall(meta.__gc)
  check.gives("nil", socket.write(near, "x"))
  check.gives('"x", nil', socket.read(far))
  -- The metatable on something else makes no handle.
  local disguised = newproxy(true)
  debug.setmetatable(disguised, meta)
  check.gives('nil, "invalid socket handle"', socket.read(disguised))
  debug.setmetatable(disguised, nil)

  -- Who waits is woken inside of the close: the reader first, then the writer.
  local order = {}
  lunet.spawn(function()
    order[1] = "reader " .. check.show(socket.read(near))
  end)
  lunet.spawn(function()
    local text = check.show(socket.write(near, ("x"):rep(64 * 1024 * 1024)))
    order[#order + 1] = "writer " .. text
  end)
  check.equal(#order, 0)
  check.gives("nil", socket.close(near))
  check.equal(table.concat(order, "; "), 'reader nil, "socket closed"; writer "socket closed"')

  -- Closed is closed, for every call.
  local function closed(handle)
    check.gives("nil", socket.close(handle))
    check.gives('nil, "socket closed"', socket.read(handle))
    check.gives('"socket closed"', socket.write(handle, "x"))
    check.gives('nil, "socket closed"', socket.getpeername(handle))
    check.gives('nil, "socket closed"', socket.getsockname(handle))
    check.gives('nil, "socket closed"', socket.getpeercred(handle))
    check.gives('"socket closed"', socket.shutdown(handle))
    check.gives('"socket closed"', socket.set_nodelay(handle, true))
    check.gives('nil, "not a listening socket"', socket.accept(handle))
  end
  closed(near)
  -- Also when its descriptor and its place have been taken by another one.
  local other = { check.pair() }
  closed(near)
  check.gives("nil", socket.write(other[1], "still there"))
  check.gives('"still there", nil', socket.read(other[2]))
  socket.close(far)

  socket.close(listener)
  check.gives('nil, "listener closed"', socket.accept(listener))
  check.gives('nil, "socket closed"', socket.getsockname(listener))
  check.gives('nil, "socket closed"', socket.getpeername(listener))
  check.gives("nil", socket.close(listener))

  -- Inside of the wake-up the handle is closed already; closing again is harmless.
  local inside
  lunet.spawn(function()
    socket.read(other[1])
    inside = check.show(socket.write(other[1], "x"), socket.close(other[1]))
  end)
  socket.close(other[1])
  check.equal(inside, '"socket closed", nil')
  socket.close(other[2])

  -- An error of whom a close wakes does not reach the closer.
  -- (Its text goes to stderr, which this test keeps empty: pcall takes it.)
  near, far = check.pair()
  lunet.spawn(function()
    pcall(function()
      socket.read(near)
      error("woken")
    end)
  end)
  check.gives("nil", socket.close(near))
  check.gives("nil, nil", socket.read(far))
  socket.close(far)

  -- A thousand open and close: no descriptor is lost.
  for _ = 1, 1500 do
    local a = assert(socket.listen("tcp", "127.0.0.1", 0))
    socket.close(a)
  end
  check.that(true)
end)
