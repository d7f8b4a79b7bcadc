-- Coroutines that all sleep at the same time, as short as it gets.
local lunet = require("lunet")
local sleep, spawn = lunet.sleep, lunet.spawn
local count = 0
local function body()
  sleep(1)
  count = count + 1
  if count == 100000 then
    print("done")
  end
end
for _ = 1, 100000 do
  spawn(body)
end
