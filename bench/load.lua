-- The requests of one run and its result, for wrk:
--     wrk … -s load.lua URL -- METHOD BODY_BYTES [FIELD …] PATH [PATH …]
-- A FIELD is a header as `Name: value`. Several paths are asked for in turn.

function init(args)
   wrk.method = args[1]
   if tonumber(args[2]) > 0 then wrk.body = string.rep("x", tonumber(args[2])) end
   local paths = {}
   for index = 3, #args do
      local name, value = args[index]:match("^([^/:]+): (.*)$")
      if name then wrk.headers[name] = value else paths[#paths + 1] = args[index] end
   end
   wrk.path = paths[1]
   if not paths[2] then return end

   local requests = {}
   for index = 1, #paths do requests[index] = wrk.format(nil, paths[index]) end
   local turn = 0
   request = function()
      turn = turn % #requests + 1
      return requests[turn]
   end
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      'RESULT {"requests": %d, "seconds": %f, "p50_us": %f, "p99_us": %f, "errors": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
