-- checks: 3
-- Connecting to a path succeeds or fails at once, and still the others have their turn.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  local listener = assert(socket.listen("unix", "busy.sock"))
  local accepted, running = 0, true
  lunet.spawn(function()
    while running do
      local client = socket.accept(listener, { timeout_ms = 1000 })
      if client then
        socket.close(client)
        accepted = accepted + 1
      end
    end
    socket.close(listener)
  end)
  local connected = 0
  while accepted < 1000 do
    local client = socket.connect("./busy.sock")
    if client then
      connected = connected + 1
      socket.close(client)
    end
  end
  check.that(connected >= 1000)
  running = false
  local ended = false
  lunet.spawn(function()
    lunet.sleep(1)
    ended = true
  end)
  while not ended do
    check.count = check.count - 1
    check.gives('nil, "no such file or directory"', socket.connect("./nobody.sock"))
  end
  check.that(true, "failing does not starve a timer")
  local client, text = socket.connect("./busy.sock")
  check.that(client or text, "a handle or a reason")
  if client then
    socket.close(client)
  end
end)
