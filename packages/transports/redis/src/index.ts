export { type RedisTransportOptions, redisTransport } from './redis-transport.ts';
export { transport } from './redis-transport-plugin.ts';
