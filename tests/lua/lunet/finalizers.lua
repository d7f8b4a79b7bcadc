-- checks: 32
-- What a finalizer or a hook starts or wakes has its turn when the collection is over: LuaJIT can't wait in
-- either, in no coroutine.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

--- Runs a function as a finalizer.
local function finalize(run)
  local proxy = newproxy(true)
  getmetatable(proxy).__gc = run
  proxy = nil
  collectgarbage()
  collectgarbage()
end

-- A spawned function waits as always, and is begun by the loop.
local log = {}
finalize(function()
  lunet.spawn(function()
    log[#log + 1] = "begun"
    lunet.sleep(1)
    log[#log + 1] = "slept"
  end)
  log[#log + 1] = "finalized"
end)
check.equal(table.concat(log, " "), "finalized")

-- So does what is spawned in a coroutine of the finalizer, and while the collector is stopped.
for _, stopped in ipairs({ false, true }) do
  finalize(function()
    if stopped then
      collectgarbage("stop")
    end
    coroutine.wrap(function()
      lunet.spawn(function()
        lunet.sleep(0)
        log[#log + 1] = "nested"
      end)
    end)()
  end)
  lunet.spawn(function()
    log[#log + 1] = stopped and "at once, stopped" or "at once"
  end)
  collectgarbage("restart")
end
check.equal(table.concat(log, " "), "finalized at once at once, stopped")

-- A coroutine that a finalizer resumes itself can't wait, and neither can the finalizer.
for _, call in ipairs({ "sleep", "read", "accept", "listen" }) do
  local name = call == "sleep" and "lunet.sleep" or "socket." .. call
  local wait = call == "sleep" and lunet.sleep or socket[call]
  local found = {}
  finalize(function()
    found[1] = select(2, pcall(wait, 0))
    coroutine.wrap(function()
      found[2] = select(2, pcall(wait, 0))
      coroutine.yield()
    end)()
  end)
  check.equal(found[1], name .. " called in non-yieldable context")
  check.equal(found[2], name .. " called in non-yieldable context")
end

lunet.spawn(function()
  -- Who is woken by a finalizer goes on afterwards, and may wait again.
  local near, far = check.pair()
  local listener = check.listener()
  local woken = {}
  lunet.spawn(function()
    woken[1] = check.show(socket.read(near))
    lunet.sleep(0)
    woken[2] = "again"
  end)
  lunet.spawn(function()
    woken[3] = check.show(socket.accept(listener))
    lunet.sleep(0)
    woken[4] = "again"
  end)
  finalize(function()
    socket.close(near)
    socket.close(listener)
  end)
  check.equal(woken[1], nil)
  check.equal(woken[3], nil)
  check.gives('"socket closed"', socket.write(near, "x"))
  lunet.sleep(2)
  check.equal(woken[1], 'nil, "socket closed"')
  check.equal(woken[2], "again")
  check.equal(woken[3], 'nil, "listener closed"')
  check.equal(woken[4], "again")
  check.gives("nil, nil", socket.read(far))
  socket.close(far)
  check.equal(table.concat(log, " ", 4), "begun nested nested slept")

  -- An error in what a finalizer spawned has its turn later, too.
  local caught
  finalize(function()
    lunet.spawn(function()
      caught = select(2, pcall(error, "later", 0))
    end)
  end)
  check.equal(caught, nil)
  lunet.sleep(1)
  check.equal(caught, "later")

  -- Finalizers in the middle of everything that makes objects.
  collectgarbage("setpause", 50)
  collectgarbage("setstepmul", 2000)
  local begun, ended = 0, 0
  local function again(depth)
    local proxy = newproxy(true)
    getmetatable(proxy).__gc = function()
      begun = begun + 1
      lunet.spawn(function()
        local one, other = check.pair()
        socket.write(one, "through")
        local found = socket.read(other)
        ended = ended + (found == "through" and 1 or 0)
        socket.close(one)
        socket.close(other)
        if depth > 0 then
          again(depth - 1)
        end
      end)
    end
  end
  for _ = 1, 40 do
    again(2)
    lunet.sleep(0)
  end
  local rounds = 0
  while (begun < 120 or ended < 120) and rounds < 2000 do
    collectgarbage()
    lunet.sleep(1)
    rounds = rounds + 1
  end
  check.equal(begun, 120)
  check.equal(ended, 120)

  -- What only finishes does so, too, and may spawn in its turn.
  local ends = 0
  finalize(function()
    lunet.spawn(function() ends = ends + 1 end)
    lunet.spawn(function()
      ends = ends + 1
      lunet.spawn(function() ends = ends + 1 end)
    end)
  end)
  lunet.sleep(2)
  check.equal(ends, 3)

  -- The same in a hook, on a thread of its own or not; a hook that is only there changes nothing.
  local near_end, far_end = check.pair()
  local order = {}
  lunet.spawn(function()
    local found = check.show(socket.read(near_end))
    order[#order + 1] = found
    lunet.sleep(0)
    order[#order + 1] = "read on"
  end)
  local function hook()
    debug.sethook(nil)
    order[#order + 1] = select(2, pcall(lunet.sleep, 0))
    coroutine.wrap(function()
      order[#order + 1] = select(2, pcall(lunet.sleep, 0))
    end)()
    lunet.spawn(function()
      lunet.sleep(0)
      order[#order + 1] = "spawned"
    end)
    socket.close(near_end)
    order[#order + 1] = "hooked"
  end
  debug.sethook(function() hook() end, "l")
  local line = 1
  line = line + 1
  debug.sethook(nil)
  local refusal = "lunet.sleep called in non-yieldable context"
  check.equal(table.concat(order, "; "), refusal .. "; " .. refusal .. "; hooked")
  lunet.sleep(2)
  check.equal(table.concat(order, "; ", 4), 'nil, "socket closed"; spawned; read on')
  socket.close(far_end)
  local lines, at_once = 0, false
  debug.sethook(function() lines = lines + 1 end, "l")
  lunet.spawn(function()
    at_once = true
    lunet.sleep(0)
    at_once = "and waited"
  end)
  check.equal(at_once, true)
  lunet.sleep(2)
  debug.sethook(nil)
  check.equal(at_once, "and waited")
  check.that(lines > 3)

  -- And in what the compiler calls.
  local compiled
  local function attached()
    lunet.spawn(function()
      lunet.sleep(0)
      compiled = true
    end)
  end
  jit.attach(attached, "bc")
  loadstring("return 1")
  jit.attach(attached)
  check.equal(compiled, nil)
  lunet.sleep(2)
  check.equal(compiled, true)

  -- The last ones run when the state is closed: nothing of theirs waits.
  local last = newproxy(true)
  getmetatable(last).__gc = function()
    lunet.spawn(function() lunet.sleep(1) end)
    pcall(lunet.sleep, 1)
  end
  _G.last = last
  check.that(true)
end)
