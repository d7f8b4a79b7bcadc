-- checks: 5
-- `socket.connect` to paths: no port is needed; paths that are none.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  check.gives('nil, "no such file or directory"', socket.connect("./nobody.sock"))
  check.gives('nil, "no such file or directory"', socket.connect("./nobody.sock", 0))
  check.gives('nil, "no such file or directory"', socket.connect("./nobody.sock", { timeout_ms = 1000 }))
  check.gives('nil, "invalid argument"', socket.connect("./a\0b", 0))
  check.fails_with("name too long", socket.connect("./" .. ("x"):rep(200), 0))
end)
