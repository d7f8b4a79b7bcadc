-- Prints how much memory the process has had at most, which is what an empty script has.
for line in io.lines("/proc/self/status") do
  local kibibytes = line:match("^VmHWM:%s*(%d+)")
  if kibibytes then
    print(kibibytes)
  end
end
