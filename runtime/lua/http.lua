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

local lines = ...
local refuse = lines.refuse

local http = {}

http.reasons = {
  [200] = "OK", [201] = "Created", [202] = "Accepted", [204] = "No Content",
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
  max_body_bytes = 1024 * 1024,
  -- How long a client may take for the request line and all headers, to the second: who sends them
  -- drop by drop holds a connection no longer.
  head_timeout_ms = 60000,
  -- How long a client may take from one read to the next; also how long an idle one is kept.
  read_timeout_ms = 30000,
  write_timeout_ms = 30000,
}

-- ------------------------------------------------------------------ reading

--- What came from a client and was not used yet.
local Reader = {}
Reader.__index = Reader

--- Reads more. False at the end of the stream, before the next request has begun.
function Reader:more(started)
  if started and not self.within then
    self.began = self.began or os.time()
    if os.time() - self.began > self.options.head_timeout_ms / 1000 then
      refuse(408, "the request did not come in time")
    end
  end
  local data, failure = socket.read(self.client, self.read_options)
  if data then
    self.buffer = self.buffer .. data
    return true
  end
  if failure == "operation timed out" and started then
    refuse(408, "the request did not come in time")
  end
  if started and not failure then
    refuse(400, "the connection ended within the request")
  end
  return false
end

