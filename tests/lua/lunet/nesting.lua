-- checks: 404
-- Spawning inside of a spawned function, and waking from inside of a woken one, to any depth.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

local deepest = 0
local function descend(depth)
  deepest = math.max(deepest, depth)
  if depth < 100000 then
    lunet.spawn(function()
      descend(depth + 1)
    end)
  end
end
lunet.spawn(function()
  descend(1)
end)

-- The same with a wait at each level.
local slow = 0
local function slowly(depth)
  slow = depth
  if depth < 2000 then
    lunet.spawn(function()
      lunet.sleep(0)
      slowly(depth + 1)
    end)
  end
end
slowly(1)

-- Through pcall, wrap and a C function.
local mixed = 0
local function mix(depth)
  mixed = math.max(mixed, depth)
  if depth < 3000 then
    pcall(lunet.spawn, function()
      coroutine.wrap(function()
        ("x"):gsub("x", function()
          lunet.spawn(function()
            mix(depth + 1)
          end)
        end)
      end)()
    end)
  end
end
mix(1)

-- Each close wakes a reader that closes the next socket.
local woken = 0
local length = 400
lunet.spawn(function()
  local handles = {}
  local others = {}
  for index = 1, length do
    handles[index], others[index] = check.pair()
  end
  for index = 1, length do
    lunet.spawn(function()
      check.gives('nil, "socket closed"', socket.read(handles[index]))
      woken = woken + 1
      if handles[index + 1] then
        socket.close(handles[index + 1])
      end
      socket.close(others[index])
    end)
  end
  socket.close(handles[1])
  while woken < length or slow < 2000 or mixed < 3000 do
    lunet.sleep(1)
  end
  check.equal(woken, length)
  check.equal(deepest, 100000)
  check.equal(slow, 2000)
  check.equal(mixed, 3000)
end)
