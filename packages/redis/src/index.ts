export { keyPrefix } from './key-prefix.ts';
export { camelName, camelOptions } from './option-names.ts';
export {
  type RedisArgument,
  type RedisCommand,
  RedisConnection,
  type RedisConnectionOptions,
} from './redis-connection.ts';
export { RedisAccessError, RedisReplyError, RedisUnavailableError } from './redis-errors.ts';
export { CONNECTION_OPTIONS, type RedisNode, type RedisPlan, type RedisTls, redisPlan } from './redis-plan.ts';
export { listOf, numberOf, pairsOf, type RedisReply, textOf } from './redis-reply.ts';
export { RedisScript } from './redis-script.ts';
