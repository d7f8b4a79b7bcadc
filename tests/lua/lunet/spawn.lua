-- checks: 12
-- `lunet.spawn`: arguments, order, what it gives back.
local lunet = require("lunet")
local check = require("check")

check.raises("bad argument #1 to '?' (function expected, got number)", lunet.spawn, 5)
check.raises("bad argument #1 to '?' (function expected, got no value)", lunet.spawn)
check.raises("bad argument #1 to '?' (function expected, got nil)", lunet.spawn, nil)
check.raises("bad argument #1 to '?' (function expected, got table)", lunet.spawn, setmetatable({}, { __call = print }))
check.raises("bad argument #1 to '?' (function expected, got string)", lunet.spawn, "f")
check.raises("bad argument #1 to '?' (function expected, got thread)", lunet.spawn, coroutine.create(print))

-- It runs at once, up to the first wait, and gives nothing back.
local order = {}
local function note(word)
  order[#order + 1] = word
end
check.gives("nothing", lunet.spawn(function(...)
  check.gives("nothing", ...)
  note("begun")
  lunet.sleep(0)
  note("resumed")
  return "dropped"
end, "not handed on"))
note("spawned")
check.equal(table.concat(order, " "), "begun spawned")

-- Spawned inside of a spawned function: the same, depth first.
lunet.spawn(function()
  lunet.spawn(function()
    lunet.spawn(function()
      note("third")
    end)
    note("second")
  end)
  note("first")
end)
check.equal(table.concat(order, " "), "begun spawned third second first")

-- C functions may be spawned, and functions that never wait.
lunet.spawn(collectgarbage)
lunet.spawn(coroutine.wrap(function() end))

-- A coroutine is in no table that the script has to keep.
local finished = 0
for _ = 1, 1000 do
  lunet.spawn(function()
    lunet.sleep(1)
    finished = finished + 1
  end)
end
collectgarbage()
lunet.spawn(function()
  repeat
    collectgarbage()
    lunet.sleep(1)
  until finished == 1000
  check.equal(finished, 1000)
  check.equal(table.concat(order, " "), "begun spawned third second first resumed")
end)
