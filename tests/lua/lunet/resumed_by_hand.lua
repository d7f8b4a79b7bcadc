-- checks: 15
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
end)
