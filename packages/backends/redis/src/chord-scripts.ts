import { RedisScript } from '@celeriac/redis';

/** Sets how long the keys of a chord are kept; `ttl` is 0 for ever. */
const KEEP = `
local function keep(ttl, ...)
  if ttl == 0 then return end
  for _, key in ipairs({...}) do redis.call('PEXPIRE', key, string.format('%d', ttl)) end
end
`;

/** Expects members, unless the chord is closed. KEYS: .s, .c. ARGV: size, how long to keep (ms). */
export const OPEN: RedisScript = new RedisScript(`
${KEEP}
if redis.call('HEXISTS', KEYS[2], 'closed') == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
keep(tonumber(ARGV[2]), KEYS[1])
redis.call('PUBLISH', KEYS[1], ARGV[1])
return 1
`);

/** Expects more members than `.s` says, unless the chord is closed. KEYS: .t, .c. ARGV: how many, how long to keep (ms). */
export const GROW: RedisScript = new RedisScript(`
${KEEP}
if redis.call('HEXISTS', KEYS[2], 'closed') == 1 then return 0 end
redis.call('INCRBY', KEYS[1], ARGV[1])
keep(tonumber(ARGV[2]), KEYS[1])
return 1
`);

/**
 * Records a member and claims the parts when it was the last one.
 *
 * KEYS: .j, .s, .t (Celery's), .c (ours: \`closed\`, \`claimed\`, and a field for each member that Celeriac recorded). ARGV:
 * task id, entry, score, beginning of an entry of the same task, how long to keep (ms), how long a claim stands (ms),
 * whether .j is sorted.
 *
 * Answers `[done, size or nothing, entries with scores or nothing]\`. A member is recorded once: the first entry stands,
 * a Python worker's too.
 */
export const JOIN: RedisScript = new RedisScript(`
${KEEP}
local closed = redis.call('HGET', KEYS[4], 'closed')
if closed then return {tonumber(closed), closed, false} end
local sorted, field = ARGV[7] == '1', 'm:' .. ARGV[1]
local known = redis.call('HEXISTS', KEYS[4], field) == 1
if not known and sorted and ARGV[4] ~= '' then
  for _, entry in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[3], ARGV[3])) do
    local plain = string.sub(entry, 1, 2 + #ARGV[4] + 2):gsub('^%[1, ', '[1,', 1)
    if string.sub(plain, 1, #ARGV[4]) == ARGV[4] then known = true end
  end
end
if not known then
  if sorted then redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2]) else redis.call('RPUSH', KEYS[1], ARGV[2]) end
  redis.call('HSET', KEYS[4], field, ARGV[3])
end
keep(tonumber(ARGV[5]), KEYS[1], KEYS[2], KEYS[3], KEYS[4])
local done = redis.call(sorted and 'ZCARD' or 'LLEN', KEYS[1])
local expected = redis.call('GET', KEYS[2])
if not expected then return {done, false, false} end
local size = tonumber(expected) + tonumber(redis.call('GET', KEYS[3]) or '0')
if done < size then return {done, tostring(size), false} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claimed = redis.call('HGET', KEYS[4], 'claimed')
if claimed and now - tonumber(claimed) < tonumber(ARGV[6]) then return {done, tostring(size), false} end
redis.call('HSET', KEYS[4], 'claimed', string.format('%d', now))
if sorted then return {done, tostring(size), redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')} end
local entries = {}
for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  entries[#entries + 1] = entry
  entries[#entries + 1] = ''
end
return {done, tostring(size), entries, redis.call('HGETALL', KEYS[4])}
`);

/** Forgets the parts and, if the chord was opened, keeps it closed. KEYS: .j, .s, .t, .c. ARGV: how long to keep (ms). */
export const CLOSE: RedisScript = new RedisScript(`
${KEEP}
local expected = redis.call('GET', KEYS[2])
if expected then
  local size = tonumber(expected) + tonumber(redis.call('GET', KEYS[3]) or '0')
  redis.call('DEL', KEYS[4])
  redis.call('HSET', KEYS[4], 'closed', string.format('%d', size))
  keep(tonumber(ARGV[1]), KEYS[4])
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1
`);
