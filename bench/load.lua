-- The requests of one run and its result, for wrk:
--     wrk … -s load.lua URL -- METHOD BODY_BYTES CONNECTION HEAD HOST PATH [PATH …]
-- HEAD is `bare`, only a Host field, or `browser`, the fields that a browser sends with it.
-- HOST may be empty, for the address itself. Several paths are asked for in turn.

local browser = {
   ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
   ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
   ["Accept-Language"] = "en-US,en;q=0.5",
   ["Accept-Encoding"] = "gzip, deflate, br",
   ["Referer"] = "https://www.example.com/start",
   ["Cookie"] = "session=6f1c0b6c1e0f4b8f9a7d; theme=dark",
   ["Cache-Control"] = "no-cache",
}

function init(args)
   wrk.method = args[1]
   if tonumber(args[2]) > 0 then wrk.body = string.rep("x", tonumber(args[2])) end
   if args[3] == "close" then wrk.headers["Connection"] = "close" end
   if args[4] == "browser" then
      for name, value in pairs(browser) do wrk.headers[name] = value end
   end
   if args[5] ~= "" then wrk.headers["Host"] = args[5] end
   wrk.path = args[6]
   if not args[7] then return end

   local requests = {}
   for index = 6, #args do requests[#requests + 1] = wrk.format(nil, args[index]) end
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
