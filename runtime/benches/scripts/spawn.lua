-- Coroutines that are spawned and end at once.
local spawn = require("lunet").spawn
local count = 0
local function body()
  count = count + 1
end
local begun = os.clock()
for _ = 1, 1000000 do
  spawn(body)
end
print(os.clock() - begun)
assert(count == 1000000)
