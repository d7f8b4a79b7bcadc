-- The lines of a request, without a connection: what they mean, and what is refused. A part of
-- lunet.http, which reads them.

local lines = {}

lines.TOKEN = "^[%w!#$%%&'*+%-.^_`|~]+$"
--- The syntax of a host and its port (RFC 3986, section 3.2.2), generously.
local HOST = "^[%w%-._~!$&'()*+,;=:%[%]%%]*$"

--- Raises what ends a request: the status to answer with, and why.
function lines.refuse(status, reason)
  error({ status = status, reason = reason }, 0)
end

--- The name, in lower case, and the value of a header line.
function lines.parse_header(line)
  local name, value = line:match("^([^:]+):[ \t]*(.-)[ \t]*$")
  if not name or not name:find(lines.TOKEN) or value:find("[%z\1-\8\10-\31\127]") then
    lines.refuse(400, "a header line is malformed")
  end
  return name:lower(), value
end

--- The header lines of a head as a table; refuses more than so many.
function lines.parse_headers(head, from, most)
  local headers, count = {}, 0
  for line in (head:sub(from) .. "\r\n"):gmatch("(.-)\r\n") do
    count = count + 1
    if count > most then
      lines.refuse(431, "more than " .. most .. " headers")
    end
    local name, value = lines.parse_header(line)
    local before = headers[name]
    if before and (name == "host" or name == "content-length" and before ~= value) then
      lines.refuse(400, "conflicting " .. name)
    end
    headers[name] = (not before or name == "content-length") and value or before .. ", " .. value
  end
  return headers
end

--- Whether a word, in lower case, is on a list like that of `Connection`.
function lines.lists(list, word)
  for entry in tostring(list):lower():gmatch("[^,]+") do
    if entry:match("^[ \t]*(.-)[ \t]*$") == word then
      return true
    end
  end
  return false
end

--- The method, the target and the version of a request line.
function lines.parse_line(line)
  local method, target, version = line:match("^(%S+) (%S+) HTTP/(%d%.%d)$")
  if not method or not method:find(lines.TOKEN) or target:find("[%z\1-\32\127]") then
    lines.refuse(400, "the request line is malformed")
  end
  return method, target, version
end

--- Refuses the beginning of a head that can't become one: another protocol, or lines that end
--- otherwise. What stands before `from` was judged before.
function lines.judge_head(beginning, from)
  if beginning:find("[%z\1-\8\11\12\14-\31]", from) or beginning:find("^\n") or beginning:find("[^\r]\n", from) then
    lines.refuse(400, "this is no request")
  end
  local ends = beginning:find("\r\n", 1, true)
  if ends and ends >= from then
    lines.parse_line(beginning:sub(1, ends - 1))
  end
end

--- The same for the size of a chunk.
function lines.judge_size(beginning, from)
  if beginning:find("\n", from, true) then
    lines.refuse(400, "the size of a chunk is malformed")
  end
end

--- The size of a chunk, from its line without the end.
function lines.parse_size(line)
  local digits = line:match("^(%x+)[ \t]*$") or line:match("^(%x+)[ \t]*;[^%c]*$")
  if not digits or #digits > 12 then
    lines.refuse(400, "the size of a chunk is malformed")
  end
  return tonumber(digits, 16)
end

--- The path and the query of a target. One with scheme and host means the path behind them; only
--- `CONNECT` and `OPTIONS` know targets without a path (RFC 9112, section 3.2).
function lines.parse_target(target, method)
  local path, query = target:gsub("^%a[%w+.-]*://[^/?]*", "", 1):match("^([^?]*)%??(.*)$")
  if path == "" and target ~= "" and target:byte() ~= 63 then
    path = "/"
  elseif path:byte() ~= 47 and method ~= "CONNECT" and not (method == "OPTIONS" and target == "*") then
    lines.refuse(400, "the target is malformed")
  end
  return path, query
end

--- Refuses a request without a host, or with one that is none.
function lines.judge_host(host, version)
  if not host and version == "1.1" then
    lines.refuse(400, "no host header")
  elseif host and not host:find(HOST) then
    lines.refuse(400, "the host header is malformed")
  end
end

return lines
