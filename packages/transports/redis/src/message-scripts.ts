import { RedisScript } from '@celeriac/redis';

/**
 * Milliseconds, and the score of kombu's index of unacknowledged messages, by the server's clock. kombu writes fractions of
 * seconds; whole ones, the next to come, cost the server a third.
 */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local score = string.format('%d', time[1] + 1)
`;

/**
 * Takes and leases in one step.
 *
 * KEYS: owners, held, unacked, unacked_index, then the lists, step by step. ARGV: owner, lease (ms), most messages,
 * prefix of fields, number of the first field (the first of a block), fields in a block, queues in each step, whether
 * queues take turns, and what stands behind the envelope in an entry of each queue. Answers with runs of messages of one
 * list, as pairs of list number and count, and with the texts in their order.
 *
 * The first write is a pop, which a server without memory allows; everything after it may then be written too. Whatever
 * fails after that puts back what was popped.
 */
export const TAKE: RedisScript = new RedisScript(`
local max, number, block = tonumber(ARGV[3]), tonumber(ARGV[5]), tonumber(ARGV[6])
local queues, turns = tonumber(ARGV[7]), ARGV[8] == '1'
local texts, runs, count, room, refusal = {}, {}, 0, 16777216, nil
for first = 1, #KEYS - 4, queues do
  local open = {}
  for at = first, first + queues - 1 do open[#open + 1] = at end
  while #open > 0 and count < max and room > 0 do
    local share = max - count
    if turns then share = math.max(1, math.floor(share / #open)) end
    local more = {}
    for _, at in ipairs(open) do
      local want = math.min(share, max - count, 100)
      if want > 0 and room > 0 then
        local got = redis.pcall('RPOP', KEYS[4 + at], want)
        if got and got.err then refusal = got
        elseif got then
          for i = 1, #got do
            texts[count + i] = got[i]
            room = room - #got[i]
          end
          count = count + #got
          runs[#runs + 1] = at
          runs[#runs + 1] = #got
          if #got == want then more[#more + 1] = at end
        end
      end
    end
    open = more
  end
end
if count == 0 then return refusal or texts end
${NOW}
local prefix = ARGV[4]
local function keep()
  local entries, scores, blocks, size, i = {}, {}, {}, 0, 0
  local function flush()
    redis.call('HSET', KEYS[3], unpack(entries, 1, size))
    redis.call('ZADD', KEYS[4], unpack(scores, 1, size))
    size = 0
  end
  for run = 1, #runs, 2 do
    local tail = ARGV[9 + (runs[run] - 1) % queues]
    for _ = 1, runs[run + 1] do
      i = i + 1
      local field = prefix .. (number + i - 1)
      entries[size + 1] = field
      entries[size + 2] = '[' .. texts[i] .. tail
      scores[size + 1] = score
      scores[size + 2] = field
      size = size + 2
      if size == 1000 then flush() end
    end
  end
  if size > 0 then flush() end
  for at = number / block, (number + count - 1) / block do
    blocks[#blocks + 1] = at
    blocks[#blocks + 1] = ''
  end
  redis.call('HSET', KEYS[2], unpack(blocks))
  redis.call('HSETNX', KEYS[2], '.', now)
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
end
local kept, problem = pcall(keep)
if not kept then
  local i = count
  for run = #runs - 1, 1, -2 do
    for _ = 1, runs[run + 1] do
      redis.call('RPUSH', KEYS[4 + runs[run]], texts[i])
      i = i - 1
    end
  end
  return redis.error_reply(type(problem) == 'table' and problem.err or tostring(problem))
end
return { runs, texts }
`);

/**
 * Forgets messages that are held. KEYS: held, unacked, unacked_index. ARGV: how many blocks are empty now, these blocks,
 * then fields. Answers with the numbers of those fields that are not held any more: swept, or restored by a Python worker.
 */
export const FORGET: RedisScript = new RedisScript(`
local first = 2 + ARGV[1]
if first > 2 then redis.call('HDEL', KEYS[1], unpack(ARGV, 2, first - 1)) end
local lost = {}
for from = first, #ARGV, 1000 do
  local to = math.min(#ARGV, from + 999)
  if redis.call('ZREM', KEYS[3], unpack(ARGV, from, to)) < to - from + 1 then
    local there = redis.call('HMGET', KEYS[2], unpack(ARGV, from, to))
    for i = from, to do
      if not there[i - from + 1] then lost[#lost + 1] = i - first + 1 end
    end
  end
  redis.call('HDEL', KEYS[2], unpack(ARGV, from, to))
end
return lost
`);

/**
 * Gives messages back, each to the front of its list, if they are held. KEYS: owners, unacked, unacked_index, then a list
 * for each message. ARGV: a dead owner whose messages they are, or nothing; then field and text of each. Answers with the
 * numbers of those that were not held any more; of all when the dead owner is alive.
 */
export const GIVE_BACK: RedisScript = new RedisScript(`
local lost = {}
local dead = true
if ARGV[1] ~= '' then
  ${NOW}
  local till = redis.call('ZSCORE', KEYS[1], ARGV[1])
  dead = not till or tonumber(till) <= now
end
for i = 1, #KEYS - 3 do
  local field = ARGV[2 * i]
  if dead and redis.call('ZREM', KEYS[3], field) == 1 then
    redis.call('HDEL', KEYS[2], field)
    redis.call('RPUSH', KEYS[3 + i], ARGV[2 * i + 1])
  else
    lost[#lost + 1] = i
  end
end
return lost
`);

/**
 * Prolongs everything that an owner holds, and forgets blocks of which nothing is held. KEYS: owners, held,
 * unacked_index. ARGV: owner, lease (ms), prefix of fields, fields in a block. Answers with the time when the lease began,
 * or nothing when there is none.
 */
export const RENEW: RedisScript = new RedisScript(`
local began = redis.call('HGET', KEYS[2], '.')
if not began then return false end
${NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local block = tonumber(ARGV[4])
for _, at in ipairs(redis.call('HKEYS', KEYS[2])) do
  if at ~= '.' then
    local fields, scores = {}, {}
    for number = at * block, at * block + block - 1 do fields[#fields + 1] = ARGV[3] .. number end
    for i, held in ipairs(redis.call('ZMSCORE', KEYS[3], unpack(fields))) do
      if held then
        scores[#scores + 1] = score
        scores[#scores + 1] = fields[i]
      end
    end
    if #scores > 0 then redis.call('ZADD', KEYS[3], 'XX', unpack(scores)) else redis.call('HDEL', KEYS[2], at) end
  end
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

/** Forgets a dead owner of whom nothing is left. KEYS: owners, held. ARGV: owner. */
export const FORGET_OWNER: RedisScript = new RedisScript(`
${NOW}
local till = redis.call('ZSCORE', KEYS[1], ARGV[1])
if till and tonumber(till) > now then return 0 end
redis.call('DEL', KEYS[2])
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
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
