-- checks: 4
-- A listener that accepts nothing: whoever connects or looks whether it lives never blocks.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

lunet.spawn(function()
  local listener = assert(socket.listen("unix", "full.sock"))
  local clients, text = {}, nil
  repeat
    clients[#clients + 1], text = socket.connect("./full.sock", { timeout_ms = 1000 })
  until text
  check.equal(text, "resource temporarily unavailable")
  check.that(#clients >= 1024, "the backlog is long")
  check.gives('nil, "failed to bind unix socket: address already in use"', socket.listen("unix", "full.sock"))

  -- Room is made as connections are taken.
  socket.close((assert(socket.accept(listener))))
  local client, later = socket.connect("./full.sock")
  check.gives("userdata, nil", client, later)
  socket.close(listener)
  for _, each in ipairs(clients) do
    socket.close(each)
  end
  socket.close(client)
end)
