-- checks: 27
-- `lunet.sleep`: arguments, order, and that time passes for others meanwhile.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

check.raises("lunet.sleep must be called from coroutine", lunet.sleep, 1)
check.raises("lunet.sleep must be called from coroutine", lunet.sleep)

local ended = 0
lunet.spawn(function()
  check.raises("bad argument #1 to '?' (number expected, got no value)", lunet.sleep)
  check.raises("bad argument #1 to '?' (number expected, got boolean)", lunet.sleep, true)
  check.raises("bad argument #1 to '?' (number expected, got string)", lunet.sleep, "soon")
  check.raises("bad argument #1 to '?' (number expected, got table)", lunet.sleep, {})
  check.raises("lunet.sleep duration must be >= 0", lunet.sleep, -1)
  check.raises("lunet.sleep duration must be >= 0", lunet.sleep, -1e300)
  check.raises("lunet.sleep duration must be >= 0", lunet.sleep, -math.huge)
  check.raises("lunet.sleep duration must be >= 0", lunet.sleep, 0 / 0)

  -- Fractions are cut off, numeric strings are numbers; nothing is given back.
  check.gives("nothing", lunet.sleep(0))
  check.gives("nothing", lunet.sleep(0.9))
  check.gives("nothing", lunet.sleep(-0.9))
  check.gives("nothing", lunet.sleep(0.005))
  check.gives("nothing", lunet.sleep("1"))
  check.gives("nothing", lunet.sleep(" 0x1 "))
  check.gives("nothing", lunet.sleep(1, "more", {}))

  -- It never ends early, counted from the call and not from a cached clock.
  local ffi = require("ffi")
  ffi.cdef("typedef struct { long s; long ns; } clock_tests; int clock_gettime(int, clock_tests *);")
  local now = ffi.new("clock_tests")
  local function milliseconds()
    ffi.C.clock_gettime(1, now)
    return tonumber(now.s) * 1000 + tonumber(now.ns) / 1e6
  end
  if jit.os == "Linux" then
    local begun = milliseconds()
    repeat
    until milliseconds() - begun >= 20
    begun = milliseconds()
    lunet.sleep(10)
    check.that(milliseconds() - begun >= 10, "a sleep after work took its whole time")
  else
    check.that(true)
  end
  ended = ended + 1
end)

-- Deadlines in their order, equal ones as they were set.
local order = {}
for _, ms in ipairs({ 30, 10, 20, 10, 0, 0 }) do
  lunet.spawn(function()
    lunet.sleep(ms)
    order[#order + 1] = ms
  end)
end
local equal = {}
for index = 1, 5 do
  lunet.spawn(function()
    lunet.sleep(0)
    equal[index] = #equal + 1
  end)
end
lunet.spawn(function()
  lunet.sleep(60)
  check.equal(table.concat(order, " "), "0 0 10 10 20 30")
  check.equal(table.concat(equal, " "), "1 2 3 4 5")
  ended = ended + 1
end)

-- It yields always: what comes after the spawn is first.
local slept = false
lunet.spawn(function()
  lunet.sleep(0)
  slept = true
end)
check.equal(slept, false)

-- Absurd durations are durations, and their coroutine is dropped when the loop is stopped.
for _, ms in ipairs({ 2 ^ 31, 2 ^ 53, 1e300, math.huge }) do
  lunet.spawn(function()
    lunet.sleep(ms)
    error("the end of time has come")
  end)
end

-- A coroutine that loops on sleep(0) does not keep others from their input.
lunet.spawn(function()
  local done = false
  lunet.spawn(function()
    local near, far = check.pair()
    lunet.spawn(function()
      for _ = 1, 5 do
        socket.write(far, socket.read(far))
      end
      socket.close(far)
    end)
    for round = 1, 5 do
      socket.write(near, "round " .. round)
      check.gives('"round ' .. round .. '", nil', socket.read(near))
    end
    check.gives("nil, nil", socket.read(near))
    done = true
  end)
  while not done or ended < 2 do
    lunet.sleep(0)
  end
  lunet.stop()
end)
