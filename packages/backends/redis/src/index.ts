export { type RedisBackendOptions, redisBackend } from './redis-backend.ts';
export { backend } from './redis-backend-plugin.ts';
