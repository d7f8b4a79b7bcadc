-- checks: 12
-- Coroutines that the script resumes until they end: nothing of them stays, and those that have not
-- ended stay what they are.
local lunet = require("lunet")
local check = require("check")

local ALL = 6000

--- Makes so many coroutines by `make`, and gives how many are there after the collector has run.
local function left(make)
  local made = setmetatable({}, { __mode = "k" })
  for _ = 1, ALL do
    made[make()] = true
  end
  collectgarbage()
  collectgarbage()
  local count = 0
  for _ in pairs(made) do
    count = count + 1
  end
  return count
end

--- Spawns a function that yields to nobody, and gives its coroutine.
local function spawned(body)
  local thread
  lunet.spawn(function()
    thread = coroutine.running()
    body()
  end)
  return thread
end

local ways = {
  ["that yielded and ended"] = function()
    local thread = spawned(coroutine.yield)
    assert(coroutine.resume(thread))
    return thread
  end,
  ["that yielded and failed"] = function()
    local thread = spawned(function()
      coroutine.yield()
      error("broken")
    end)
    assert(not coroutine.resume(thread))
    return thread
  end,
  ["that waited and ended"] = function()
    local thread = spawned(function() lunet.sleep(1e6) end)
    assert(coroutine.resume(thread))
    return thread
  end,
  ["of the script's own that waited and ended"] = function()
    local thread = coroutine.create(function() lunet.sleep(1e6) end)
    assert(coroutine.resume(thread))
    assert(coroutine.resume(thread))
    return thread
  end,
}

lunet.spawn(function()
  -- These go on yielding and waiting while the others come and go.
  local yields, waits = {}, {}
  for index = 1, 100 do
    yields[index] = spawned(function() return coroutine.yield(coroutine.yield()) end)
    waits[index] = spawned(function() lunet.sleep(1e6) end)
    assert(coroutine.resume(yields[index]))
  end
  for what, make in pairs(ways) do
    check.that(left(make) < ALL / 2, "coroutines " .. what .. " stay")
    check.equal(#lunet.waits() < ALL / 2, true)
  end
  local alive = { yields = 0, waits = 0 }
  for index = 1, 100 do
    alive.yields = alive.yields + (coroutine.status(yields[index]) == "suspended" and 1 or 0)
    alive.waits = alive.waits + (coroutine.status(waits[index]) == "suspended" and 1 or 0)
  end
  check.equal(alive.yields, 100)
  check.equal(alive.waits, 100)
  local ends = 0
  for index = 1, 100 do
    local fine = coroutine.resume(yields[index]) and coroutine.resume(waits[index])
    ends = ends + (fine and coroutine.status(yields[index]) == "dead" and coroutine.status(waits[index]) == "dead" and 1 or 0)
  end
  check.equal(ends, 100)
  local slept = false
  lunet.spawn(function()
    lunet.sleep(1)
    slept = true
  end)
  lunet.sleep(5)
  check.equal(slept, true)
  lunet.stop()
end)
