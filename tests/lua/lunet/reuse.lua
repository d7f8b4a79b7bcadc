-- checks: 24
-- Threads are used again only where no script can tell.
local lunet = require("lunet")
local check = require("check")

-- A coroutine that a script holds keeps its identity and its end.
local held = {}
for index = 1, 50 do
  lunet.spawn(function()
    held[index] = coroutine.running()
  end)
end
local distinct, dead = {}, 0
for _, thread in ipairs(held) do
  distinct[thread] = true
  dead = dead + (coroutine.status(thread) == "dead" and 1 or 0)
end
local number = 0
for _ in pairs(distinct) do
  number = number + 1
end
check.equal(number, 50)
check.equal(dead, 50)
check.gives('false, "cannot resume dead coroutine"', coroutine.resume(held[1]))

-- Held by a weak table alone, it goes with the collection.
local weak = setmetatable({}, { __mode = "k" })
for _ = 1, 50 do
  lunet.spawn(function()
    weak[coroutine.running()] = true
  end)
end
collectgarbage()
collectgarbage()
check.equal(next(weak), nil)

-- Values by coroutine never meet those of another one.
local owner = setmetatable({}, { __mode = "k" })
local mixed = 0
for round = 1, 200 do
  lunet.spawn(function()
    local me = coroutine.running()
    mixed = mixed + (owner[me] and 1 or 0)
    owner[me] = round
    if round % 3 == 0 then
      lunet.sleep(0)
      mixed = mixed + (owner[me] == round and 0 or 1)
    end
  end)
  if round % 50 == 0 then
    collectgarbage()
  end
end

-- After an error a thread is not used again, and locals of one life never show in the next.
for _ = 1, 20 do
  lunet.spawn(function()
    local secret = { "secret" }
    lunet.spawn(function()
      local fine = pcall(error, secret)
      secret = fine
    end)
  end)
end
lunet.spawn(function(...)
  local a, b, c
  check.gives("nothing", ...)
  check.gives("nil, nil, nil", a, b, c)
end)

-- A coroutine begins with the globals of whoever spawns it, whatever ran on its thread before.
local globals = getfenv(0)
for _ = 1, 3 do
  lunet.spawn(function()
    setfenv(0, { print = print })
  end)
end
for _ = 1, 3 do
  lunet.spawn(function()
    check.equal(getfenv(0), globals)
  end)
end
lunet.spawn(function()
  local own = {}
  setfenv(0, own)
  lunet.spawn(function()
    check.equal(getfenv(0), own)
    check.equal(getfenv(1), globals)
  end)
end)
lunet.spawn(function()
  check.equal(getfenv(0), globals)
end)

-- Objects of a finished coroutine are garbage.
local gone = setmetatable({}, { __mode = "v" })
lunet.spawn(function()
  local object = {}
  gone[1] = object
  lunet.sleep(0)
  gone[2] = object
end)
lunet.spawn(function()
  check.turn()
  collectgarbage()
  collectgarbage()
  check.equal(gone[1], nil)
  check.equal(gone[2], nil)
  check.equal(mixed, 0)

  -- On the main thread there is no running coroutine; inside of one it is always the same.
  local me = coroutine.running()
  lunet.sleep(0)
  check.equal(coroutine.running(), me)
  check.equal(coroutine.status(me), "running")
  local nested = coroutine.create(function()
    return coroutine.running(), coroutine.status(me)
  end)
  local _, inside, outside = coroutine.resume(nested)
  check.equal(inside, nested)
  check.equal(outside, "normal")
end)
check.gives("nil", coroutine.running())

-- A coroutine that yields to nobody stays alive as long as somebody can resume it.
local stray
lunet.spawn(function()
  stray = coroutine.running()
  local word = coroutine.yield("to nobody")
  check.equal(word, "again")
  lunet.sleep(0)
  check.that(true, "a stray coroutine may wait")
end)
collectgarbage()
check.equal(coroutine.status(stray), "suspended")
check.gives("true", coroutine.resume(stray, "again"))
