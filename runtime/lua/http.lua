-- lunet.http: the server side of HTTP/1.1 (RFC 9112) over lunet.socket.
--
--   http.serve(listener, handler [, options])   serves until the listener is closed
--   http.serve_connection(client, handler [, options])   serves one connection and closes it
--   http.parse_query(text)   "a=1&b=%20" -> {a = "1", b = " "}
--   http.decode(text)        percent-encoding undone; + is left alone
--
-- A handler gets a request {method, target, path, query, version, headers, body} and returns a
-- response {status =, headers =, body =}, or a status and a body. Names of request headers are in
-- lower case; a header that came more than once is joined with ", ".
--
-- Not here: TLS, trailers (they are read and dropped), upgrades.

local lunet = require("lunet")
local socket = require("lunet.socket")

local lines, Reader, now_ms = ...

local http = {}

http.reasons = {
  [200] = "OK", [201] = "Created", [202] = "Accepted", [204] = "No Content", [205] = "Reset Content",
  [301] = "Moved Permanently", [302] = "Found", [303] = "See Other", [304] = "Not Modified",
  [307] = "Temporary Redirect", [308] = "Permanent Redirect",
  [400] = "Bad Request", [401] = "Unauthorized", [403] = "Forbidden", [404] = "Not Found",
  [405] = "Method Not Allowed", [408] = "Request Timeout", [409] = "Conflict",
  [411] = "Length Required", [413] = "Content Too Large", [415] = "Unsupported Media Type",
  [422] = "Unprocessable Content", [429] = "Too Many Requests",
  [431] = "Request Header Fields Too Large", [500] = "Internal Server Error",
  [501] = "Not Implemented", [503] = "Service Unavailable", [505] = "HTTP Version Not Supported",
}

local DEFAULTS = {
  -- Bytes of the request line and all headers together.
  max_head_bytes = 16 * 1024,
  max_headers = 100,
  max_body_bytes = 1024 * 1024,
  -- How long a client may take for the request line and all headers, and for the body: who sends
  -- them drop by drop holds a connection no longer.
  head_timeout_ms = 60000,
  body_timeout_ms = 300000,
  -- How long a client may take from one read to the next; also how long an idle one is kept.
  read_timeout_ms = 30000,
  -- How long a client may take to receive an answer.
  write_timeout_ms = 30000,
}

-- How long a client that may still be sending has to read the last answer.
local LINGER_MS = 5000

-- ------------------------------------------------------------------ answering

--- One header line. What a handler gives must not be able to begin another one.
local function header_line(name, value)
  value = tostring(value)
  if not name:find(lines.TOKEN) or value:find("[%z\r\n]") then
    error("invalid response header " .. string.format("%q", name), 0)
  end
  return name .. ": " .. value .. "\r\n"
end

