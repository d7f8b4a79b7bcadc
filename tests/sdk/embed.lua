-- The script that embed.c runs.
local lunet = require("lunet")
assert(arg[0]:match("embed%.lua$") and arg[1] == nil)
lunet.spawn(function()
  lunet.sleep(1)
  __lunet_exit_code = 23
end)
