internal import WeirBase

/// What Redis does for a request, in one step that nothing comes between: all of its limits are
/// looked at, and then all are taken or none.
///
/// Of each key Redis keeps when its debt will be paid off (the "theoretical arrival time" of the
/// generic cell rate algorithm), in microseconds by Redis' clock and a fraction, and forgets the
/// key then. All numbers are whole and below 2^53, so that Lua reckons exactly.
///
/// For each key there are six arguments: the debt that the request makes and that of a full burst,
/// each in microseconds and parts of one; how many parts make a microsecond; and 1 when the limit
/// is a shadow. A negative debt gives back. The reply has three numbers for each key: whether there
/// was enough left, and the debt in microseconds and parts.
enum LimitScript {
    static let text: StaticString = """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000000 + clock[2]
        local found = redis.call('MGET', unpack(KEYS))
        local debts, wants, fits, admits = {}, {}, {}, true
        for i = 1, #KEYS do
          local a = {}
          for j = 1, 5 do a[j] = tonumber(ARGV[i * 6 - 6 + j]) end
          local whole, part = 0, 0
          if found[i] then
            local due, rest = string.match(found[i], '^(%d+):(%d+)$')
            if due and tonumber(due) >= now then
              whole, part = due - now, tonumber(rest)
              if whole > a[3] then whole, part = a[3], a[4] end
            end
          end
          debts[i] = {whole, part}
          whole, part = whole + a[1], part + a[2]
          if part >= a[5] then whole, part = whole + 1, part - a[5] end
          if part < 0 then whole, part = whole - 1, part + a[5] end
          if whole < 0 then whole, part = 0, 0 end
          wants[i] = {whole, part}
          fits[i] = whole < a[3] or whole == a[3] and part <= a[4]
          if not fits[i] and ARGV[i * 6] ~= '1' then admits = false end
        end
        local reply = {}
        for i = 1, #KEYS do
          local debt = debts[i]
          if admits and fits[i] then
            debt = wants[i]
            redis.call('SET', KEYS[i], string.format('%.0f:%.0f', now + debt[1], debt[2]),
              'PX', math.floor(debt[1] / 1000) + 1)
          end
          reply[i * 3 - 2] = fits[i] and 1 or 0
          reply[i * 3 - 1] = debt[1]
          reply[i * 3] = debt[2]
        end
        return reply
        """

    /// The script's SHA-1 digest, by which Redis knows it.
    static let digest: StaticString = "36f9845deeb03462af787c72be441eeeba86e730"

    /// How a command begins, up to the number of its keys: EVALSHA, or EVAL with the script itself
    /// for a Redis that does not know it yet.
    static func begin(_ command: inout RedisCommand, keys: Int, inFull: Bool) {
        command.begin(words: 3 + 7 * keys)
        if inFull {
            command.add("EVAL")
            command.add(text.span)
        } else {
            command.add("EVALSHA")
            command.add(digest.span)
        }
        command.add(keys)
    }
}
