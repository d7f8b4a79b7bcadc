-- checks: 10
-- `lunet.stop` and `lunet.on_stop`.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

check.raises("bad argument #1 to '?' (function expected, got nil)", lunet.on_stop, nil)
check.raises("bad argument #1 to '?' (function expected, got no value)", lunet.on_stop)
check.raises("bad argument #1 to '?' (function expected, got string)", lunet.on_stop, "f")

local order = {}
check.gives("nothing", lunet.on_stop(function(...)
  order[#order + 1] = "first"
  check.gives("nothing", ...)
  check.gives("nil", coroutine.running())
  check.raises("lunet.sleep must be called from coroutine", lunet.sleep, 0)
end))
lunet.on_stop(function()
  order[#order + 1] = "second"
  -- What is registered now still runs, after the others.
  lunet.on_stop(function()
    order[#order + 1] = "third"
    check.equal(table.concat(order, " "), "first second third")
    print("checks: " .. check.count)
  end)
end)

-- Parked coroutines are dropped without a word, an open listener does not matter.
for _ = 1, 10 do
  lunet.spawn(function()
    lunet.sleep(1000000)
    error("must not go on")
  end)
end
lunet.spawn(function()
  local listener = socket.listen("tcp", "127.0.0.1", 0)
  lunet.spawn(function()
    socket.accept(listener)
    error("must not go on")
  end)
  lunet.sleep(1)
  check.gives("nothing", lunet.stop())
  check.gives("nothing", lunet.stop())
  -- The turn goes on; what waits from here on is dropped.
  order[#order + 1] = nil
  lunet.sleep(0)
  error("must not go on")
end)