--- The bytes of a response, and whether the connection is kept.
local function render(response, request, keep)
  local status, body = response.status or 200, response.body or ""
  if type(status) ~= "number" or status % 1 ~= 0 or status < 200 or status > 599 then
    error("a response needs a status from 200 to 599, got " .. tostring(status), 0)
  end
  if type(body) ~= "string" then
    error("a response body is a string, got a " .. type(body), 0)
  end
  local parts = { "HTTP/1.1 ", status, " ", http.reasons[status] or "Status", "\r\n" }
  for name, value in pairs(response.headers or {}) do
    local lower = name:lower()
    if lower == "connection" then
      keep = keep and not lines.lists(value, "close")
    elseif lower ~= "content-length" and lower ~= "transfer-encoding" then
      parts[#parts + 1] = header_line(name, value)
    end
  end
  local bodiless = status == 204 or status == 304
  if status == 205 then
    body = ""
  end
  if not bodiless then
    parts[#parts + 1] = "Content-Length: " .. #body .. "\r\n"
  end
  if not keep or request.version == "1.0" then
    parts[#parts + 1] = keep and "Connection: keep-alive\r\n" or "Connection: close\r\n"
  end
  parts[#parts + 1] = "\r\n"
  if not bodiless and not (request and request.method == "HEAD") then
    parts[#parts + 1] = body
  end
  return table.concat(parts), keep
end

--- Whether the client wants the connection kept: "close" counts whatever stands beside it.
local function keeps_alive(request)
  local connection = request.headers.connection
  if not connection then
    return request.version ~= "1.0"
  end
  return not lines.lists(connection, "close") and (request.version ~= "1.0" or lines.lists(connection, "keep-alive"))
end

local function traceback(failure)
  return type(failure) == "string" and debug.traceback(failure, 2) or failure
end

--- What the handler says, as the bytes to send, and whether the connection is kept. An error of the
--- handler is told and answered.
local function answer(handler, request, keep)
  local ok, sent, kept = xpcall(function()
    local response, body = handler(request)
    if type(response) ~= "table" then
      response = { status = response, body = body }
    end
    return render(response, request, keep)
  end, traceback)
  if ok then
    return sent, kept
  end
  io.stderr:write("lunet.http: ", request.method, " ", request.path, ": ", tostring(sent), "\n")
  return render({ status = 500, body = "internal server error\n" }, request, keep)
end

--- Lets a client that may still be sending read the answer: closing at once, with input unread, would
--- reset the connection and could take the answer with it (RFC 9112, section 9.6).
local function linger(client)
  socket.shutdown(client)
  local last_ms = now_ms() + LINGER_MS
  repeat
    local left_ms = last_ms - now_ms()
  until left_ms <= 0 or not socket.read(client, { timeout_ms = left_ms })
end

--- Answers one request; false when the connection is over.
local function exchange(reader, handler)
  local ok, request = pcall(reader.request, reader)
  if not ok then
    local refusal = type(request) == "table" and request.status and request
    if not refusal then
      error(request, 0)
    end
    local body = http.reasons[refusal.status] .. ": " .. refusal.reason .. "\n"
    local sent = render({ status = refusal.status, body = body }, nil, false)
    if not socket.write(reader.client, sent, reader.options.write) then
      linger(reader.client)
    end
    return false
  end
  if not request then
    return false
  end
  local asked = keeps_alive(request)
  local sent, keep = answer(handler, request, asked)
  local failure = socket.write(reader.client, sent, reader.options.write)
  if not keep and not failure and (asked or reader:has_more()) then
    linger(reader.client)
  end
  return keep and not failure
end

local function is_callable(value)
  return type(value) == "function" or type((getmetatable(value) or {}).__call) == "function"
end

--- Options as this file uses them; raises what can't be meant.
local function resolve(handler, options)
  if not is_callable(handler) then
    error("a handler is a function, got a " .. type(handler), 3)
  end
  if options ~= nil and type(options) ~= "table" then
    error("options are a table, got a " .. type(options), 3)
  end
  local resolved = {}
  for name, default in pairs(DEFAULTS) do
    local value = options and options[name]
    if value ~= nil and (type(value) ~= "number" or value ~= value) then
      error("option " .. name .. " is a number, got " .. tostring(value), 3)
    end
    resolved[name] = value or default
  end
  resolved.read = { timeout_ms = math.max(0, resolved.read_timeout_ms) }
  resolved.write = { timeout_ms = math.max(0, resolved.write_timeout_ms) }
  return resolved
end

local function serve_client(client, handler, resolved)
  local reader = Reader.new(client, resolved)
  local ok, failure = pcall(function()
    while exchange(reader, handler) do end
  end)
  socket.close(client)
  if not ok then
    error(failure, 0)
  end
end

--- Serves one connection until either side ends it, and closes it.
function http.serve_connection(client, handler, options)
  serve_client(client, handler, resolve(handler, options))
end

--- What `accept` says where the next call would say it again.
local MISUSE = {
  ["another accept already in progress"] = true,
  ["invalid listener handle"] = true,
  ["listener closed"] = true,
  ["not a listening socket"] = true,
}

--- Accepts connections until the listener is closed, each served by a coroutine of its own.
--- Returns what `accept` said in the end.
function http.serve(listener, handler, options)
  local resolved = resolve(handler, options)
  while true do
    local client, failure = socket.accept(listener)
    if client then
      lunet.spawn(function() serve_client(client, handler, resolved) end)
    elseif MISUSE[failure] then
      return failure
    else
      -- The system could not take the connection; the next one may fare better.
      lunet.sleep(10)
    end
  end
end

-- ------------------------------------------------------------------ texts

--- Percent-encoding undone.
function http.decode(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

--- A query as a table; the last of several values counts.
function http.parse_query(text)
  local values = {}
  for pair in text:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    values[http.decode((name:gsub("+", " ")))] = http.decode((value:gsub("+", " ")))
  end
  return values
end

return http
