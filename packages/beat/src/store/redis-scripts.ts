// Scripts of the Redis store. KEYS[1] is always the lock, whose value is `<token>:<owner>`.

/** ARGV: owner, ttl in ms. @returns the token, or nothing while another one leads */
export const ACQUIRE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], token .. ':' .. ARGV[1], 'PX', ARGV[2])
return token`;

/** ARGV: the lock's value, ttl in ms. */
export const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** ARGV: the lock's value. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** KEYS[2]: states. ARGV: the lock's value, then names and states. */
export const WRITE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
return 1`;

/** KEYS[2..]: every hash and the set of edits. ARGV: the lock's value, then names. */
export const FORGET = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 2, #ARGV do
  for k = 2, #KEYS - 1 do redis.call('HDEL', KEYS[k], ARGV[i]) end
  redis.call('ZREM', KEYS[#KEYS], ARGV[i])
end
return 1`;

/**
 * KEYS: version, definitions, removed, paused, run now, edits. ARGV: four for each edit, empty for what stays as it is:
 * name, definition or "-" to remove, paused as 0 or 1, run now as 1.
 */
export const EDIT = `
local version = redis.call('INCR', KEYS[1])
for i = 1, #ARGV, 4 do
  local name, definition, paused, now = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if definition == '-' then
    redis.call('HDEL', KEYS[2], name)
    redis.call('HSET', KEYS[3], name, '1')
  elseif definition ~= '' then
    redis.call('HSET', KEYS[2], name, definition)
    redis.call('HDEL', KEYS[3], name)
  end
  if paused ~= '' then redis.call('HSET', KEYS[4], name, paused) end
  if now ~= '' then redis.call('HINCRBY', KEYS[5], name, 1) end
  redis.call('ZADD', KEYS[6], version, name)
end
return version`;
