"""The two Lua scripts by which all processes share limits. Time is Redis's own: the machines' clocks do not matter."""

from typing import Final

TAKE: Final = """
-- Takes up to `want` permits of `cost` tokens each from the bucket, never below `reserve`.
-- KEYS: bucket, pause of the endpoint, block of the lane
-- ARGV: tokens a second, burst, reserve, want, cost, debt (tokens spent while Redis was away), seconds to keep
-- Returns: granted, tokens left (text), ms of the pause, ms of the block (0: none)
local pause = redis.call('PTTL', KEYS[2])
local block = redis.call('PTTL', KEYS[3])
if pause > 0 or block > 0 then
    return {0, '0', math.max(pause, 0), math.max(block, 0)}
end
local rate, burst, reserve = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local want, cost, debt = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if kept[1] and kept[2] then
    -- A clock that was put back fills nothing; one that was put on fills one bucket at most.
    local passed = math.max(0, now - tonumber(kept[2])) / 1000000
    tokens = math.min(burst, tonumber(kept[1]) + passed * rate)
end
tokens = math.max(0, tokens - debt)
local granted = math.max(0, math.min(want, math.floor((tokens - reserve) / cost + 0.000001)))
tokens = math.max(0, tokens - granted * cost)
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', now))
redis.call('EXPIRE', KEYS[1], ARGV[7])
return {granted, string.format('%.6f', tokens), 0, 0}
"""

BEAT: Final = """
-- Says that a process lives, publishes what it was told by platforms, and returns what anybody was told.
-- KEYS: members, then for each endpoint: bucket, facts, pause, and the block of each lane
-- ARGV: member, ms after which a silent member is dead, keys of an endpoint,
--       then for each endpoint: ms of a pause, ms of each block (0: no news),
--       quota remaining, quota total, rate limit ('' unknown), ms for which these facts hold (0: no news)
-- Returns: members alive, Redis's time (ms, text), then for each endpoint the same list as in ARGV
local clock = redis.call('TIME')
local now = math.floor(clock[1] * 1000 + clock[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', now - tonumber(ARGV[2])))
-- A member of the future comes from a clock that was put back since: it counts from now on.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now + tonumber(ARGV[2])), '+inf')
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]) * 4)
local reply = {redis.call('ZCARD', KEYS[1]), string.format('%.0f', now)}
local width = tonumber(ARGV[3])
local shuts = width - 2
local word = 4
for first = 2, #KEYS, width do
    local told = {}
    for number = 0, shuts - 1 do
        local key, ms = KEYS[first + 2 + number], tonumber(ARGV[word + number])
        local left = redis.call('PTTL', key)
        if ms > left and ms > 0 then
            redis.call('SET', key, '1', 'PX', string.format('%.0f', ms))
            left = ms
            if number == 0 then
                -- Whoever was too fast starts again with an empty bucket.
                redis.call('HSET', KEYS[first], 'tokens', '0', 'at', string.format('%.0f', (now + ms) * 1000))
                redis.call('PEXPIRE', KEYS[first], string.format('%.0f', ms + 300000))
            end
        end
        told[number + 1] = math.max(left, 0)
    end
    word = word + shuts
    local fresh = tonumber(ARGV[word + 3])
    if fresh > 0 then
        redis.call('HSET', KEYS[first + 1], 'remaining', ARGV[word], 'total', ARGV[word + 1], 'limit', ARGV[word + 2])
        redis.call('PEXPIRE', KEYS[first + 1], string.format('%.0f', fresh))
    end
    word = word + 4
    local facts = redis.call('HMGET', KEYS[first + 1], 'remaining', 'total', 'limit')
    for number = 1, 3 do
        told[shuts + number] = facts[number] or ''
    end
    told[shuts + 4] = math.max(redis.call('PTTL', KEYS[first + 1]), 0)
    reply[#reply + 1] = told
end
return reply
"""
