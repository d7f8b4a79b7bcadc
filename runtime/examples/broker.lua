-- A broker on a Unix socket: who subscribes to a topic gets what others publish to it.
--
--   lunet-run broker.lua [path] [patience]      ./broker.sock and 30000 ms by default
--
-- One command a line:
--
--   SUB topic            from now on: MSG topic text
--   UNSUB topic
--   PUB topic text       OK and how many got it
--   QUIT
--
-- Try it:  timeout 60 nc -U broker.sock
--
-- The file of the socket is for its owner only, and goes away with the broker, also on Ctrl-C. A
-- subscriber that does not read loses messages, and nobody waits for it; after so much patience it is
-- one no more.

local lunet = require("lunet")
local socket = require("lunet.socket")

local patience_ms = tonumber(arg[2] or 30000)
local LONGEST_LINE = 4096
local MOST_PENDING = 1000

local topics = {}

-- ------------------------------------------------------------------ one client

local Client = {}
Client.__index = Client

--- Sends lines in their order, by one writer at a time.
function Client:send(line)
  if #self.pending >= MOST_PENDING then
    return false
  end
  self.pending[#self.pending + 1] = line .. "\n"
  if not self.writing then
    self.writing = true
    lunet.spawn(function() self:flush() end)
  end
  return true
end

function Client:flush()
  while #self.pending > 0 do
    local batch = table.concat(self.pending)
    self.pending = {}
    if socket.write(self.handle, batch, { timeout_ms = patience_ms }) then
      socket.close(self.handle) -- it is gone, and its reader is told
      break
    end
  end
  self.writing = false
end

local commands = {}

function commands.SUB(client, topic)
  topics[topic] = topics[topic] or {}
  topics[topic][client] = true
  client.topics[topic] = true
  client:send("OK")
end

function commands.UNSUB(client, topic)
  client:leave(topic)
  client:send("OK")
end

function commands.PUB(client, topic, text)
  local count = 0
  for subscriber in pairs(topics[topic] or {}) do
    if subscriber:send("MSG " .. topic .. " " .. text) then
      count = count + 1
    end
  end
  client:send("OK " .. count)
end

function Client:leave(topic)
  local subscribers = topics[topic]
  self.topics[topic] = nil
  if subscribers then
    subscribers[self] = nil
    topics[topic] = next(subscribers) and subscribers
  end
end

--- Does what a line says; false at the end.
function Client:obey(line)
  local word, topic, text = line:match("^(%u+) ?(%S*) ?(.*)$")
  if word == "QUIT" then
    return false
  elseif not commands[word] then
    self:send("ERROR unknown command")
  elseif topic == "" then
    self:send("ERROR no topic")
  else
    commands[word](self, topic, text)
  end
  return true
end

function Client:serve()
  local rest = ""
  while true do
    local data = socket.read(self.handle)
    if not data then
      return
    end
    rest = rest .. data
    local from = 1
    for line, behind in rest:gmatch("([^\n]*)\n()") do
      from = behind
      if not self:obey((line:gsub("\r$", ""))) then
        return
      end
    end
    rest = rest:sub(from)
    if #rest > LONGEST_LINE then
      self:send("ERROR the line is too long")
      return
    end
  end
end

-- ------------------------------------------------------------------ all of them

lunet.spawn(function()
  local path = arg[1] or "./broker.sock"
  local listener = assert(socket.listen("unix", path))
  print("listening on " .. path)
  io.stdout:flush()
  while true do
    local handle, failure = socket.accept(listener)
    if handle then
      lunet.spawn(function()
        local client = setmetatable({ handle = handle, topics = {}, pending = {} }, Client)
        client:serve()
        for topic in pairs(client.topics) do
          client:leave(topic)
        end
        while client.writing do
          lunet.sleep(1)
        end
        socket.close(handle)
      end)
    else
      io.stderr:write("accept: ", failure, "\n")
    end
  end
end)
