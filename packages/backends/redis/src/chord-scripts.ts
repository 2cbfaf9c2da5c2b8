import { RedisScript } from '@celeriac/redis';

/** Sets how long the keys of a chord are kept; `ttl` is 0 for ever. */
const KEEP = `
local function keep(ttl, ...)
  if ttl == 0 then return end
  for _, key in ipairs({...}) do redis.call('PEXPIRE', key, string.format('%d', ttl)) end
end
`;

/** Bytes of entries that come as one text; the server sends nothing of it before all of it is put together. */
const MOST_IN_ONE_TEXT = 16 * 1024 * 1024;

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
 * Records members and claims the parts when one of them was the last.
 *
 * KEYS: .j, .s, .t, .c (Celery's, the last one from 5.7 on: who sends the body), .celeriac (ours: `closed`, `claimed`, and a
 * field for each member that Celeriac recorded). ARGV: how long to keep (ms), how long a claim stands (ms), whether .j is
 * sorted, whether entries are JSON that may come as one text, then for each member its task id, entry, score, and the
 * beginning of an entry of the same task.
 *
 * Answers `[done, size or nothing, entries with scores or nothing, ...]`; entries in JSON as one list in one text, in their
 * order, and how many at its end have no position: thousands of answers cost a client more than one, and writing a score
 * costs the server more than the entry. The fifth answer names the members, by their
 * place from 1, that were recorded before the size was gone: a worker of Celery has sent the body since. A member is recorded
 * once: the first entry stands, a Python worker's too.
 */
export const JOIN: RedisScript = new RedisScript(`
${KEEP}
local closed = redis.call('HGET', KEYS[5], 'closed')
if closed then return {tonumber(closed), closed, false, false, {}} end
if redis.call('GET', KEYS[4]) == 'done' then return {1, '1', false, false, {}} end
local sorted = ARGV[3] == '1'
local expected = redis.call('GET', KEYS[2])
local names = {}
for at = 5, #ARGV, 4 do
  names[#names + 1] = 'm:' .. ARGV[at]
  names[#names + 1] = 'w:' .. ARGV[at]
end
-- Recorded while the size was known; one that came before it stands under another name.
local fields = redis.call('HMGET', KEYS[5], unpack(names))
-- Whatever Celeriac records it marks too: where there is more, Python has recorded something.
local foreign = sorted and redis.call('ZCARD', KEYS[1]) > redis.call('HLEN', KEYS[5]) - redis.call('HEXISTS', KEYS[5], 'claimed')
local entries, marks, met, gone = {}, {}, {}, {}
for at = 5, #ARGV, 4 do
  local id, entry, score, beginning = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local place = (at - 3) / 2
  local known = fields[place] or fields[place + 1] or met[id]
  if not known and foreign and beginning ~= '' then
    for _, other in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], score, score)) do
      local plain = string.sub(other, 1, 2 + #beginning + 2):gsub('^%[1, ', '[1,', 1)
      if string.sub(plain, 1, #beginning) == beginning then known = true end
    end
  end
  if not known then
    met[id] = true
    if sorted then entries[#entries + 1] = score end
    entries[#entries + 1] = entry
    marks[#marks + 1] = (expected and 'm:' or 'w:') .. id
    marks[#marks + 1] = score
  end
  if fields[place] and not expected then gone[#gone + 1] = (at - 1) / 4 end
end
if #marks > 0 then
  redis.call(sorted and 'ZADD' or 'RPUSH', KEYS[1], unpack(entries))
  redis.call('HSET', KEYS[5], unpack(marks))
end
keep(tonumber(ARGV[1]), KEYS[1], KEYS[2], KEYS[3], KEYS[5])
local done = redis.call(sorted and 'ZCARD' or 'LLEN', KEYS[1])
if not expected then return {done, false, false, false, gone} end
local size = tonumber(expected) + tonumber(redis.call('GET', KEYS[3]) or '0')
local waits = {done, tostring(size), false, false, {}}
if done < size then return waits end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claimed = redis.call('HGET', KEYS[5], 'claimed')
if claimed and now - tonumber(claimed) < tonumber(ARGV[2]) then return waits end
if not redis.call('SET', KEYS[4], 'celeriac', 'NX', 'PX', ARGV[2]) then return waits end
redis.call('HSET', KEYS[5], 'claimed', string.format('%d', now))
if sorted then
  local texts, length = ARGV[4] == '1' and redis.call('ZRANGE', KEYS[1], 0, -1), 0
  for _, text in ipairs(texts or {}) do length = length + #text end
  if not texts or length > ${MOST_IN_ONE_TEXT} then
    return {done, tostring(size), redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'), false, {}}
  end
  local unplaced = redis.call('ZCOUNT', KEYS[1], '+inf', '+inf')
  return {done, tostring(size), '[' .. table.concat(texts, ',') .. ']', unplaced, {}}
end
local entries = {}
for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  entries[#entries + 1] = entry
  entries[#entries + 1] = ''
end
return {done, tostring(size), entries, redis.call('HGETALL', KEYS[5]), {}}
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
