-- Drives probe.c; prints "ok" when everything has run.
local lunet = require("lunet")
local probe = require("probe")

local function raises(text, ...)
  local ok, message = pcall(...)
  assert(not ok and message == text, tostring(message))
end

local state, any_address, ordered = probe.facts()
assert(state and ordered)
assert(any_address == (arg[1] == "any"), "the configuration is the command line's")

raises("probe.later must be called from coroutine", probe.later, 1)
raises("bad argument #1 to '?' (function expected, got number)", probe.spawn, 1)

-- Many at once, with the collector running all the while.
local done = 0
for i = 1, 500 do
  probe.spawn(function()
    local value, ran = probe.later({ i })
    collectgarbage("step")
    assert(value[1] == i and ran == true)
    local again = probe.later("second")
    assert(again == "second")
    done = done + 1
  end)
end

-- A coroutine of the script's own, and one inside another.
local plain = coroutine.create(function() assert(probe.later("plain") == "plain") done = done + 1 end)
assert(coroutine.resume(plain))
plain = nil
collectgarbage()
lunet.spawn(function()
  local inner = coroutine.wrap(function() assert(probe.later("inner") == "inner") done = done + 1 end)
  assert(select("#", inner()) == 0)
  lunet.sleep(1)
end)

-- Not yieldable.
lunet.spawn(function()
  raises("probe.later called in non-yieldable context", string.gsub, "x", "x", function() probe.later(1) end)
  done = done + 1
end)

-- A spawned coroutine that yields to nobody is resumed from C, or is let go.
local waiting
lunet.spawn(function()
  waiting = coroutine.running()
  assert(coroutine.yield("to nobody") == "results")
  lunet.sleep(1)
  done = done + 1
end)
collectgarbage()
assert(probe.resume(waiting, "results") == 1)
local abandoned = setmetatable({}, { __mode = "k" })
lunet.spawn(function()
  abandoned[coroutine.running()] = true
  coroutine.yield()
end)
collectgarbage()
local left = next(abandoned)
assert(left, "a spawned coroutine stays anchored until it ends")
probe.unanchor(left)
left = nil
collectgarbage()
collectgarbage()
assert(next(abandoned) == nil, "nobody holds it any more")

-- One that runs, or has resumed another one, is left alone.
local outer
outer = coroutine.create(function(word)
  local inner = coroutine.wrap(function() return probe.resume(outer), probe.resume(coroutine.running()) end)
  local first, second = inner()
  return first, second, word
end)
local _, normal, running, word = coroutine.resume(outer, "kept")
assert(normal == 2 and running == 2 and word == "kept")

-- A coroutine that a plugin may hold is nobody else's afterwards: resumed once more it is dead, and
-- one that waits for something else by then goes on, once.
local ends = 0
lunet.spawn(function()
  probe.keep()
  ends = ends + 1
end)
assert(probe.again() == 0 and ends == 1)
local others = 0
for _ = 1, 3 do
  lunet.spawn(function()
    lunet.sleep(2)
    others = others + 1
  end)
end
assert(probe.again() == 2 and others == 0)
local slept = 0
lunet.spawn(function()
  probe.keep()
  lunet.sleep(1)
  slept = slept + 1
end)
assert(probe.again() == 1 and slept == 0)
assert(probe.again() == 0 and slept == 1)

-- What a coroutine returns is for C where C has begun it and it ends at once, and else for nobody: it
-- is dead then, also for the script.
local function values(...) return table.concat({ ... }, " ") end
assert(values(probe.begin(function() return "a", "b" end)) == "0 a b")
local begun
assert(values(probe.begin(function()
  begun = coroutine.running()
  lunet.sleep(0)
  return "a"
end)) == "1")
local lasting
lunet.spawn(function()
  lasting = coroutine.running()
  probe.later(1)
  return print
end)
lunet.spawn(function()
  for _, ended in ipairs({ begun, lasting }) do
    while coroutine.status(ended) ~= "dead" do
      lunet.sleep(1)
    end
    local fine, text = coroutine.resume(ended)
    assert(not fine and text == "cannot resume dead coroutine")
    done = done + 1
  end
end)

-- In a hook of C nothing waits, on a thread of its own neither; what it spawns has its turn later.
local order = {}
local function note(text)
  order[#order + 1] = text
end
for _, main in ipairs({ true, false }) do
  local function run()
    probe.hook(function()
      coroutine.wrap(function() note(select(2, pcall(lunet.sleep, 0))) end)()
      coroutine.wrap(function() note(select(2, pcall(probe.later, 0))) end)()
      lunet.spawn(function()
        lunet.sleep(0)
        done = done + 1
      end)
      note("hooked")
    end)
    for _ = 1, 50 do
      math.abs(1)
    end
    probe.hook(nil)
  end
  if main then run() else lunet.spawn(run) end
end
local refused = "lunet.sleep called in non-yieldable context; probe.later called in non-yieldable context; hooked"
assert(table.concat(order, "; ") == refused .. "; " .. refused, table.concat(order, "; "))

-- Globals that C gave a coroutine are not those of the next one on its thread.
local own = getfenv(0)
for _ = 1, 3 do
  lunet.spawn(function() probe.globals({}) end)
end
for _ = 1, 3 do
  lunet.spawn(function() done = done + (getfenv(0) == own and 1 or 0) end)
end

-- What comes back from another thread may leave the stack of the main thread as it likes.
for _ = 1, 2000 do
  probe.untidy()
end
lunet.spawn(function()
  while probe.untidy() < 2000 do
    lunet.sleep(1)
  end
  done = done + 1
end)

-- An error after a resume from C.
lunet.spawn(function()
  probe.later(1)
  error("after the trip", 0)
end)

lunet.on_stop(function()
  assert(done == 512, done)
  assert(ends == 1 and others == 3 and slept == 1)
  __lunet_exit_code = 7
  print("ok")
end)
