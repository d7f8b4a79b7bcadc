-- An echo server: what a client sends comes back, until it hangs up.
--
--   lunet-run echo.lua [port]      port 0 is a free one; the default is 7777
--
-- Try it:  timeout 60 nc 127.0.0.1 7777

local lunet = require("lunet")
local socket = require("lunet.socket")

local function serve(client)
  while true do
    local data, failure = socket.read(client)
    if failure then
      io.stderr:write("read: ", failure, "\n")
    end
    if not data then
      break
    end
    -- The next read waits until the client has taken what it was sent.
    failure = socket.write(client, data)
    if failure then
      io.stderr:write("write: ", failure, "\n")
      break
    end
  end
  socket.close(client)
end

lunet.spawn(function()
  local listener = assert(socket.listen("tcp", "127.0.0.1", tonumber(arg[1] or 7777)))
  print("listening on " .. socket.getsockname(listener))
  io.stdout:flush()
  while true do
    local client, failure = socket.accept(listener)
    if client then
      lunet.spawn(function() serve(client) end)
    else
      io.stderr:write("accept: ", failure, "\n")
    end
  end
end)
