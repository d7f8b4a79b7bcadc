-- The requests of one connection: what has come, how long the rest may take, and what is refused. A
-- part of lunet.http, which answers them.

local socket = require("lunet.socket")

local lines, now_ms = ...
local refuse = lines.refuse

--- How many empty lines may stand before a request.
local EMPTY_LINES = 16

--- What came from a client and was not used yet.
local Reader = {}
Reader.__index = Reader

--- Nothing has come yet. Options are those of lunet.http, all of them.
function Reader.new(client, options)
  return setmetatable({
    client = client,
    options = options,
    buffer = "",
    -- Where in it begins what was not used. Cutting it off each time would copy the rest each time.
    at = 1,
    -- Of the request that has begun: its head was read, and when the time for what comes next ends.
    within = false,
    last_ms = nil,
    read = {},
  }, Reader)
end

--- How the next read of a request that has begun may wait. Refuses when its time is over.
function Reader:patience()
  local options, now = self.options, now_ms()
  self.last_ms = self.last_ms or now + (self.within and options.body_timeout_ms or options.head_timeout_ms)
  local left_ms = self.last_ms - now
  if left_ms <= 0 then
    refuse(408, "the request did not come in time")
  end
  self.read.timeout_ms = math.min(left_ms, options.read.timeout_ms)
  return self.read
end

--- Whether more has come than was used.
function Reader:has_more()
  return self.at <= #self.buffer
end

--- Lets go of what was used.
function Reader:cut()
  if self.at > 1 then
    self.buffer, self.at = self.buffer:sub(self.at), 1
  end
end

--- Reads more. False at the end of the stream, before the next request has begun.
function Reader:more(started)
  local data, failure = socket.read(self.client, started and self:patience() or self.options.read)
  if data then
    if self:has_more() then
      self:cut()
      self.buffer = self.buffer .. data
    else
      self.buffer, self.at = data, 1
    end
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
  local from = self.at
  while true do
    local stop, last = self.buffer:find(separator, from, true)
    if stop and stop - self.at <= limit then
      local found = self.buffer:sub(self.at, stop - 1)
      self.at = last + 1
      return found
    end
    from = from - self.at + 1
    self:cut()
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
  local parts, missing = {}, count
  while true do
    local part = self.buffer:sub(self.at, self.at + missing - 1)
    parts[#parts + 1] = part
    self.at = self.at + #part
    missing = missing - #part
    if missing == 0 then
      return parts[2] and table.concat(parts) or part
    end
    if not self:more(true) then
      refuse(400, "the connection ended within the body")
    end
  end
end

--- True at an empty line, which is taken away; nil at the end of the stream.
function Reader:empty_line()
  while true do
    local first, second = self.buffer:byte(self.at, self.at + 1)
    if second and first == 13 and second == 10 then
      self.at = self.at + 2
      return true
    elseif second or first and first ~= 13 then
      return false
    elseif not self:more(false) then
      return nil
    end
  end
end

--- The request line and the headers; nil at the end of the stream.
function Reader:head()
  -- Empty lines before a request are allowed (RFC 9112, section 2.2), though not for ever.
  local count, empty = 0, self:empty_line()
  while empty do
    count = count + 1
    if count == EMPTY_LINES then
      refuse(400, "more than " .. EMPTY_LINES .. " empty lines")
    end
    empty = self:empty_line()
  end
  if empty == nil then
    return nil
  end
  local head = self:up_to("\r\n\r\n", self.options.max_head_bytes, 431, lines.judge_head)
  if not head then
    return nil
  end
  local line, rest = head:match("^(.-)\r\n()")
  local method, target, version = lines.parse_line(line or head)
  if version:sub(1, 1) ~= "1" then
    refuse(505, "HTTP/" .. version)
  elseif version ~= "1.0" then
    -- What comes after HTTP/1.1 is read like it (RFC 9110, section 2.5).
    version = "1.1"
  end
  local path, query = lines.parse_target(target, method)
  local headers = rest and lines.parse_headers(head, rest, self.options.max_headers) or {}
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
  local dropped, count = 0, 0
  repeat
    local trailer = self:up_to("\r\n", self.options.max_head_bytes, 431)
    if not trailer then
      refuse(400, "the connection ended within the trailers")
    end
    if trailer ~= "" then
      lines.parse_header(trailer)
    end
    dropped, count = dropped + #trailer, count + 1
    if dropped > self.options.max_head_bytes or count > self.options.max_headers + 1 then
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
  if expects and request.version ~= "1.0" and not self:has_more() and (encoding or (length or "0") ~= "0") then
    socket.write(self.client, "HTTP/1.1 100 Continue\r\n\r\n", self.options.write)
  end
  if encoding then
    return self:chunks(limit)
  end
  return length and self:bytes(tonumber(length)) or ""
end

--- The next request; nil when the client has no more.
function Reader:request()
  self.within, self.last_ms = false, nil
  local request = self:head()
  if request then
    self.within, self.last_ms = true, nil
    request.body = self:body(request)
  end
  return request
end

return Reader
