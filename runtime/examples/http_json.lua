-- A JSON interface over HTTP: a list of notes, kept in memory.
--
--   lunet-run http_json.lua [port]      port 0 is a free one; the default is 8080
--
--   curl --max-time 5 http://127.0.0.1:8080/                                      what there is
--   curl --max-time 5 http://127.0.0.1:8080/notes                                 all notes
--   curl --max-time 5 -d '{"text": "buy milk"}' http://127.0.0.1:8080/notes       a new one
--   curl --max-time 5 http://127.0.0.1:8080/notes/1                               one of them
--   curl --max-time 5 -X DELETE http://127.0.0.1:8080/notes/1
--
-- `lunet.http` reads the requests: keep-alive, bodies of both kinds, limits, and 400 for what is
-- no HTTP.

-- The module beside this script, from wherever it is started.
package.path = (arg[0]:match("^(.*[/\\])") or "./") .. "?.lua;" .. package.path

local lunet = require("lunet")
local socket = require("lunet.socket")
local http = require("lunet.http")
local json = require("json")

local notes, newest = {}, 0

local function reply(status, value, headers)
  headers = headers or {}
  headers["Content-Type"] = "application/json"
  return { status = status, headers = headers, body = json.encode(value) .. "\n" }
end

local function failure(status, text, headers)
  return reply(status, { error = text }, headers)
end

local function list()
  local all = json.array({})
  for id = 1, newest do
    all[#all + 1] = notes[id]
  end
  return reply(200, all)
end

local function create(request)
  local value, problem = json.decode(request.body)
  if problem then
    return failure(400, "the body is no JSON: " .. problem)
  elseif type(value) ~= "table" or type(value.text) ~= "string" then
    return failure(422, "a note is an object with a text")
  end
  newest = newest + 1
  notes[newest] = { id = newest, text = value.text }
  return reply(201, notes[newest], { Location = "/notes/" .. newest })
end

-- What each path answers, by method. A note is a path of its own.
local function resource(path)
  if path == "/" then
    return { GET = function() return reply(200, { name = "notes", notes = "/notes" }) end }
  elseif path == "/notes" then
    return { GET = list, POST = create }
  end
  local id = tonumber(path:match("^/notes/(%d+)$"))
  return id and notes[id] and {
    GET = function() return reply(200, notes[id]) end,
    DELETE = function()
      notes[id] = nil
      return { status = 204 }
    end,
  }
end

local function handle(request)
  local methods = resource(request.path)
  if not methods then
    return failure(404, "nothing at " .. request.path)
  end
  local method = request.method == "HEAD" and "GET" or request.method
  if not methods[method] then
    local allowed = methods.GET and { "HEAD" } or {}
    for name in pairs(methods) do
      allowed[#allowed + 1] = name
    end
    table.sort(allowed)
    return failure(405, request.method .. " is not allowed", { Allow = table.concat(allowed, ", ") })
  end
  return methods[method](request)
end

lunet.spawn(function()
  local listener = assert(socket.listen("tcp", "127.0.0.1", tonumber(arg[1] or 8080)))
  print("listening on http://" .. socket.getsockname(listener))
  io.stdout:flush()
  http.serve(listener, handle, { max_body_bytes = 64 * 1024 })
end)
