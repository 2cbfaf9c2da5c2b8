import { RedisScript } from '@celeriac/redis';

/** Milliseconds and kombu's seconds, by the server's clock. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local score = time[1] .. '.' .. string.format('%06d', time[2])
`;

/**
 * Takes and leases in one step.
 *
 * KEYS: owners, held, unacked, unacked_index, then the lists, step by step. ARGV: owner, lease (ms), most messages,
 * prefix of fields, number of the first field, queues in each step, whether queues take turns, and what stands behind
 * the envelope in an entry of each queue. Answers with pairs of list number and text.
 *
 * The first write is a pop, which a server without memory allows; everything after it may then be written too. Whatever
 * fails after that puts back what was popped.
 */
export const TAKE: RedisScript = new RedisScript(`
local max, queues, turns = tonumber(ARGV[3]), tonumber(ARGV[6]), ARGV[7] == '1'
local texts, places, room, refusal = {}, {}, 16777216, nil
for first = 1, #KEYS - 4, queues do
  local open = {}
  for at = first, first + queues - 1 do open[#open + 1] = at end
  while #open > 0 and #texts < max and room > 0 do
    local share = max - #texts
    if turns then share = math.max(1, math.floor(share / #open)) end
    local more = {}
    for _, at in ipairs(open) do
      local want = math.min(share, max - #texts, 100)
      if want > 0 and room > 0 then
        local got = redis.pcall('RPOP', KEYS[4 + at], want)
        if got and got.err then refusal = got
        elseif got then
          for _, text in ipairs(got) do
            texts[#texts + 1] = text
            places[#places + 1] = at
            room = room - #text
          end
          if #got == want then more[#more + 1] = at end
        end
      end
    end
    open = more
  end
end
if #texts == 0 then return refusal or texts end
${NOW}
local function keep()
  for from = 1, #texts, 500 do
    local entries, scores, homes = {}, {}, {}
    for i = from, math.min(#texts, from + 499) do
      local field = ARGV[4] .. string.format('%d', ARGV[5] + i - 1)
      entries[#entries + 1] = field
      entries[#entries + 1] = '[' .. texts[i] .. ARGV[8 + (places[i] - 1) % queues]
      scores[#scores + 1] = score
      scores[#scores + 1] = field
      homes[#homes + 1] = field
      homes[#homes + 1] = KEYS[4 + places[i]]
    end
    redis.call('HSET', KEYS[3], unpack(entries))
    redis.call('ZADD', KEYS[4], unpack(scores))
    redis.call('HSET', KEYS[2], unpack(homes))
  end
  redis.call('HSETNX', KEYS[2], '.', now)
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
end
local kept, problem = pcall(keep)
if not kept then
  for i = #texts, 1, -1 do redis.call('RPUSH', KEYS[4 + places[i]], texts[i]) end
  return redis.error_reply(type(problem) == 'table' and problem.err or tostring(problem))
end
local answer = {}
for i = 1, #texts do
  answer[2 * i - 1] = places[i]
  answer[2 * i] = texts[i]
end
return answer
`);

/**
 * Forgets messages that are held. KEYS: held, unacked, unacked_index. ARGV: fields. Answers with the numbers of those
 * that are not held any more: swept, or restored by a Python worker.
 */
export const FORGET: RedisScript = new RedisScript(`
local lost = {}
for from = 1, #ARGV, 1000 do
  local to = math.min(#ARGV, from + 999)
  local homes = redis.call('HMGET', KEYS[1], unpack(ARGV, from, to))
  local scores = redis.call('ZMSCORE', KEYS[3], unpack(ARGV, from, to))
  local mine, ours = {}, {}
  for i = from, to do
    local home = homes[i - from + 1]
    if home then ours[#ours + 1] = ARGV[i] end
    if home and scores[i - from + 1] then mine[#mine + 1] = ARGV[i] else lost[#lost + 1] = i end
  end
  if #ours > 0 then redis.call('HDEL', KEYS[1], unpack(ours)) end
  if #mine > 0 then
    redis.call('ZREM', KEYS[3], unpack(mine))
    redis.call('HDEL', KEYS[2], unpack(mine))
  end
end
return lost
`);

