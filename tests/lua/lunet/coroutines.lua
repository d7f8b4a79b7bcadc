-- checks: 49
-- Who may wait: coroutines of any origin, wherever LuaJIT can yield; the main thread never.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

local waits = {
  ["lunet.sleep"] = function() lunet.sleep(0) end,
  ["socket.listen"] = function() socket.listen("tcp", "127.0.0.1", 0) end,
  ["socket.accept"] = function() socket.accept() end,
  ["socket.getpeername"] = function() socket.getpeername() end,
  ["socket.read"] = function() socket.read() end,
  ["socket.write"] = function() socket.write() end,
  ["socket.connect"] = function() socket.connect("127.0.0.1", 1) end,
}
local names = {}
for name in pairs(waits) do
  names[#names + 1] = name
end
table.sort(names)

for _, name in ipairs(names) do
  check.raises(name .. " must be called from coroutine", waits[name])
end

-- What may be called anywhere.
check.gives('"invalid socket handle"', socket.close(nil))
check.gives("nil", socket.set_read_buffer_size(4096))
check.gives('nil, "invalid socket handle"', socket.getsockname(nil))

lunet.spawn(function()
  -- Across the boundary of a C function nothing can wait.
  for _, name in ipairs(names) do
    local found
    string.gsub("x", "x", function()
      local _, text = pcall(waits[name])
      found = text
    end)
    check.equal(found, name .. " called in non-yieldable context")
  end
  local found
  table.sort({ 2, 1 }, function(a, b)
    local fine, text = pcall(lunet.sleep, 0)
    found = text
    return a < b
  end)
  check.equal(found, "lunet.sleep called in non-yieldable context")
  package.preload["waits.while.loading"] = function()
    found = select(2, pcall(lunet.sleep, 0))
  end
  require("waits.while.loading")
  check.equal(found, "lunet.sleep called in non-yieldable context")

  -- pcall, xpcall, metamethods and iterators can.
  check.gives("true", pcall(lunet.sleep, 0))
  check.gives("true, 5", xpcall(function()
    lunet.sleep(0)
    return 5
  end, debug.traceback))
  check.gives('false, "after a wait"', pcall(function()
    lunet.sleep(0)
    error("after a wait", 0)
  end))
  local slow = setmetatable({}, {
    __index = function(_, key)
      lunet.sleep(0)
      return key .. "!"
    end,
    __add = function()
      lunet.sleep(0)
      return "sum"
    end,
    __lt = function()
      lunet.sleep(0)
      return true
    end,
    __concat = function()
      lunet.sleep(0)
      return "joined"
    end,
    __call = function(_, word)
      lunet.sleep(0)
      return word
    end,
    __newindex = function(table, key, value)
      lunet.sleep(0)
      rawset(table, key, value)
    end,
  })
  check.equal(slow.key, "key!")
  check.equal(slow + 1, "sum")
  check.equal(slow < slow, true)
  check.equal(slow .. "x", "joined")
  check.equal(slow("called"), "called")
  slow.new = 7
  check.equal(rawget(slow, "new"), 7)
  local sum = 0
  for number in function(_, last)
    lunet.sleep(0)
    last = (last or 0) + 1
    return last <= 3 and last or nil
  end do
    sum = sum + number
  end
  check.equal(sum, 6)
end)

-- A plain coroutine: the call yields to whoever resumed it, without values; the loop goes on with it.
local steps = {}
local plain = coroutine.create(function(...)
  steps[#steps + 1] = check.show(...)
  steps[#steps + 1] = check.show(lunet.sleep(0))
  steps[#steps + 1] = "done"
  return "to nobody"
end)
check.gives("true", coroutine.resume(plain, 1, 2))
check.equal(coroutine.status(plain), "suspended")
check.equal(table.concat(steps, " "), "1, 2")
plain = setmetatable({ plain }, { __mode = "v" })
collectgarbage()
collectgarbage()

-- A nested wrap: its driver gets no values, the inner coroutine goes on by itself.
local inner = {}
lunet.spawn(function()
  local wrapped = coroutine.wrap(function()
    inner[#inner + 1] = "in"
    lunet.sleep(0)
    inner[#inner + 1] = "resumed by the loop"
  end)
  check.gives("nothing", wrapped())
  inner[#inner + 1] = "driver"
end)
check.equal(table.concat(inner, ", "), "in, driver")

-- Two deep, where both wait.
lunet.spawn(function()
  local outer = coroutine.create(function()
    local deep = coroutine.create(function()
      lunet.sleep(1)
      inner[#inner + 1] = "deep"
    end)
    check.gives("true", coroutine.resume(deep))
    lunet.sleep(3)
    inner[#inner + 1] = "outer"
  end)
  check.gives("true", coroutine.resume(outer))
end)

-- One that has ended is dead, whoever has held it and whatever it returned: nobody gets that.
lunet.spawn(function()
  local shared_at_once, shared
  lunet.spawn(function()
    shared_at_once = coroutine.running()
    return error, "returned"
  end)
  lunet.spawn(function()
    shared = coroutine.running()
    lunet.sleep(0)
    return error, "returned"
  end)
  local own = coroutine.create(function()
    lunet.sleep(0)
    return error, "returned"
  end)
  check.gives("true", coroutine.resume(own))
  local wrapped = coroutine.wrap(function()
    lunet.sleep(0)
    return "returned"
  end)
  check.gives("nothing", wrapped())
  lunet.sleep(5)
  for _, ended in ipairs({ shared_at_once, shared, own }) do
    check.equal(coroutine.status(ended), "dead")
    check.gives('false, "cannot resume dead coroutine"', coroutine.resume(ended))
  end
  check.raises("cannot resume dead coroutine", wrapped)
end)

-- A generator that yields values and waits in between stays usable for whom it serves.
lunet.spawn(function()
  local generator = coroutine.wrap(function()
    for number = 1, 3 do
      coroutine.yield(number)
    end
  end)
  local total = 0
  for _ = 1, 3 do
    total = total + generator()
    lunet.sleep(0)
  end
  check.equal(total, 6)
end)

lunet.spawn(function()
  lunet.sleep(20)
  check.equal(table.concat(steps, " "), "1, 2 nothing done")
  check.equal(table.concat(inner, ", "), "in, driver, resumed by the loop, deep, outer")
  collectgarbage()
  collectgarbage()
  check.equal(plain[1], nil)
end)
