import { RedisScript } from '@celeriac/redis';

/**
 * Keeps results and tells about them, but never over a SUCCESS, nor a RETRY over the end of a task. KEYS: one for each
 * result. ARGV: how long to keep them (ms, 0 = for ever), the text of each, and then for each what must stand there: the
 * SHA-1 of the value that was read before. Without any of these, anything in JSON may stand that does not outlast the new
 * state. Answers with a number for each: 0 kept, 1 what stands outlasts it, 2 something else stands than was read.
 */
export const STORE: RedisScript = new RedisScript(`
local ttl = tonumber(ARGV[1])
local answer = {}
local function statusOf(text)
  local status = string.match(text, '^{"status": ?"([A-Z]+)"')
  if status then return status end
  local read, meta = pcall(cjson.decode, text)
  return read and type(meta) == 'table' and meta.status
end
local function outlasts(standing, text)
  local status = statusOf(standing)
  if status == 'SUCCESS' then return true end
  return (status == 'FAILURE' or status == 'REVOKED') and statusOf(text) == 'RETRY'
end
for i, key in ipairs(KEYS) do
  local text, expected = ARGV[1 + i], ARGV[1 + #KEYS + i]
  local verdict = 0
  if ttl > 0 and not expected then
    local standing = redis.call('SET', key, text, 'PX', ttl, 'GET')
    if standing and outlasts(standing, text) then
      redis.call('SET', key, standing, 'PX', ttl)
      verdict = 1
    end
  else
    local standing = redis.call('GET', key)
    if not expected then
      if standing and outlasts(standing, text) then verdict = 1 end
    elseif redis.sha1hex(standing or '') ~= expected then
      verdict = 2
    end
    if verdict == 0 then
      if ttl == 0 then redis.call('SET', key, text) else redis.call('SET', key, text, 'PX', ttl) end
    end
  end
  if verdict == 0 then redis.call('PUBLISH', key, text) end
  answer[i] = verdict
end
return answer
`);
