import type { ServiceName } from '../service-names.ts';
import type { ServicePlanner } from '../service-plan.ts';
import { mariadb } from './mariadb.ts';
import { postgres } from './postgres.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis, redisCluster, redisSentinel } from './redis.ts';

/** The planner of every service. */
export const PLANNERS: Readonly<Record<ServiceName, ServicePlanner>> = {
  redis,
  'redis-sentinel': redisSentinel,
  'redis-cluster': redisCluster,
  rabbitmq,
  postgres,
  mariadb,
};
