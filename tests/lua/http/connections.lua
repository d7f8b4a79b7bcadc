-- checks: 93
-- Versions, what keeps a connection and what ends it, what a client may take how long, and how much
-- it may send beside the body.
local lunet = require("lunet")
local socket = require("lunet.socket")
local http = require("lunet.http")
local check = require("check")

local function handler(request)
  if request.path == "/bye" then
    return { headers = { Connection = "Keep-Alive, CLOSE" }, body = "bye" }
  elseif request.path:find("^/large") then
    return { headers = { Connection = request.path == "/large" and "close" or "keep-alive" }, body = ("b"):rep(1000000) }
  elseif request.path == "/reset" then
    return { status = 205, body = "dropped" }
  elseif request.path == "/unchanged" then
    return { status = 304, headers = { ETag = '"1"' }, body = "dropped" }
  end
  return 200, table.concat({ request.method, request.version, request.body }, "|")
end

--- A server with these options: its port, and what closes it.
local function serve(options)
  local listener, port = check.listener()
  lunet.spawn(function() http.serve(listener, handler, options) end)
  return port, listener
end

--- Everything that comes back for a text, until the server ends the connection or the client, who
--- says so at once where `stays` is not set, has the answer.
local function exchange(port, text, stays)
  local client = assert(socket.connect("127.0.0.1", port))
  socket.write(client, text)
  if not stays then
    socket.shutdown(client)
  end
  local found = check.read_all(client)
  socket.close(client)
  return found
end

local function status(port, text, stays)
  return exchange(port, text, stays):match("^HTTP/1.1 (%d+)")
end

