-- checks: 12
-- What the compiler calls (`jit.attach`) can't wait either, on a thread of its own neither; what it
-- spawns or wakes has its turn in the loop.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

--- Runs a function where the compiler tells of new bytecode.
local function attached(run)
  local ran = false
  local function event()
    ran = true
    run()
  end
  jit.attach(event, "bc")
  loadstring("return 1")
  jit.attach(event)
  check.that(ran)
end

local REFUSAL = "lunet.sleep called in non-yieldable context"

local function refuses()
  local found = {}
  attached(function()
    found[1] = select(2, pcall(lunet.sleep, 0))
    coroutine.wrap(function()
      found[2] = select(2, pcall(lunet.sleep, 0))
    end)()
    local inner = coroutine.create(function()
      lunet.sleep(0)
    end)
    found[3] = select(2, coroutine.resume(inner))
  end)
  for _, text in ipairs(found) do
    check.equal(text, REFUSAL)
  end
end

refuses()
lunet.spawn(function()
  refuses()
  local near, far = check.pair()
  local log = {}
  lunet.spawn(function()
    log[#log + 1] = check.show(socket.read(near))
    lunet.sleep(0)
    log[#log + 1] = "went on"
  end)
  attached(function()
    coroutine.wrap(function()
      lunet.spawn(function()
        lunet.sleep(0)
        log[#log + 1] = "spawned"
      end)
      socket.close(near)
    end)()
  end)
  check.equal(#log, 0)
  lunet.sleep(1)
  lunet.sleep(1)
  table.sort(log)
  check.equal(table.concat(log, "; "), 'nil, "socket closed"; spawned; went on')
  socket.close(far)
  -- Afterwards everything waits as before.
  coroutine.wrap(function()
    lunet.sleep(0)
    check.that(true)
  end)()
end)