/**
 * Gives messages back, each to the front of its list, if they are held. KEYS: held, unacked, unacked_index, then a list
 * for each message. ARGV: field and text of each. Answers with the numbers of those that were not held any more.
 */
export const GIVE_BACK: RedisScript = new RedisScript(`
local lost = {}
for i = 1, #KEYS - 3 do
  local field = ARGV[2 * i - 1]
  local mine = redis.call('HDEL', KEYS[1], field) == 1
  if mine and redis.call('ZREM', KEYS[3], field) == 1 then
    redis.call('HDEL', KEYS[2], field)
    redis.call('RPUSH', KEYS[3 + i], ARGV[2 * i])
  else
    lost[#lost + 1] = i
  end
end
return lost
`);

/**
 * Prolongs everything that an owner holds. KEYS: owners, held, unacked_index. ARGV: owner, lease (ms). Answers with the
 * time when the lease began, or nothing when there is none.
 */
export const RENEW: RedisScript = new RedisScript(`
local began = redis.call('HGET', KEYS[2], '.')
if not began then return false end
${NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local fields = redis.call('HKEYS', KEYS[2])
for from = 1, #fields, 1000 do
  local scores = {}
  for i = from, math.min(#fields, from + 999) do
    scores[#scores + 1] = score
    scores[#scores + 1] = fields[i]
  end
  redis.call('ZADD', KEYS[3], 'XX', unpack(scores))
end
return began
`);

/** Begins a lease, if there is none. KEYS: owners, held. ARGV: owner, lease (ms). */
export const REGISTER: RedisScript = new RedisScript(`
${NOW}
redis.call('HSETNX', KEYS[2], '.', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 1
`);

/** Owners whose leases have ended. KEYS: owners. */
export const DEAD_OWNERS: RedisScript = new RedisScript(`
${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 16)
`);

/**
 * Makes some of what a dead owner held one's own. KEYS: owners, held by the dead, held by me, unacked_index. ARGV: the
 * dead, me, my lease (ms), most messages. Answers with pairs of field and list; with nothing when all was adopted and the
 * dead owner is forgotten, or is alive after all.
 */
export const ADOPT: RedisScript = new RedisScript(`
${NOW}
local till = redis.call('ZSCORE', KEYS[1], ARGV[1])
if till and tonumber(till) > now then return {} end
local adopted = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  if field ~= '.' then
    if #adopted >= 2 * ARGV[4] then break end
    local home = redis.call('HGET', KEYS[2], field)
    redis.call('HDEL', KEYS[2], field)
    redis.call('HSET', KEYS[3], field, home)
    redis.call('ZADD', KEYS[4], 'XX', score, field)
    adopted[#adopted + 1] = field
    adopted[#adopted + 1] = home
  end
end
if #adopted == 0 then
  redis.call('DEL', KEYS[2])
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('HSETNX', KEYS[3], '.', now)
  redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
end
return adopted
`);

/** Entries of `unacked` that nobody renewed for too long. KEYS: unacked, unacked_index. ARGV: how long (ms), how many. */
export const ABANDONED: RedisScript = new RedisScript(`
${NOW}
local fields = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', (now - ARGV[1]) / 1000, 'LIMIT', 0, ARGV[2])
local answer = {}
for _, field in ipairs(fields) do
  answer[#answer + 1] = field
  answer[#answer + 1] = redis.call('HGET', KEYS[1], field)
end
return answer
`);

/**
 * Puts one entry of `unacked` back to the front of lists, unless somebody was faster. KEYS: unacked, unacked_index, the
 * lists. ARGV: field, text.
 */
export const RESTORE: RedisScript = new RedisScript(`
if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
for i = 3, #KEYS do redis.call('RPUSH', KEYS[i], ARGV[2]) end
return 1
`);

/** Lets go of a lock, if it is still the own one. KEYS: the lock. ARGV: its token. */
export const UNLOCK: RedisScript = new RedisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/** Puts a message of a channel into a queue, once however many processes listen. KEYS: a mark, the list. ARGV: text. */
export const RECEIVE: RedisScript = new RedisScript(`
if redis.call('SET', KEYS[1], '1', 'NX', 'EX', 60) then redis.call('LPUSH', KEYS[2], ARGV[1]) end
return 1
`);
