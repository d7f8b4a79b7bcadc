-- A router with path parameters: routes are patterns like /users/:id/files/*path.
--
--   lunet-run router.lua [port]      port 0 is a free one; the default is 8080
--
--   curl --max-time 5 http://127.0.0.1:8080/hello/world
--   curl --max-time 5 http://127.0.0.1:8080/users/7/files/a/b.txt?part=2
--   curl --max-time 5 -i -X POST http://127.0.0.1:8080/hello/world       405, and what is allowed
--   curl --max-time 5 -i http://127.0.0.1:8080/nothing                   404
--
-- `:name` stands for one segment, `*name` at the end for all that is left. A literal segment wins
-- over a parameter, whatever the order of the routes. Parameters are decoded after the path was
-- split, so an encoded slash is part of one.

local lunet = require("lunet")
local socket = require("lunet.socket")
local http = require("lunet.http")

-- ------------------------------------------------------------------ the router

local Router = {}
Router.__index = Router

local function new_node()
  return { literals = {}, methods = {} }
end

local function segments(path)
  local list = {}
  for segment in path:gmatch("/([^/]*)") do
    list[#list + 1] = segment
  end
  return list
end

local function new_router()
  return setmetatable({ root = new_node() }, Router)
end

--- Has `handler(request, params)` answer a method at a pattern.
function Router:on(method, pattern, handler)
  local node, names = self.root, {}
  for _, segment in ipairs(segments(pattern)) do
    local kind, name = segment:match("^([:*])(.+)$")
    if kind then
      names[#names + 1] = name
      local key = kind == ":" and "parameter" or "rest"
      node[key] = node[key] or new_node()
      node = node[key]
    else
      node.literals[segment] = node.literals[segment] or new_node()
      node = node.literals[segment]
    end
  end
  assert(not node.methods[method], "two routes for " .. method .. " " .. pattern)
  node.methods[method] = { handler = handler, names = names }
end

--- The node for a path and the values of its parameters; literals first, then one segment, then all.
local function find(node, list, index, values)
  local segment = list[index]
  if not segment then
    return next(node.methods) and node or nil
  end
  local literal = node.literals[http.decode(segment)]
  local found = literal and find(literal, list, index + 1, values)
  if found then
    return found
  end
  local depth = #values
  if node.parameter and segment ~= "" then
    values[depth + 1] = http.decode(segment)
    found = find(node.parameter, list, index + 1, values)
    if found then
      return found
    end
    for extra = #values, depth + 1, -1 do
      values[extra] = nil
    end
  end
  if node.rest then
    values[depth + 1] = http.decode(table.concat(list, "/", index))
    return node.rest
  end
end

--- Answers a request: the route's answer, or 404, or 405 with what is allowed.
function Router:handle(request)
  local values = {}
  local node = find(self.root, segments(request.path), 1, values)
  if not node then
    return 404, "nothing at " .. request.path .. "\n"
  end
  local route = node.methods[request.method] or request.method == "HEAD" and node.methods.GET
  if not route then
    local allowed = node.methods.GET and { "HEAD" } or {}
    for method in pairs(node.methods) do
      allowed[#allowed + 1] = method
    end
    table.sort(allowed)
    local body = request.method .. " is not allowed here\n"
    return { status = 405, headers = { Allow = table.concat(allowed, ", ") }, body = body }
  end
  local params = {}
  for index, name in ipairs(route.names) do
    params[name] = values[index]
  end
  return route.handler(request, params)
end

-- ------------------------------------------------------------------ the routes

local router = new_router()

router:on("GET", "/", function()
  return 200, "try /hello/:name, /users/:id, /users/me or /users/:id/files/*path\n"
end)

router:on("GET", "/hello/:name", function(_, params)
  return 200, "hello " .. params.name .. "\n"
end)

router:on("GET", "/users/me", function()
  return 200, "this is you\n"
end)

router:on("GET", "/users/:id", function(_, params)
  return 200, "user " .. params.id .. "\n"
end)

router:on("PUT", "/users/:id", function(request, params)
  return 200, "user " .. params.id .. " has " .. #request.body .. " bytes now\n"
end)

router:on("GET", "/users/:id/files/*path", function(request, params)
  local query = http.parse_query(request.query)
  return 200, params.id .. ": " .. params.path .. " part " .. (query.part or "1") .. "\n"
end)

router:on("GET", "/slow/:ms", function(_, params)
  local ms = tonumber(params.ms)
  if not ms or ms ~= ms or ms < 0 or ms > 10000 then
    return 400, "from 0 to 10000 milliseconds\n"
  end
  lunet.sleep(ms) -- the others are served meanwhile
  return 200, "slept\n"
end)

lunet.spawn(function()
  local listener = assert(socket.listen("tcp", "127.0.0.1", tonumber(arg[1] or 8080)))
  print("listening on http://" .. socket.getsockname(listener))
  io.stdout:flush()
  http.serve(listener, function(request) return router:handle(request) end)
end)