--- How many answers come, and whether the last one says that the connection ends.
local function kept(port, head)
  local text = "GET / " .. head .. "\r\nHost: x\r\n\r\n"
  local found = exchange(port, text .. "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
  local _, count = found:gsub("HTTP/1.1 200 OK\r\n", "")
  return count == 2 and "kept" or found:find("\r\nConnection: close\r\n", 1, true) and "closed"
end

lunet.spawn(function()
  local port, listener = serve()

  -- A later minor version is read like 1.1; another major version is not HTTP as this server knows it.
  for _, version in ipairs({ "1.1", "1.2", "1.9" }) do
    local found = exchange(port, "GET / HTTP/" .. version .. "\r\nHost: x\r\n\r\n")
    check.equal(found, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nGET|1.1|")
    check.equal(status(port, "GET / HTTP/" .. version .. "\r\n\r\n", true), "400")
  end
  check.equal(exchange(port, "GET / HTTP/1.0\r\n\r\n", true):match("GET.*"), "GET|1.0|")
  for _, version in ipairs({ "0.9", "2.0", "3.1" }) do
    check.equal(status(port, "GET / HTTP/" .. version .. "\r\nHost: x\r\n\r\n", true), "505")
  end
  check.equal(status(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", true), "505")
  for _, line in ipairs({ "GET / HTTP/1.10", "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/11", "GET /", "GET / HTTP/1.1 " }) do
    check.equal(status(port, line .. "\r\nHost: x\r\n\r\n", true), "400")
  end

  -- `Connection` is a list, and `close` on it counts whatever stands beside it.
  check.equal(kept(port, "HTTP/1.1"), "kept")
  for _, value in ipairs({ "keep-alive", "Upgrade", "closed", "close-not, x-close", "TE, Keep-Alive", "" }) do
    check.equal(kept(port, "HTTP/1.1\r\nConnection: " .. value), "kept")
  end
  for _, value in ipairs({ "close", "Close", " close ,TE", "keep-alive,close", "TE\r\nConnection: close" }) do
    check.equal(kept(port, "HTTP/1.1\r\nConnection: " .. value), "closed")
    check.equal(kept(port, "HTTP/1.0\r\nConnection: " .. value), "closed")
  end
  for _, value in ipairs({ "keep-alive", "Keep-Alive", "TE, keep-alive" }) do
    check.equal(kept(port, "HTTP/1.0\r\nConnection: " .. value), "kept")
  end
  for _, value in ipairs({ "keep-alive-not", "TE", "keep-alive, close" }) do
    check.equal(kept(port, "HTTP/1.0\r\nConnection: " .. value), "closed")
  end
  check.equal(kept(port, "HTTP/1.0"), "closed")
  -- A handler may end it, too.
  check.equal(exchange(port, "GET /bye HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", true),
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbye")

  -- Its answer arrives whole, also at a client that has sent more and reads later.
  for _, request in ipairs({ "GET /large HTTP/1.1", "GET /larger HTTP/1.1\r\nConnection: close" }) do
    local late = assert(socket.connect("127.0.0.1", port))
    socket.write(late, (request .. "\r\nHost: x\r\n\r\n"):rep(1000))
    lunet.sleep(20)
    local head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n"
    check.equal(#check.read_all(late), #head + 1000000)
    socket.close(late)
  end

  -- Answers without a body.
  check.equal(exchange(port, "GET /reset HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")
  check.equal(exchange(port, "GET /unchanged HTTP/1.1\r\nHost: x\r\n\r\n"), 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
  check.equal(exchange(port, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nGET|1.1|")
  -- A refused HEAD has a body, because nobody knows that it was one.
  check.equal(status(port, "HEAD / HTTP/1.1\r\n\r\n", true), "400")

  -- Many at once are answered in order, bodies of both kinds between them.
  local texts, expected = {}, {}
  for number = 1, 300 do
    local body = tostring(number)
    if number % 3 == 0 then
      texts[number] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
      body = ""
    elseif number % 3 == 1 then
      texts[number] = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
    else
      texts[number] = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" .. #body .. "\r\n" .. body .. "\r\n0\r\nT: u\r\n\r\n"
    end
    local answer = (number % 3 == 0 and "GET" or "PUT") .. "|1.1|" .. body
    expected[number] = "HTTP/1.1 200 OK\r\nContent-Length: " .. #answer .. "\r\n\r\n" .. answer
  end
  check.equal(exchange(port, table.concat(texts)), table.concat(expected))

  -- `Expect`: not for a client that is older, or that sends no body, or has begun to send it.
  local put = "PUT / HTTP/%s\r\nHost: x\r\nExpect: 100-Continue\r\n%s\r\n\r\n"
  for _, case in ipairs({ { "1.1", "Content-Length: 0" }, { "1.1", "X: y" }, { "1.0", "Content-Length: 2" } }) do
    check.that(exchange(port, put:format(case[1], case[2]) .. "ab"):find("^HTTP/1.1 200 "), case[2])
  end
  check.that(exchange(port, put:format("1.1", "Content-Length: 2") .. "ab"):find("^HTTP/1.1 200 "))
  check.equal(status(port, put:format("1.1", "Content-Length: 9999999"), true), "413")
  local client = assert(socket.connect("127.0.0.1", port))
  for _ = 1, 2 do
    socket.write(client, put:format("1.1", "Transfer-Encoding: chunked"))
    check.gives('"HTTP/1.1 100 Continue\r\n\r\n", nil', socket.read(client))
    socket.write(client, "1\r\na\r\n0\r\n\r\n")
    check.that(check.show(socket.read(client)):find("PUT|1.1|a", 1, true))
  end
  socket.close(client)

  -- Characters that have no business in a head, in one piece as in several.
  for _, byte in ipairs({ 0, 1, 8, 11, 27, 31, 127 }) do
    check.equal(status(port, "GET / HTTP/1.1\r\nHost: x\r\nA: b" .. string.char(byte) .. "\r\n\r\n", true), "400")
  end
  check.equal(status(port, "GET / HTTP/1.1\r\nHost: x\r\nA: \t\200\255 \r\n\r\n"), "200")
  check.equal(status(port, ("\r\n"):rep(3) .. "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "200")
  check.equal(status(port, ("\r\n"):rep(100), true), "400")
  socket.close(listener)

  -- How much, to the byte and to the header.
  local get = "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n"
  local head = #get:format("") - 4
  port, listener = serve({ max_head_bytes = 200, max_headers = 5, max_body_bytes = 10 })
  check.equal(status(port, get:format("A: " .. ("a"):rep(200 - head - 3))), "200")
  check.equal(status(port, get:format("A: " .. ("a"):rep(200 - head - 2)), true), "431")
  check.equal(status(port, get:format("A: 1\r\nA: 2\r\nA: 3\r\nA: 4")), "200")
  check.equal(status(port, get:format("A: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\nA: 5"), true), "431")
  local chunked = get:format("Transfer-Encoding: chunked")
  check.equal(status(port, chunked .. "0\r\n" .. ("A: 1\r\n"):rep(5) .. "\r\n"), "200")
  check.equal(status(port, chunked .. "0\r\n" .. ("A: 1\r\n"):rep(6) .. "\r\n", true), "431")
  check.equal(status(port, chunked .. "0\r\nA: " .. ("a"):rep(300) .. "\r\n\r\n", true), "431")
  check.equal(status(port, chunked .. "5;" .. ("a"):rep(2000) .. "\r\n", true), "400")
  check.equal(status(port, chunked .. "A\r\n0123456789\r\n0\r\n\r\n"), "200")
  check.equal(status(port, chunked .. "b\r\n01234567890\r\n0\r\n\r\n", true), "413")
  check.equal(status(port, chunked .. "ffffffffffff\r\n", true), "413")
  check.equal(status(port, chunked .. "fffffffffffff\r\n", true), "400")
  socket.close(listener)

  -- How long: a body that comes drop by drop is not waited for beyond its time, whatever the time
  -- from drop to drop, and neither is a head.
  port, listener = serve({ body_timeout_ms = 30, head_timeout_ms = 30 })
  for _, beginning in ipairs({ "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", chunked .. "ff\r\n", "GET /" }) do
    client = assert(socket.connect("127.0.0.1", port))
    socket.write(client, beginning)
    local dripping = client
    lunet.spawn(function()
      while not socket.write(dripping, "a") do
        lunet.sleep(1)
      end
    end)
    check.that(check.show(socket.read(client, { timeout_ms = 30000 })):find("408 Request Timeout", 1, true))
    socket.close(client)
  end
  -- One that is there at once takes no time, and the next request begins anew.
  local whole = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
  client = assert(socket.connect("127.0.0.1", port))
  for _ = 1, 3 do
    socket.write(client, whole)
    check.that(check.show(socket.read(client)):find("PUT|1.1|ab", 1, true))
    lunet.sleep(35)
  end
  socket.close(client)
  socket.close(listener)

  -- What can't be meant is raised at once.
  listener = check.listener()
  for _, call in ipairs({ http.serve, http.serve_connection }) do
    check.raises("a handler is a function, got a nil", call, listener)
    check.raises("options are a table, got a number", call, listener, handler, 5)
    check.raises("option max_headers is a number, got x", call, listener, handler, { max_headers = "x" })
  end
  socket.close(listener)
  check.equal(http.serve(listener, setmetatable({}, { __call = handler })), "listener closed")
end)
