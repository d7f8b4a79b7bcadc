-- checks: 21
-- What has come for many connections is read before the first of their coroutines goes on. No coroutine can tell:
-- they go on in the order of their connections, and what one does to the others holds before they do.
local lunet = require("lunet")
local socket = require("lunet.socket")
local check = require("check")

--- Connections, all of which have input in the same turn: `read(index, near)` runs in a coroutine for each.
local function at_once(count, data, read)
  local near, far = {}, {}
  for index = 1, count do
    near[index], far[index] = check.pair()
  end
  for index = 1, count do
    lunet.spawn(function() read(index, near) end)
  end
  for index = 1, count do
    assert(not socket.write(far[index], data(index)))
  end
  lunet.sleep(20)
  for index = 1, count do
    socket.close(near[index])
    socket.close(far[index])
  end
end

local function numbered(index)
  return "data " .. index
end

lunet.spawn(function()
  -- In order, each with its own.
  local order = {}
  at_once(100, numbered, function(index, near)
    local text = index .. " " .. check.show(socket.read(near[index]))
    order[#order + 1] = text
  end)
  check.equal(#order, 100)
  for index = 1, 100 do
    if order[index] ~= index .. ' "data ' .. index .. '", nil' then
      error(index .. ": " .. order[index])
    end
  end

  -- More than is read before somebody goes on.
  local sizes = {}
  socket.set_read_buffer_size(40000)
  at_once(5, function(index) return ("x"):rep(30000 + index) end, function(index, near)
    sizes[index] = #socket.read(near[index])
  end)
  socket.set_read_buffer_size(4096)
  check.equal(table.concat(sizes, " "), "30001 30002 30003 30004 30005")

  -- Who is closed by an earlier one gets nothing, goes on within that close, and only once.
  order = {}
  at_once(3, numbered, function(index, near)
    local text = index .. " " .. check.show(socket.read(near[index]))
    order[#order + 1] = text
    if index == 1 then
      check.gives("nil", socket.close(near[3]))
      order[#order + 1] = "closed"
    end
  end)
  check.equal(table.concat(order, "; "), '1 "data 1", nil; 3 nil, "socket closed"; closed; 2 "data 2", nil')

  -- Nor can another one read in its place, and one that is closed by itself is closed.
  order = {}
  at_once(2, numbered, function(index, near)
    local text = check.show(socket.read(near[index]))
    order[#order + 1] = text
    if index == 1 then
      check.gives('nil, "another read already in progress"', socket.read(near[2]))
    else
      check.gives("nil", socket.close(near[2]))
      check.gives('nil, "socket closed"', socket.read(near[2]))
    end
  end)
  check.equal(table.concat(order, "; "), '"data 1", nil; "data 2", nil')

  -- An end and an error are answers like others.
  order = {}
  at_once(3, numbered, function(index, near)
    if index == 2 then
      socket.shutdown(near[2])
    end
    local data, text = socket.read(near[index])
    order[#order + 1] = check.show(data, text)
    if index == 1 then
      check.gives("nil", socket.write(near[2 + 1], "to the peer"))
    end
  end)
  check.equal(#order, 3)

  -- An error ends its own coroutine's turn and nobody else's: the others go on in theirs.
  order = {}
  at_once(3, numbered, function(index, near)
    local fine = pcall(function()
      local data = socket.read(near[index])
      order[#order + 1] = data
      if index == 1 then
        error("of the first")
      end
    end)
    check.equal(fine, index ~= 1)
  end)
  check.equal(table.concat(order, " "), "data 1 data 2 data 3")

  -- A coroutine that the script knows may be resumed by it: what came is kept then.
  local threads, noted = {}, {}
  at_once(3, numbered, function(index, near)
    threads[index] = coroutine.running()
    noted[index] = check.show(socket.read(near[index]))
    if index == 1 then
      check.gives("true", coroutine.resume(threads[2], "by hand"))
      check.equal(noted[2], '"by hand"')
    elseif index == 2 then
      check.gives('"data 2", nil', socket.read(near[2], { timeout_ms = 1000 }))
    end
  end)
  check.equal(noted[1], '"data 1", nil')
  check.equal(noted[3], '"data 3", nil')

  -- What somebody is spawned for within a turn has its own.
  order = {}
  at_once(2, numbered, function(index, near)
    local data = socket.read(near[index])
    lunet.spawn(function()
      order[#order + 1] = "spawned by " .. data
    end)
    order[#order + 1] = data
  end)
  check.equal(table.concat(order, "; "), "spawned by data 1; data 1; spawned by data 2; data 2")

  -- Stopping in a turn lets the others finish theirs, as ever.
  order = {}
  local near, far = {}, {}
  for index = 1, 3 do
    near[index], far[index] = check.pair()
    lunet.spawn(function()
      order[index] = socket.read(near[index])
      if index == 1 then
        lunet.stop()
      elseif index == 3 then
        check.equal(table.concat(order, " "), "data 1 data 2 data 3")
      end
    end)
  end
  for index = 1, 3 do
    socket.write(far[index], numbered(index))
  end
end)
