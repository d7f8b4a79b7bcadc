-- JSON texts (RFC 8259) from and to Lua values, for the examples.
--
-- null is `json.null`. An empty table is an object unless it came from `json.array`. A number that
-- is not finite can't be written, and a byte that is no UTF-8 is written as U+FFFD.

local json = { null = newproxy() }

local Array = {}

--- Marks a table as an array, also when it is empty.
function json.array(table)
  return setmetatable(table, Array)
end

-- ------------------------------------------------------------------ writing

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\b"] = "\\b", ["\f"] = "\\f" }

--- What each character of UTF-8 looks like (RFC 3629, section 4).
local CHARACTERS = {
  "^[%z\1-\127]+()",
  "^[\194-\223][\128-\191]()",
  "^\224[\160-\191][\128-\191]()",
  "^[\225-\236\238\239][\128-\191][\128-\191]()",
  "^\237[\128-\159][\128-\191]()",
  "^\240[\144-\191][\128-\191][\128-\191]()",
  "^[\241-\243][\128-\191][\128-\191][\128-\191]()",
  "^\244[\128-\143][\128-\191][\128-\191]()",
}

--- A text with U+FFFD for each byte that is no UTF-8.
local function sound(text)
  local parts, at = {}, 1
  while at <= #text do
    local stop
    for _, character in ipairs(CHARACTERS) do
      stop = stop or text:match(character, at)
    end
    parts[#parts + 1] = stop and text:sub(at, stop - 1) or "\239\191\189"
    at = stop or at + 1
  end
  return table.concat(parts)
end

local function quote(text)
  if text:find("[\128-\255]") then
    text = sound(text)
  end
  return '"' .. text:gsub('[%z\1-\31"\\\127]', function(char)
    return ESCAPES[char] or string.format("\\u%04x", char:byte())
  end) .. '"'
end

local write

local function write_table(value, parts, depth)
  if depth > 100 then
    error("nested too deeply, or in a circle", 0)
  end
  local list = getmetatable(value) == Array or #value > 0
  parts[#parts + 1] = list and "[" or "{"
  local first = true
  for key, item in (list and ipairs or pairs)(value) do
    parts[#parts + 1] = first and "" or ","
    first = false
    if not list then
      parts[#parts + 1] = quote(tostring(key)) .. ":"
    end
    write(item, parts, depth + 1)
  end
  parts[#parts + 1] = list and "]" or "}"
end

function write(value, parts, depth)
  local kind = type(value)
  if value == nil or value == json.null then
    parts[#parts + 1] = "null"
  elseif kind == "table" then
    write_table(value, parts, depth)
  elseif kind == "string" then
    parts[#parts + 1] = quote(value)
  elseif kind == "number" and value == value and math.abs(value) ~= math.huge then
    local short = string.format("%.15g", value)
    parts[#parts + 1] = tonumber(short) == value and short or string.format("%.17g", value)
  elseif kind == "boolean" then
    parts[#parts + 1] = tostring(value)
  else
    error("can't write a " .. kind .. " " .. tostring(value), 0)
  end
end

--- The text for a value. Raises what can't be written.
function json.encode(value)
  local parts = {}
  write(value, parts, 0)
  return table.concat(parts)
end

-- ------------------------------------------------------------------ reading

local function fail(text, at, what)
  error(string.format("%s at byte %d", what, math.min(at, #text + 1)), 0)
end

local function utf8(code)
  if code < 0x80 then
    return string.char(code)
  elseif code < 0x800 then
    return string.char(0xC0 + math.floor(code / 64), 0x80 + code % 64)
  elseif code < 0x10000 then
    return string.char(0xE0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64)
  end
  return string.char(
    0xF0 + math.floor(code / 262144), 0x80 + math.floor(code / 4096) % 64,
    0x80 + math.floor(code / 64) % 64, 0x80 + code % 64
  )
end

local CHARS = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

--- What an escape stands for, and where it ends.
local function read_escape(text, at)
  local char = text:sub(at, at)
  if CHARS[char] then
    return CHARS[char], at + 1
  end
  local digits = char == "u" and text:match("^%x%x%x%x", at + 1)
  if not digits then
    fail(text, at, "unknown escape")
  end
  local code = tonumber(digits, 16)
  local low = code >= 0xD800 and code < 0xDC00 and text:match("^\\u([dD][c-fC-F]%x%x)", at + 5)
  if low then
    return utf8(0x10000 + (code - 0xD800) * 1024 + tonumber(low, 16) - 0xDC00), at + 11
  elseif code >= 0xD800 and code < 0xE000 then
    fail(text, at, "half of a surrogate pair")
  end
  return utf8(code), at + 5
end

local function read_string(text, at)
  local parts = {}
  while true do
    local plain, stop = text:match('^([^"\\%z\1-\31]*)()', at)
    parts[#parts + 1] = plain
    local char = text:sub(stop, stop)
    if char == '"' then
      return table.concat(parts), stop + 1
    elseif char ~= "\\" then
      fail(text, stop, "unfinished string")
    end
    parts[#parts + 1], at = read_escape(text, stop + 1)
  end
end

local function read_number(text, at)
  local whole = text:match("^-?[1-9]%d*", at) or text:match("^-?0", at)
  if not whole then
    fail(text, at, "no value")
  end
  local stop = at + #whole
  stop = text:match("^%.%d+()", stop) or stop
  stop = text:match("^[eE][+-]?%d+()", stop) or stop
  return tonumber(text:sub(at, stop - 1)), stop
end

local read

--- The items of an array or an object, from behind its bracket.
local function read_items(text, at, depth, close)
  local list, object = close == "]", {}
  at = text:match("^[ \t\r\n]*()", at)
  if text:sub(at, at) == close then
    return list and json.array(object) or object, at + 1
  end
  while true do
    local key = #object + 1
    if not list then
      at = text:match('^[ \t\r\n]*"()', at) or fail(text, at, "no name")
      key, at = read_string(text, at)
      at = text:match("^[ \t\r\n]*:()", at) or fail(text, at, "no colon")
    end
    object[key], at = read(text, at, depth + 1)
    local separator
    separator, at = text:match("^[ \t\r\n]*([,%]}])()", at)
    if separator == close then
      return list and json.array(object) or object, at
    elseif separator ~= "," then
      fail(text, at or #text + 1, "no comma")
    end
  end
end

local WORDS = { t = "true", f = "false", n = "null" }
local VALUES = { ["true"] = true, ["false"] = false, null = json.null }

function read(text, at, depth)
  if depth > 100 then
    fail(text, at, "nested too deeply")
  end
  local char
  char, at = text:match("^[ \t\r\n]*(.?)()", at)
  if char == "{" or char == "[" then
    return read_items(text, at, depth, char == "{" and "}" or "]")
  elseif char == '"' then
    return read_string(text, at)
  end
  local word = WORDS[char]
  if word and text:sub(at - 1, at + #word - 2) == word then
    return VALUES[word], at + #word - 1
  end
  return read_number(text, char == "" and at or at - 1)
end

--- The value of a text; nil and what is wrong with it otherwise.
function json.decode(text)
  local fine, value, at = pcall(read, text, 1, 0)
  if not fine then
    return nil, value
  end
  at = text:match("^[ \t\r\n]*()", at)
  if at <= #text then
    return nil, "something follows the value at byte " .. at
  end
  return value
end

return json