--- Everything up to a separator, which is dropped; nil at the end of the stream. What has come
--- without it is shown to `judge`, if there is one, which may refuse it before the rest.
function Reader:up_to(separator, limit, status, judge)
  local from = 1
  while true do
    local at, last = self.buffer:find(separator, from, true)
    if at and at - 1 <= limit then
      local found = self.buffer:sub(1, at - 1)
      self.buffer = self.buffer:sub(last + 1)
      return found
    end
    if #self.buffer > limit then
      refuse(status, "more than " .. limit .. " bytes")
    end
    if judge then
      judge(self.buffer, from)
    end
    from = math.max(1, #self.buffer - #separator + 2)
    if not self:more(self.within or #self.buffer > 0) then
      return nil
    end
  end
end

--- So many bytes.
function Reader:bytes(count)
  local parts, have = { self.buffer }, #self.buffer
  while have < count do
    self.buffer = ""
    if not self:more(true) then
      refuse(400, "the connection ended within the body")
    end
    parts[#parts + 1] = self.buffer
    have = have + #self.buffer
  end
  local all = table.concat(parts)
  self.buffer = all:sub(count + 1)
  return all:sub(1, count)
end

--- The request line and the headers; nil at the end of the stream.
function Reader:head()
  -- An empty line before a request is allowed (RFC 9112, section 2.2).
  while true do
    while #self.buffer < 2 and ("\r\n"):sub(1, #self.buffer) == self.buffer do
      if not self:more(false) then
        return nil
      end
    end
    if self.buffer:sub(1, 2) ~= "\r\n" then
      break
    end
    self.buffer = self.buffer:sub(3)
  end
  local head = self:up_to("\r\n\r\n", self.options.max_head_bytes, 431, lines.judge_head)
  if not head then
    return nil
  end
  local line, rest = head:match("^(.-)\r\n()")
  local method, target, version = lines.parse_line(line or head)
  if version ~= "1.1" and version ~= "1.0" then
    refuse(505, "HTTP/" .. version)
  end
  local path, query = lines.parse_target(target)
  local headers = rest and lines.parse_headers(head, rest) or {}
  lines.judge_host(headers.host, version)
  return { method = method, target = target, path = path, query = query, version = version, headers = headers }
end

--- A body in chunks (RFC 9112, section 7.1).
function Reader:chunks(limit)
  local parts, total = {}, 0
  while true do
    local line = self:up_to("\r\n", 1024, 400, lines.judge_size)
    if not line then
      refuse(400, "the connection ended within the body")
    end
    local size = lines.parse_size(line)
    total = total + size
    if total > limit then
      refuse(413, "more than " .. limit .. " bytes")
    end
    if size == 0 then
      break
    end
    parts[#parts + 1] = self:bytes(size)
    if self:bytes(2) ~= "\r\n" then
      refuse(400, "a chunk is longer than its size")
    end
  end
  local dropped = 0
  repeat
    local trailer = self:up_to("\r\n", self.options.max_head_bytes, 431)
    if not trailer then
      refuse(400, "the connection ended within the trailers")
    end
    if trailer ~= "" then
      lines.parse_header(trailer)
    end
    dropped = dropped + #trailer
    if dropped > self.options.max_head_bytes then
      refuse(431, "the trailers are too long")
    end
  until trailer == ""
  return table.concat(parts)
end

--- The body of a request whose head was read.
function Reader:body(request)
  local limit = self.options.max_body_bytes
  local encoding, length = request.headers["transfer-encoding"], request.headers["content-length"]
  if encoding and (length or request.version == "1.0") then
    refuse(400, "transfer-encoding and " .. (length and "content-length" or "HTTP/1.0"))
  end
  if encoding and encoding:lower() ~= "chunked" then
    refuse(501, "transfer-encoding " .. encoding)
  end
  if length and (not length:find("^%d+$") or #length > 15) then
    refuse(400, "content-length is malformed")
  end
  if length and tonumber(length) > limit then
    refuse(413, "more than " .. limit .. " bytes")
  end
  local expects = (request.headers.expect or ""):lower() == "100-continue"
  if expects and request.version ~= "1.0" and #self.buffer == 0 and (encoding or (length or "0") ~= "0") then
    socket.write(self.client, "HTTP/1.1 100 Continue\r\n\r\n", self.write_options)
  end
  if encoding then
    return self:chunks(limit)
  end
  return length and self:bytes(tonumber(length)) or ""
end

--- The next request; nil when the client has no more.
function Reader:request()
  self.within, self.began = false, nil
  local request = self:head()
  if request then
    self.within = true
    request.body = self:body(request)
  end
  return request
end

-- ------------------------------------------------------------------ answering

--- One header line. What a handler gives must not be able to begin another one.
local function header_line(name, value)
  value = tostring(value)
  if not name:find(lines.TOKEN) or value:find("[%z\r\n]") then
    error("invalid response header " .. string.format("%q", name), 0)
  end
  return name .. ": " .. value .. "\r\n"
end

--- The bytes of a response.
local function render(response, request, keep)
  local status, body = response.status or 200, response.body or ""
  if type(status) ~= "number" or status % 1 ~= 0 or status < 200 or status > 599 then
    error("a response needs a status from 200 to 599, got " .. tostring(status), 0)
  end
  if type(body) ~= "string" then
    error("a response body is a string, got a " .. type(body), 0)
  end
  local lines = { "HTTP/1.1 ", status, " ", http.reasons[status] or "Status", "\r\n" }
  for name, value in pairs(response.headers or {}) do
    local lower = name:lower()
    if lower ~= "content-length" and lower ~= "connection" and lower ~= "transfer-encoding" then
      lines[#lines + 1] = header_line(name, value)
    end
  end
  local bodiless = status == 204 or status == 304
  if not bodiless then
    lines[#lines + 1] = "Content-Length: " .. #body .. "\r\n"
  end
  if not keep or request.version == "1.0" then
    lines[#lines + 1] = keep and "Connection: keep-alive\r\n" or "Connection: close\r\n"
  end
  lines[#lines + 1] = "\r\n"
  if not bodiless and not (request and request.method == "HEAD") then
    lines[#lines + 1] = body
  end
  return table.concat(lines)
end

local function keeps_alive(request)
  local connection = (request.headers.connection or ""):lower()
  if request.version == "1.0" then
    return connection:find("keep-alive", 1, true) ~= nil
  end
  return not connection:find("close", 1, true)
end

local function traceback(failure)
  return type(failure) == "string" and debug.traceback(failure, 2) or failure
end

--- What the handler says, as the bytes to send. An error of the handler is told and answered.
local function answer(handler, request, keep)
  local ok, sent = xpcall(function()
    local response, body = handler(request)
    if type(response) ~= "table" then
      response = { status = response, body = body }
    end
    return render(response, request, keep)
  end, traceback)
  if ok then
    return sent
  end
  io.stderr:write("lunet.http: ", request.method, " ", request.path, ": ", tostring(sent), "\n")
  return render({ status = 500, body = "internal server error\n" }, request, keep)
end

--- Lets the client read the answer: closing at once, with input unread, would reset the connection
--- and could take the answer with it (RFC 9112, section 9.6).
local function linger(client)
  socket.shutdown(client)
  for _ = 1, 256 do
    if not socket.read(client, { timeout_ms = 500 }) then
      return
    end
  end
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
    socket.write(reader.client, render({ status = refusal.status, body = body }, nil, false), reader.write_options)
    linger(reader.client)
    return false
  end
  if not request then
    return false
  end
  local keep = keeps_alive(request)
  local failure = socket.write(reader.client, answer(handler, request, keep), reader.write_options)
  return keep and not failure
end

local function with_defaults(options)
  return setmetatable(options or {}, { __index = DEFAULTS })
end

--- Serves one connection until either side ends it, and closes it.
function http.serve_connection(client, handler, options)
  options = with_defaults(options)
  local reader = setmetatable({
    client = client,
    options = options,
    buffer = "",
    read_options = { timeout_ms = options.read_timeout_ms },
    write_options = { timeout_ms = options.write_timeout_ms },
  }, Reader)
  local ok, failure = pcall(function()
    while exchange(reader, handler) do end
  end)
  socket.close(client)
  if not ok then
    error(failure, 0)
  end
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
  while true do
    local client, failure = socket.accept(listener)
    if client then
      lunet.spawn(function() http.serve_connection(client, handler, options) end)
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
