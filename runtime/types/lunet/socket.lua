---@meta lunet.socket

---TCP and Unix sockets whose calls wait without blocking other coroutines.
---
---A condition of the world is returned as text; misuse, such as a wrong type, is raised.
---@class lunet.socket
local socket = {}

---A listener or a connection. It is closed by `close`, never by the garbage collector.
---@class lunet.socket.handle: userdata

---The last argument of a call that waits.
---@class lunet.socket.Deadline
---@field timeout_ms? number after so many milliseconds the call gives up with "operation timed out"

---@class lunet.socket.Credentials
---@field pid? integer absent where the system does not tell
---@field uid integer
---@field gid integer

---Listens at an address of this machine or at a path. Called from a coroutine; does not wait.
---
---For "tcp" the host is "127.0.0.1", "localhost" (which is 127.0.0.1) or "::1", unless the process
---was started with `--dangerously-skip-loopback-restriction`; port 0 is a free one.
---For "unix" the host is a path of at most 107 bytes. Its file has mode 0600 and goes away with the
---listener. A socket at the path that nobody serves is replaced; anything else is left alone.
---@param protocol "tcp"|"unix"
---@param host string
---@param port? number 0 to 65535, required for "tcp"
---@return lunet.socket.handle? listener
---@return string? failure
function socket.listen(protocol, host, port) end

---Waits for the next connection. Called from a coroutine, by one of them at a time.
---@param listener lunet.socket.handle
---@param deadline? lunet.socket.Deadline
---@return lunet.socket.handle? client
---@return string? failure such as "listener closed"
function socket.accept(listener, deadline) end

---Connects to an address or a name and a port, or to a path, which is what contains a "/".
---Called from a coroutine. Names are looked up on another thread, and each address is tried.
---@param host string
---@param port number 1 to 65535
---@param deadline? lunet.socket.Deadline
---@return lunet.socket.handle? client
---@return string? failure such as "connection refused"
---@overload fun(path: string, deadline?: lunet.socket.Deadline): lunet.socket.handle?, string?
function socket.connect(host, port, deadline) end

---Waits for input and gives what has come, at most the size of the read buffer.
---Nothing but nil is the end of the stream. Called from a coroutine, by one of them at a time.
---@param client lunet.socket.handle
---@param deadline? lunet.socket.Deadline
---@return string? data
---@return string? failure such as "connection reset by peer" or "socket closed"
function socket.read(client, deadline) end

---Waits until all the data is with the kernel. Called from a coroutine, by one of them at a time.
---After a timeout a part may have been sent: close the connection.
---@param client lunet.socket.handle
---@param data string|number
---@param deadline? lunet.socket.Deadline
---@return string? failure such as "broken pipe"
function socket.write(client, data, deadline) end

---Closes a handle and wakes who waits for it. What is closed already may be closed again.
---@param handle lunet.socket.handle
---@return string? failure "invalid socket handle"
function socket.close(handle) end

---Tells the peer that nothing more will come, after what was written; reading goes on.
---@param client lunet.socket.handle
---@return string? failure
function socket.shutdown(client) end

---The far end: "127.0.0.1:80", "[::1]:80" or "unix". Called from a coroutine.
---@param handle lunet.socket.handle
---@return string? name
---@return string? failure
function socket.getpeername(handle) end

---The near end, in the same form. It tells the port of a listener on port 0.
---@param handle lunet.socket.handle
---@return string? name
---@return string? failure
function socket.getsockname(handle) end

---Who is at the other end of a Unix socket.
---@param client lunet.socket.handle
---@return lunet.socket.Credentials? peer
---@return string? failure
function socket.getpeercred(client) end

---Whether small writes go out at once, as they do unless this says otherwise.
---@param client lunet.socket.handle
---@param on boolean
---@return string? failure
function socket.set_nodelay(client, on) end

---How much one read gives at most, for all sockets, from the next read on; 4096 at first.
---Values below 1 are ignored, and huge ones are capped.
---@param size number bytes
function socket.set_read_buffer_size(size) end

return socket
