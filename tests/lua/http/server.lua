-- checks: 61
-- Requests as clients send them, whole and in pieces, good and bad, and what they are answered.
local lunet = require("lunet")
local socket = require("lunet.socket")
local http = require("lunet.http")
local check = require("check")

local function handler(request)
  local path = request.path
  if path == "/fails" then
    error({}, 0)
  elseif path == "/splits" then
    return { headers = { ["a\r\nb"] = "c" } }
  elseif path == "/empty" then
    return 204
  elseif path == "/moved" then
    return { status = 301, headers = { Location = "/", ["Content-Length"] = 99 } }
  elseif path == "/waits" then
    lunet.sleep(1)
  end
  return 200, table.concat({ request.method, path, request.query, request.version, request.headers["x-a"] or "-", request.body }, "|")
end

local LIMITS = { max_head_bytes = 200, max_body_bytes = 20, read_timeout_ms = 200 }

lunet.spawn(function()
  local listener, port = check.listener()
  local ended
  lunet.spawn(function() ended = http.serve(listener, handler, LIMITS) end)

  --- Everything that comes back for these pieces, sent one after the other.
  local function exchange(...)
    local client = assert(socket.connect("127.0.0.1", port))
    for index = 1, select("#", ...) do
      socket.write(client, (select(index, ...)))
      lunet.sleep(1)
    end
    socket.shutdown(client)
    local parts = {}
    while true do
      local data = socket.read(client, { timeout_ms = 5000 })
      if not data then break end
      parts[#parts + 1] = data
    end
    socket.close(client)
    return table.concat(parts)
  end

  local function answers(body, ...)
    check.equal(exchange(...), "HTTP/1.1 200 OK\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body)
  end

  local function refused(status, ...)
    local line = "HTTP/1.1 " .. status .. " " .. http.reasons[status] .. "\r\n"
    local found = exchange(...)
    check.equal(found:sub(1, #line), line)
    check.that(found:find("Connection: close\r\n\r\n", 1, true), "the connection ends")
  end

  answers("GET|/a|b=1|1.1|-|", "GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n")
  answers("GET|/a||1.1|1, 2|", "GET /a HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a:\t2 \r\n\r\n")
  answers("GET|/waits||1.1|-|", "GET /waits HTTP/1.1\r\nHost: x\r\n\r\n")
  answers("GET|/||1.1|-|", "\r\n\r", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
  answers("POST|/||1.1|-|hello", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
  answers("POST|/||1.1|-|hello", "POS", "T / HTTP/1.1\r\nHost: x\r\nContent-Len", "gth: 5\r", "\n\r\nhel", "lo")
  answers("POST|/||1.1|-|hello world", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "6;name=value\r\n worl", "d\r\n0\r\nTrailer: dropped\r\n\r\n")

  -- Two in one piece, and one after an answer.
  local two = exchange("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n")
  check.that(two:find("/1|.*/2|.*/3|"), two)
  local head = exchange("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
  check.equal(head, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n")
  check.equal(exchange("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 204 No Content\r\n\r\n")
  check.equal(exchange("GET /moved HTTP/1.1\r\nHost: x\r\n\r\n"),
    "HTTP/1.1 301 Moved Permanently\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
  local waits = exchange("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", "ok")
  check.that(waits:find("^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), waits)

  -- Who ends the connection.
  check.that(exchange("GET / HTTP/1.0\r\n\r\n"):find("Connection: close", 1, true))
  check.that(not exchange("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"):find("Connection: close", 1, true))
  check.that(exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):find("Connection: close", 1, true))
  check.equal(exchange(""), "")

  -- What is refused.
  refused(400, "nonsense\r\n\r\n")
  refused(400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\nHost: x\r\nX-A : 1\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\nHost: x")
  refused(400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel")
  refused(400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello")
  refused(400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")
  refused(400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
  refused(400, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n")
  refused(400, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n")
  refused(501, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n")
  refused(505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n")
  refused(413, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 21\r\n\r\n")
  refused(413, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n1\r\na\r\n0\r\n\r\n")
  refused(431, "GET /" .. ("a"):rep(250) .. " HTTP/1.1\r\nHost: x\r\n\r\n")
  refused(431, "GET /" .. ("a"):rep(250))

  -- A client that begins a request and says no more.
  local slow = assert(socket.connect("127.0.0.1", port))
  socket.write(slow, "GET / HT")
  check.that(check.show(socket.read(slow, { timeout_ms = 5000 })):find("408 Request Timeout", 1, true))
  socket.close(slow)
  local idle = assert(socket.connect("127.0.0.1", port))
  check.gives("nil, nil", socket.read(idle, { timeout_ms = 5000 }))
  socket.close(idle)

  check.equal(http.decode("a%20b%2Fc%zz+"), "a b/c%zz+")
  local query = http.parse_query("a=1&b=x+y%26&a=2&c&=d")
  check.equal(table.concat({ query.a, query.b, query.c, query[""] }, ","), "2,x y&,,d")

  socket.close(listener)
  lunet.sleep(0)
  check.equal(ended, "listener closed")
end)
