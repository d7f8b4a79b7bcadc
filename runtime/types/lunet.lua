---@meta lunet

---Coroutines and time.
---@class lunet
local lunet = {}

---Runs a function in a coroutine of its own, up to its first wait, and returns.
---
---An error that it does not catch is printed with a traceback; the others go on, and the exit code
---of the process is 1 unless `__lunet_exit_code` says otherwise.
---@param fn fun() what it returns is dropped
function lunet.spawn(fn) end

---Waits at least so many milliseconds, counted from the call; `sleep(0)` lets everything have its
---turn that is ready. Called from a coroutine.
---@param ms number fractions are cut off; a negative number is an error
function lunet.sleep(ms) end

---Ends the event loop after the present turn. Coroutines that wait are dropped without a word.
function lunet.stop() end

---Has a function run once when the loop has ended, by `stop` or because nothing is left, in the
---order of these calls. It runs on the main thread, so it can't wait.
---@param fn fun()
function lunet.on_stop(fn) end

---@class lunet.Wait
---@field coroutine thread
---@field operation string what it waits for, such as "accept", "connect", "read", "sleep" or "write"
---@field waited_ms number

---Who waits, for what and for how long, in no order.
---@return lunet.Wait[]
function lunet.waits() end

return lunet
