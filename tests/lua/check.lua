-- What the scripts of these tests share. `check.gives` compares the values of a call with their
-- text, so that the number of values and the types count, too.
--
-- A script says in its first line how many checks it makes; this module prints how many there
-- were when the loop has ended, and the harness compares. An error ends the script with code 1.

local lunet = require("lunet")
local socket = require("lunet.socket")

local check = { count = 0 }

lunet.on_stop(function()
  print("checks: " .. check.count)
end)

local function show(value)
  if type(value) == "string" then
    return '"' .. value .. '"'
  elseif type(value) == "number" then
    return string.format("%.14g", value)
  elseif value == nil or type(value) == "boolean" then
    return tostring(value)
  end
  return type(value)
end

--- The values as one text: `nil, "socket closed"`; `nothing` where there are none.
function check.show(...)
  local texts = {}
  for index = 1, select("#", ...) do
    texts[index] = show((select(index, ...)))
  end
  return #texts == 0 and "nothing" or table.concat(texts, ", ")
end

local function count(holds, text)
  check.count = check.count + 1
  if not holds then
    error(text, 3)
  end
end

--- Checks that the values read as expected.
function check.gives(expected, ...)
  local found = check.show(...)
  count(found == expected, "expected " .. expected .. ", found " .. found)
end

--- Checks that something holds.
function check.that(holds, what)
  count(holds, what or "this should hold")
end

--- Checks that two values are the same.
function check.equal(found, expected)
  count(found == expected, "expected " .. show(expected) .. ", found " .. show(found))
end

--- Checks that a call raises exactly this. Positions count: call the function itself.
function check.raises(expected, call, ...)
  local fine, found = pcall(call, ...)
  count(not fine and found == expected, "expected an error " .. show(expected) .. ", found " .. show(found))
end

--- Checks that the values are an error whose text has a part.
function check.fails_with(part, value, text)
  local found = value == nil and type(text) == "string" and text:find(part, 1, true)
  count(found, "expected an error with " .. show(part) .. ", found " .. check.show(value, text))
end

--- The port of a listener.
function check.port(listener)
  return tonumber(socket.getsockname(listener):match(":(%d+)$"))
end

--- A listener on a free port, and the port.
function check.listener(host)
  local listener = assert(socket.listen("tcp", host or "127.0.0.1", 0))
  return listener, check.port(listener)
end

--- Two ends of a connection over TCP: the one that was accepted, the one that connected.
function check.pair(host)
  local listener, port = check.listener(host)
  local near
  local far
  lunet.spawn(function()
    far = assert(socket.connect(host or "127.0.0.1", port))
  end)
  near = assert(socket.accept(listener))
  while not far do
    lunet.sleep(0)
  end
  socket.close(listener)
  return near, far
end

--- Reads until there are so many bytes, or until the end of the stream.
function check.read_all(handle, length)
  local parts, total = {}, 0
  while not length or total < length do
    local data, text = socket.read(handle)
    assert(not text, text)
    if not data then
      break
    end
    parts[#parts + 1] = data
    total = total + #data
  end
  return table.concat(parts)
end

--- Lets everything else that is ready have its turn.
function check.turn()
  lunet.sleep(0)
  lunet.sleep(0)
end

return check
