---@meta lunet.http

---The server side of HTTP/1.1 (RFC 9112) over lunet.socket.
---@class lunet.http
---@field reasons table<integer, string> reason phrases by status
local http = {}

---@class lunet.http.Request
---@field method string as sent, such as "GET"
---@field target string as sent, such as "/items?page=2"
---@field path string the target up to the first "?", without scheme and host, still percent-encoded
---@field query string what follows the first "?"
---@field version "1.0"|"1.1" what comes after 1.1 counts as 1.1
---@field headers table<string, string> names in lower case; values of repeated headers joined with ", "
---@field body string the whole body, transfer coding undone

---@class lunet.http.Response
---@field status? integer 200 to 599; default 200
---@field headers? table<string, string|number> `Connection: close` ends the connection; lengths are set by the server
---@field body? string

---@class lunet.http.Options
---@field max_head_bytes? integer request line and headers together; default 16384, else status 431
---@field max_headers? integer how many; default 100, else status 431
---@field max_body_bytes? integer default 1048576, else status 413
---@field head_timeout_ms? number for the request line and all headers; default 60000, else status 408
---@field body_timeout_ms? number for the whole body; default 300000, else status 408
---@field read_timeout_ms? number from one read to the next, and how long an idle client is kept; default 30000
---@field write_timeout_ms? number for a client to take a whole answer; default 30000

---A handler may wait. It returns a response, or a status and a body. What it raises is printed and
---answered with status 500.
---@alias lunet.http.Handler fun(request: lunet.http.Request): lunet.http.Response|integer, string?

---Accepts connections until the listener is closed, each served by a coroutine of its own.
---Called from a coroutine.
---@param listener lunet.socket.handle
---@param handler lunet.http.Handler
---@param options? lunet.http.Options
---@return string reason what `accept` said in the end, such as "listener closed"
function http.serve(listener, handler, options) end

---Serves one connection until either side ends it, and closes it. Called from a coroutine.
---@param client lunet.socket.handle
---@param handler lunet.http.Handler
---@param options? lunet.http.Options
function http.serve_connection(client, handler, options) end

---Percent-encoding undone; "+" is left alone.
---@param text string
---@return string
function http.decode(text) end

---A query as a table; the last of several values counts.
---@param text string such as "a=1&b=%20"
---@return table<string, string>
function http.parse_query(text) end

return http
