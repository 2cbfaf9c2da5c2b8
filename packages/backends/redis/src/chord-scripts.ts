import { RedisScript } from '@celeriac/redis';

/** Sets how long the keys of a chord are kept; `ttl` is 0 for ever. */
const KEEP = `
local function keep(ttl, ...)
  if ttl == 0 then return end
  for _, key in ipairs({...}) do redis.call('PEXPIRE', key, string.format('%d', ttl)) end
end
`;

/** Expects members, unless the chord is closed. KEYS: .s, .celeriac. ARGV: size, how long to keep (ms). */
export const OPEN: RedisScript = new RedisScript(`
${KEEP}
if redis.call('HEXISTS', KEYS[2], 'closed') == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
keep(tonumber(ARGV[2]), KEYS[1])
redis.call('PUBLISH', KEYS[1], ARGV[1])
return 1
`);

/** Expects more members than `.s` says, unless the chord is closed. KEYS: .t, .celeriac. ARGV: how many, how long to keep (ms). */
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
 * KEYS: .j, .s, .t, .c (Celery's, the last one from 5.7 on: who sends the body), .celeriac (ours: `closed`, `claimed`, and a
 * field for each member that Celeriac recorded). ARGV:
 * task id, entry, score, beginning of an entry of the same task, how long to keep (ms), how long a claim stands (ms),
 * whether .j is sorted.
 *
 * Answers `[done, size or nothing, entries with scores or nothing]\`. A member is recorded once: the first entry stands,
 * a Python worker's too.
 */
export const JOIN: RedisScript = new RedisScript(`
${KEEP}
local closed = redis.call('HGET', KEYS[5], 'closed')
if closed then return {tonumber(closed), closed, false} end
if redis.call('GET', KEYS[4]) == 'done' then return {1, '1', false} end
local sorted, field = ARGV[7] == '1', 'm:' .. ARGV[1]
local expected = redis.call('GET', KEYS[2])
-- Recorded while the size was known; one that came before it stands under another name.
local counted = redis.call('HEXISTS', KEYS[5], field) == 1
if not expected then field = 'w:' .. ARGV[1] end
local known = counted or redis.call('HEXISTS', KEYS[5], 'w:' .. ARGV[1]) == 1
if not known and sorted and ARGV[4] ~= '' then
  for _, entry in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[3], ARGV[3])) do
    local plain = string.sub(entry, 1, 2 + #ARGV[4] + 2):gsub('^%[1, ', '[1,', 1)
    if string.sub(plain, 1, #ARGV[4]) == ARGV[4] then known = true end
  end
end
if not known then
  if sorted then redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2]) else redis.call('RPUSH', KEYS[1], ARGV[2]) end
  redis.call('HSET', KEYS[5], field, ARGV[3])
end
keep(tonumber(ARGV[5]), KEYS[1], KEYS[2], KEYS[3], KEYS[5])
local done = redis.call(sorted and 'ZCARD' or 'LLEN', KEYS[1])
if not expected then
  -- The size has gone since: a worker of Celery has sent the body.
  if counted then return {1, '1', false} end
  return {done, false, false}
end
local size = tonumber(expected) + tonumber(redis.call('GET', KEYS[3]) or '0')
if done < size then return {done, tostring(size), false} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claimed = redis.call('HGET', KEYS[5], 'claimed')
if claimed and now - tonumber(claimed) < tonumber(ARGV[6]) then return {done, tostring(size), false} end
if not redis.call('SET', KEYS[4], 'celeriac', 'NX', 'PX', ARGV[6]) then return {done, tostring(size), false} end
redis.call('HSET', KEYS[5], 'claimed', string.format('%d', now))
if sorted then return {done, tostring(size), redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')} end
local entries = {}
for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  entries[#entries + 1] = entry
  entries[#entries + 1] = ''
end
return {done, tostring(size), entries, redis.call('HGETALL', KEYS[5])}
`);

/** Forgets the parts and, if the chord was opened, keeps it closed. KEYS: .j, .s, .t, .c, .celeriac. ARGV: how long to keep (ms). */
export const CLOSE: RedisScript = new RedisScript(`
${KEEP}
local expected = redis.call('GET', KEYS[2])
if expected then
  local size = tonumber(expected) + tonumber(redis.call('GET', KEYS[3]) or '0')
  redis.call('DEL', KEYS[5])
  redis.call('HSET', KEYS[5], 'closed', string.format('%d', size))
  keep(tonumber(ARGV[1]), KEYS[5])
  redis.call('SET', KEYS[4], 'done', 'PX', 300000)
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1
`);
