-- Accepts connections and waits for input of each.
local lunet = require("lunet")
local socket = require("lunet.socket")

lunet.spawn(function()
  local listener = assert(socket.listen("tcp", "127.0.0.1", tonumber(arg[1])))
  print("ready")
  io.stdout:flush()
  while true do
    local client = socket.accept(listener)
    lunet.spawn(function()
      socket.read(client)
      socket.close(client)
    end)
  end
end)
