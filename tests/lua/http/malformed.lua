-- checks: 108
-- Requests that two parties could read differently, and clients that are no browsers: refused at
-- once where they can't become a request any more.
local lunet = require("lunet")
local socket = require("lunet.socket")
local http = require("lunet.http")
local check = require("check")

local function handler(request)
  return 200, table.concat({ request.method, request.path, request.query, request.version, request.body }, "|")
end

lunet.spawn(function()
  local listener, port = check.listener()
  local ended = {}
  lunet.spawn(function() ended[1] = http.serve(listener, handler, { read_timeout_ms = 20000 }) end)

  --- What comes back for a text, until the server has no more to say.
  local function exchange(text, stays)
    local client = assert(socket.connect("127.0.0.1", port))
    socket.write(client, text)
    if stays then
      socket.shutdown(client)
    end
    local parts = {}
    while true do
      local data, failure = socket.read(client, { timeout_ms = 5000 })
      check.that(not failure, failure)
      if not data then break end
      parts[#parts + 1] = data
    end
    socket.close(client)
    return table.concat(parts)
  end

  --- The server refuses and hangs up without waiting for more. (Each is two checks or more.)
  local function refused(status, text)
    local found = exchange(text)
    check.equal(found:match("^HTTP/1.1 (%d+)"), tostring(status))
  end

  -- Nothing that will ever be a request.
  refused(400, "GET / HTTP/1.1\nHost: x\n\n")
  refused(400, "GET /\r\n")
  refused(400, "GET /\n")
  refused(400, "\22\3\1\2\0\1\0\1\252\3\3")
  refused(400, "GET / HTTP/1.1\r\nHost: x\r\nX-A: \0\r\n")

  -- Whom it is for.
  refused(400, "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n")
  refused(400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n")
  for _, host in ipairs({ "", "x:80", "[::1]:80", "a_b.c-d" }) do
    local found = exchange("GET / HTTP/1.1\r\nConnection: close\r\nHost: " .. host .. "\r\n\r\n")
    check.that(found:find("^HTTP/1.1 200 "), found)
  end
  local found = exchange("GET http://x/p?q=1 HTTP/1.1\r\nConnection: close\r\nHost: x\r\n\r\n")
  check.that(found:find("GET|/p|q=1|1.1|", 1, true), found)
  found = exchange("GET http://x HTTP/1.1\r\nConnection: close\r\nHost: x\r\n\r\n")
  check.that(found:find("GET|/||1.1|", 1, true), found)

  for _, target in ipairs({ "p", "?q=1", "*", "x:80", "http:/p", "1http://x/" }) do
    refused(400, "GET " .. target .. " HTTP/1.1\r\nHost: x\r\n\r\n")
  end
  for target, method in pairs({ ["*"] = "OPTIONS", ["x:80"] = "CONNECT", ["//p"] = "GET", ["http://x?q=1"] = "GET" }) do
    found = exchange(method .. " " .. target .. " HTTP/1.1\r\nConnection: close\r\nHost: x\r\n\r\n")
    local path = target == "http://x?q=1" and "/|q=1" or target .. "|"
    check.that(found:find(method .. "|" .. path .. "|1.1|", 1, true), found)
  end

  -- Where a body ends.
  refused(400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
  local chunked = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
  refused(400, chunked .. "2;a=\nb\r\nab\r\n0\r\n\r\n")
  refused(400, chunked .. "2;a=\rb\r\nab\r\n0\r\n\r\n")
  refused(400, chunked .. "2\nab\n0\n\n")
  refused(400, chunked .. "0\r\nno trailer\r\n\r\n")
  refused(400, chunked .. "0\r\nA : b\r\n\r\n")
  found = exchange(chunked .. "2;a=\"b\"\r\nab\r\n0\r\nA: b\r\n\r\n")
  check.that(found:find("POST|/||1.1|ab", 1, true), found)

  -- A body in many small chunks costs by its length, not by how much of it has come at a time.
  local small = assert(socket.connect("127.0.0.1", port))
  socket.write(small, chunked)
  collectgarbage()
  collectgarbage("stop")
  local before = collectgarbage("count")
  lunet.spawn(function() socket.write(small, ("1\r\nx\r\n"):rep(20000) .. "0\r\n\r\n") end)
  found = check.show(socket.read(small, { timeout_ms = 30000 }))
  local grown = collectgarbage("count") - before
  collectgarbage("restart")
  check.that(found:find("|1.1|" .. ("x"):rep(1000), 1, true), found)
  check.that(grown < 8 * 1024, "20000 chunks took " .. grown .. " KiB")
  socket.close(small)

  -- What an older client is told.
  found = exchange("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true)
  check.that(found:find("\r\nConnection: keep-alive\r\n", 1, true), found)
  found = exchange("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab")
  check.that(found:find("^HTTP/1.1 200 "), found)

  -- A client that sends its head drop by drop has no time left at the second one.
  local slow_listener, slow_port = check.listener()
  lunet.spawn(function() http.serve(slow_listener, handler, { head_timeout_ms = -1 }) end)
  local slow = assert(socket.connect("127.0.0.1", slow_port))
  socket.write(slow, "GET / HT")
  check.that(check.show(socket.read(slow, { timeout_ms = 5000 })):find("408 Request Timeout", 1, true))
  socket.close(slow)
  local quick = assert(socket.connect("127.0.0.1", slow_port))
  socket.write(quick, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
  check.that(check.show(socket.read(quick, { timeout_ms = 5000 })):find("200 OK", 1, true))
  socket.close(quick)
  socket.close(slow_listener)

  -- A second server at a listener is told, and does not go round and round.
  check.equal(http.serve(listener, handler), "another accept already in progress")
  socket.close(listener)
  lunet.sleep(0)
  check.equal(ended[1], "listener closed")
end)
