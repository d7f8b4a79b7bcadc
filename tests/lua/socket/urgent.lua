-- checks: 7
-- A peer that sends something urgent, as telnet does: what comes behind it is read like the rest. The
-- urgent byte itself is not.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")
local ffi = require("ffi")

if jit.os ~= "Linux" then
  check.count = 7
  return
end

ffi.cdef([[
  typedef struct { uint16_t family, port; uint8_t address[4], zero[8]; } urgent_tests;
  int socket(int, int, int);
  int connect(int, const urgent_tests *, uint32_t);
  ssize_t send(int, const char *, size_t, int);
  int close(int);
]])
local URGENT = 1

lunet.spawn(function()
  local listener, port = check.listener()
  local address = ffi.new("urgent_tests", { family = 2, address = { 127, 0, 0, 1 } })
  address.port = math.floor(port / 256) + port % 256 * 256
  local peer = ffi.C.socket(2, 1, 0)
  assert(ffi.C.connect(peer, address, ffi.sizeof(address)) == 0)
  local near = assert(socket.accept(listener))

  local heard = {}
  lunet.spawn(function()
    repeat
      heard[#heard + 1] = check.show(socket.read(near, { timeout_ms = 5000 }))
    until heard[#heard]:find("^nil")
  end)
  local function comes(expected)
    for _ = 1, 1000 do
      if heard[#heard] == expected then break end
      lunet.sleep(1)
    end
    check.equal(heard[#heard], expected)
  end
  ffi.C.send(peer, "first", 5, 0)
  comes('"first", nil')
  -- All of it is there before the loop hears of any.
  ffi.C.send(peer, "before", 6, 0)
  ffi.C.send(peer, "!", 1, URGENT)
  ffi.C.send(peer, "behind", 6, 0)
  comes('"behind", nil')
  check.equal(heard[2], '"before", nil')
  -- And so on.
  ffi.C.send(peer, "!", 1, URGENT)
  ffi.C.send(peer, "again", 5, 0)
  comes('"again", nil')
  ffi.C.send(peer, "plain", 5, 0)
  comes('"plain", nil')
  ffi.C.close(peer)
  comes("nil, nil")
  check.equal(#heard, 6)
  socket.close(near)
  socket.close(listener)
end)
