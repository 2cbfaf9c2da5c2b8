import { celeryEnvelopes } from './floor/celery-envelopes.ts';
import { redisFloor } from './floor/redis-floor.ts';

/** ioredis with the messages and results of Celery. */
export const { client, worker } = redisFloor(celeryEnvelopes);
