import type { SystemEntry } from './system.ts';

const REDIS_DURABILITY = 'Redis without persistence';
const RABBITMQ_DURABILITY = 'RabbitMQ, durable queue, persistent messages, publisher confirms; results in Redis';
const SQLITE_DURABILITY = 'SQLite WAL, synchronous=FULL';
const POSTGRES_DURABILITY = 'PostgreSQL, synchronous_commit=on';
const NO_RESULTS = 'It keeps no results.';

/** Every system on every broker, each with its fastest documented settings. */
export const entries: readonly SystemEntry[] = [
  {
    name: 'celeriac',
    broker: 'redis',
    module: 'celeriac',
    settings: `${REDIS_DURABILITY}; async pool, early ack, results stored and published`,
  },
  {
    name: 'raw',
    broker: 'redis',
    module: 'raw-redis',
    settings: `${REDIS_DURABILITY}; ioredis, takes 100 at a time, one pipeline for SET EX, PUBLISH, ZREM`,
  },
  {
    name: 'bullmq',
    broker: 'redis',
    module: 'bullmq',
    settings: `${REDIS_DURABILITY}; return values kept with the jobs`,
  },
  {
    name: 'bee-queue',
    broker: 'redis',
    module: 'bee-queue',
    settings: `${REDIS_DURABILITY}; storeJobs off; results published, only success kept`,
  },
  {
    name: 'celery',
    broker: 'redis',
    module: 'celery',
    settings: `${REDIS_DURABILITY}; threads pool, prefetch multiplier 100, results in Redis`,
  },
  {
    name: 'celeriac',
    broker: 'rabbitmq',
    module: 'celeriac',
    settings: `${RABBITMQ_DURABILITY}; async pool, early ack`,
  },
  {
    name: 'raw',
    broker: 'rabbitmq',
    module: 'raw-amqp',
    settings: `${RABBITMQ_DURABILITY}; amqplib, each message confirmed, prefetch 4 x concurrency`,
    without: { latency: 'It has no caller that waits.' },
  },
  {
    name: 'celery',
    broker: 'rabbitmq',
    module: 'celery',
    settings: `${RABBITMQ_DURABILITY}; threads pool, prefetch multiplier 100`,
  },
  { name: 'celeriac', broker: 'sqlite', module: 'celeriac', settings: `${SQLITE_DURABILITY}; async pool, early ack` },
  {
    name: 'raw',
    broker: 'sqlite',
    module: 'raw-sqlite',
    settings: `${SQLITE_DURABILITY}; better-sqlite3, one commit for each insert, one for each 100 drained`,
    without: { latency: 'It has no caller that waits.' },
  },
  {
    name: 'celeriac',
    broker: 'postgres',
    module: 'celeriac',
    settings: `${POSTGRES_DURABILITY}; async pool, early ack`,
  },
  {
    name: 'raw',
    broker: 'postgres',
    module: 'raw-postgres',
    settings: `${POSTGRES_DURABILITY}; pg, one commit for each insert, one for each 100 drained`,
    without: { latency: 'It has no caller that waits.' },
  },
  {
    name: 'pg-boss',
    broker: 'postgres',
    module: 'pg-boss',
    settings: `${POSTGRES_DURABILITY}; polled every 0.5 s, batchSize = concurrency`,
    env: { BENCH_BATCHED: '1' },
  },
  {
    name: 'graphile-worker',
    broker: 'postgres',
    module: 'graphile-worker',
    settings: `${POSTGRES_DURABILITY}; localQueue 500, batched completion; keeps no results`,
    env: { BENCH_BATCHED: '1' },
    without: { latency: NO_RESULTS },
  },
  {
    name: 'graphile-worker (unbatched)',
    broker: 'postgres',
    module: 'graphile-worker',
    settings: `${POSTGRES_DURABILITY}; each job fetched and completed by itself; keeps no results`,
    without: { latency: NO_RESULTS },
  },
];
