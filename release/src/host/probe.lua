-- Tries out a release: every module that it brings can be required, and one request over loopback
-- is served. `modules` and `well` are written above.

for _, name in ipairs(modules) do
  local found, module = pcall(require, name)
  if not found then
    io.stderr:write("the module ", name, " can't be required: ", tostring(module), "\n")
    os.exit(1)
  end
end

local lunet = require("lunet")
local socket = require("lunet.socket")

local function ask(port)
  local server = assert(socket.connect("127.0.0.1", port))
  assert(not socket.write(server, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
  local answer = ""
  while true do
    local piece = socket.read(server)
    if not piece then break end
    answer = answer .. piece
  end
  socket.close(server)
  assert(answer:find("^HTTP/1%.1 200 OK\r\n"), "another answer came")
  assert(answer:sub(-5) == "hello", "another body came")
  print(well)
end

lunet.spawn(function()
  local listener = assert(socket.listen("tcp", "127.0.0.1", 0))
  local address = assert(socket.getsockname(listener))
  local port = tonumber(address:match(":(%d+)$"))
  lunet.spawn(function() ask(port) end)
  local client = assert(socket.accept(listener))
  local request = assert(socket.read(client))
  assert(request:find("^GET / HTTP/1%.1\r\n"), "another request came")
  assert(not socket.write(client, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"))
  socket.close(client)
  socket.close(listener)
end)
