-- Answers every request of every connection with the same bytes.
local lunet = require("lunet")
local socket = require("lunet.socket")
local reply = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n"

local function serve(client)
  while socket.read(client) do
    socket.write(client, reply)
  end
  socket.close(client)
end

lunet.spawn(function()
  local listener = assert(socket.listen("tcp", "127.0.0.1", tonumber(arg[1])))
  print("ready")
  io.stdout:flush()
  while true do
    local client = socket.accept(listener)
    lunet.spawn(function() serve(client) end)
  end
end)
