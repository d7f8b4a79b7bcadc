-- checks: 23
-- A script that resumes a waiting coroutine itself takes the wait away: the loop never touches a
-- coroutine that no longer waits.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

-- It has ended before its wait does.
local thread
local values
lunet.spawn(function()
  thread = coroutine.running()
  values = check.show(lunet.sleep(5))
end)
check.gives("true", coroutine.resume(thread, 1, "two"))
check.equal(values, '1, "two"')
check.equal(coroutine.status(thread), "dead")

-- The same for a plain coroutine.
local plain = coroutine.create(function()
  lunet.sleep(5)
end)
check.gives("true", coroutine.resume(plain))
check.gives("true", coroutine.resume(plain))
check.equal(coroutine.status(plain), "dead")

-- It has failed before its wait does.
local failing = coroutine.create(function()
  lunet.sleep(5)
  error("by hand", 0)
end)
check.gives("true", coroutine.resume(failing))
check.gives('false, "by hand"', coroutine.resume(failing))

-- It waits for something else by then.
local order = {}
local function note(...)
  order[#order + 1] = check.show(...)
end
local again = coroutine.create(function()
  note(lunet.sleep(5))
  note(lunet.sleep(20))
  note("end")
end)
check.gives("true", coroutine.resume(again))
check.gives("true", coroutine.resume(again, "by hand"))

lunet.spawn(function()
  local near, far = check.pair()
  -- The reader closes its own socket while its wait is still noted.
  local reader = coroutine.create(function()
    local data = socket.read(near)
    note(data, socket.close(near))
  end)
  check.gives("true", coroutine.resume(reader))
  check.gives("true", coroutine.resume(reader, "by hand"))
  check.equal(coroutine.status(reader), "dead")
  check.gives("nil, nil", socket.read(far))
  socket.close(far)
  lunet.sleep(40)
  collectgarbage()
  check.equal(table.concat(order, "; "), '"by hand"; "by hand", nil; nothing; "end"')

  -- It was woken already, and has its turn later: in a finalizer everybody has. By then it waits for
  -- something else, has yielded to the script, or has ended.
  for _, case in ipairs({ "waits", "yields", "ends" }) do
    local one, other = check.pair()
    local log = {}
    local woken = coroutine.create(function()
      log[1] = check.show(socket.read(one))
      if case == "waits" then
        log[2] = check.show(lunet.sleep(3))
      elseif case == "yields" then
        log[2] = check.show(coroutine.yield())
      end
    end)
    check.gives("true", coroutine.resume(woken))
    local proxy = newproxy(true)
    getmetatable(proxy).__gc = function()
      socket.close(one)
    end
    proxy = nil
    collectgarbage()
    collectgarbage()
    coroutine.resume(woken, "by hand")
    lunet.sleep(0)
    lunet.sleep(0)
    if case == "yields" then
      coroutine.resume(woken, "again")
    end
    lunet.sleep(5)
    local expected = { waits = '"by hand"; nothing', yields = '"by hand"; "again"', ends = '"by hand"' }
    check.equal(table.concat(log, "; "), expected[case])
    socket.close(other)
  end
  check.equal(#lunet.waits(), 0)
  check.that(true)
end)
