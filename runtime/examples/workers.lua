-- A queue of jobs, workers that take them, a ticker, and a deadline: what coroutines and timers do.
--
--   lunet-run workers.lua [jobs] [workers]      12 jobs and 3 workers by default
--
-- The script ends by itself when nothing is left to wait for.

local lunet = require("lunet")

local jobs = tonumber(arg[1] or 12)
local workers = tonumber(arg[2] or 3)

-- ------------------------------------------------------------------ a channel between coroutines

local Channel = {}
Channel.__index = Channel

local function new_channel(capacity)
  return setmetatable({ capacity = capacity, items = {}, first = 1, last = 0, closed = false }, Channel)
end

--- Waits until there is room.
function Channel:send(item)
  while self.last - self.first + 1 >= self.capacity do
    lunet.sleep(1)
  end
  self.last = self.last + 1
  self.items[self.last] = item
end

--- Waits for an item; nil when the channel is closed and empty.
function Channel:receive()
  while self.first > self.last do
    if self.closed then
      return nil
    end
    lunet.sleep(1)
  end
  local item = self.items[self.first]
  self.items[self.first] = nil
  self.first = self.first + 1
  return item
end

-- ------------------------------------------------------------------ who does what

local queue = new_channel(4)
local done, working = 0, workers

for worker = 1, workers do
  lunet.spawn(function()
    local mine = 0
    for job in Channel.receive, queue do
      lunet.sleep(5 + job % 3 * 5) -- the work
      mine, done = mine + 1, done + 1
    end
    working = working - 1
    print(string.format("worker %d did %d jobs", worker, mine))
  end)
end

lunet.spawn(function()
  for job = 1, jobs do
    queue:send(job)
  end
  queue.closed = true
end)

-- The ticker tells how far they are, as long as anybody works.
lunet.spawn(function()
  while working > 0 do
    lunet.sleep(20)
    print(string.format("%d of %d jobs", done, jobs))
  end
end)

-- A deadline for all of it: the loop ends, whatever still waits.
lunet.spawn(function()
  for _ = 1, 300 do
    lunet.sleep(100)
    if working == 0 then
      return
    end
  end
  io.stderr:write("too slow\n")
  __lunet_exit_code = 1
  lunet.stop()
end)

lunet.on_stop(function()
  print(string.format("%d jobs done", done))
end)
