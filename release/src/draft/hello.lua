local lunet = require("lunet")

lunet.spawn(function()
  lunet.sleep(10) -- other coroutines run meanwhile
  print("hello from a coroutine")
end)
