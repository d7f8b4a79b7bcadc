-- checks: 17
-- `lunet.waits`: who waits, for what.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

check.equal(#lunet.waits(), 0)
local sleeper
lunet.spawn(function()
  sleeper = coroutine.running()
  lunet.sleep(1000000)
end)
local waits = lunet.waits()
check.equal(#waits, 1)
check.equal(waits[1].coroutine, sleeper)
check.equal(waits[1].operation, "sleep")
check.equal(type(waits[1].waited_ms), "number")
check.that(waits[1].waited_ms >= 0)

lunet.spawn(function()
  local near, far = check.pair()
  local listener = check.listener()
  lunet.spawn(function() socket.read(near) end)
  lunet.spawn(function() socket.accept(listener) end)
  lunet.spawn(function() socket.write(far, ("x"):rep(64 * 1024 * 1024)) end)
  local names = {}
  for _, wait in ipairs(lunet.waits()) do
    names[#names + 1] = wait.operation
    check.equal(type(wait.coroutine), "thread")
    check.equal(coroutine.status(wait.coroutine), "suspended")
  end
  table.sort(names)
  check.equal(table.concat(names, " "), "accept read sleep write")

  -- A thread that was listed is the script's, too: it is not used again.
  local listed
  lunet.spawn(function() lunet.sleep(1) end)
  for _, wait in ipairs(lunet.waits()) do
    if wait.operation == "sleep" and wait.coroutine ~= sleeper then
      listed = wait.coroutine
    end
  end
  lunet.sleep(5)
  check.equal(coroutine.status(listed), "dead")
  local used_again
  lunet.spawn(function()
    used_again = coroutine.running() == listed
  end)
  check.equal(used_again, false)
  lunet.stop()
end)
