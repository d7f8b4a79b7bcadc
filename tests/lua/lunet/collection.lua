-- checks: 22
-- A collection in every step: nothing that waits is ever lost.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

local function collect()
  collectgarbage()
  collectgarbage()
end

local finished = 0
for index = 1, 20 do
  local function wait()
    collect()
    lunet.sleep(index % 3)
    collect()
    finished = finished + 1
  end
  if index % 2 == 0 then
    lunet.spawn(wait)
  else
    coroutine.wrap(wait)()
  end
  collect()
end

lunet.spawn(function()
  local listener, port = check.listener()
  local echoed = 0
  for index = 1, 10 do
    lunet.spawn(function()
      local client = assert(socket.connect("127.0.0.1", port))
      collect()
      socket.write(client, "hello " .. index)
      collect()
      check.gives('"hello ' .. index .. '", nil', socket.read(client))
      collect()
      socket.close(client)
      echoed = echoed + 1
    end)
  end
  for _ = 1, 10 do
    local client = assert(socket.accept(listener))
    collect()
    lunet.spawn(function()
      local data = socket.read(client)
      collect()
      socket.write(client, data)
      data = socket.read(client)
      collect()
      check.equal(data, nil)
      socket.close(client)
    end)
    collect()
  end
  while echoed < 10 or finished < 20 do
    collect()
    lunet.sleep(1)
  end
  socket.close(listener)
  check.equal(finished, 20)

  -- An open socket that nobody holds stays open: its peer sees no end.
  local near, far = check.pair()
  near = nil
  collect()
  check.gives('nil, "operation timed out"', socket.read(far, { timeout_ms = 20 }))
  lunet.stop()
end)

-- A collector at full speed meanwhile.
collectgarbage("setpause", 100)
collectgarbage("setstepmul", 1000)
