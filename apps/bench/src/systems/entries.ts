import type { SystemEntry } from './system.ts';

const REDIS_DURABILITY = 'Redis without persistence';
const RABBITMQ_DURABILITY = 'RabbitMQ, durable queue, persistent messages, publisher confirms; results in Redis';
const SQLITE_DURABILITY = 'SQLite WAL, synchronous=FULL';
const POSTGRES_DURABILITY = 'PostgreSQL, synchronous_commit=on';
const NO_RESULTS = 'It keeps no results.';
const NO_CALLER = { latency: 'It has no caller that waits.' };
const ALONE = 'without gossip, mingle and heartbeats';
/** What a floor is, for the reader of the table. */
const RAW = 'the bare client library on the same wire: Celery messages and results, as a plain program writes them';
const BARE = 'as raw, with a message of its own that has next to nothing in it; for information, no goal looks at it';

/** Every system on every broker, each with its fastest documented settings. */
export const entries: readonly SystemEntry[] = [
  {
    name: 'celeriac',
    broker: 'redis',
    module: 'celeriac',
    settings: `${REDIS_DURABILITY}; async pool, early ack, results stored and published, ${ALONE}`,
  },
  {
    name: 'raw',
    broker: 'redis',
    module: 'raw-redis',
    settings: `${REDIS_DURABILITY}; ioredis: ${RAW}; takes 100 with RPOP, one pipeline for SET EX, PUBLISH, ZREM, HDEL; no leases`,
  },
  {
    name: 'bare',
    broker: 'redis',
    module: 'bare-redis',
    settings: `${REDIS_DURABILITY}; ioredis: ${BARE}`,
    isAside: true,
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
    settings: `${REDIS_DURABILITY}; threads pool, prefetch multiplier 100, results in Redis, ${ALONE}`,
  },
  {
    name: 'celeriac',
    broker: 'rabbitmq',
    module: 'celeriac',
    settings: `${RABBITMQ_DURABILITY}; async pool, early ack, ${ALONE}`,
  },
  {
    name: 'raw',
    broker: 'rabbitmq',
    module: 'raw-amqp',
    settings: `${RABBITMQ_DURABILITY}; amqplib: ${RAW}; prefetch 4 x concurrency`,
    without: NO_CALLER,
  },
  {
    name: 'bare',
    broker: 'rabbitmq',
    module: 'bare-amqp',
    settings: `${RABBITMQ_DURABILITY}; amqplib: ${BARE}`,
    isAside: true,
  },
  {
    name: 'celery',
    broker: 'rabbitmq',
    module: 'celery',
    settings: `${RABBITMQ_DURABILITY}; threads pool, prefetch multiplier 100, ${ALONE}`,
  },
  {
    name: 'celeriac',
    broker: 'sqlite',
    module: 'celeriac',
    settings: `${SQLITE_DURABILITY}; async pool, early ack, ${ALONE}`,
  },
  {
    name: 'raw',
    broker: 'sqlite',
    module: 'raw-sqlite',
    settings: `${SQLITE_DURABILITY}; better-sqlite3: ${RAW}, in columns; one commit for each insert, one for each 100 drained`,
    without: NO_CALLER,
  },
  {
    name: 'bare',
    broker: 'sqlite',
    module: 'bare-sqlite',
    settings: `${SQLITE_DURABILITY}; better-sqlite3: ${BARE}`,
    isAside: true,
  },
  {
    name: 'celeriac',
    broker: 'postgres',
    module: 'celeriac',
    settings: `${POSTGRES_DURABILITY}; async pool, early ack, ${ALONE}`,
  },
  {
    name: 'raw',
    broker: 'postgres',
    module: 'raw-postgres',
    settings: `${POSTGRES_DURABILITY}; pg: ${RAW}, in columns; one commit for each insert, one for each 100 drained`,
    without: NO_CALLER,
  },
  {
    name: 'bare',
    broker: 'postgres',
    module: 'bare-postgres',
    settings: `${POSTGRES_DURABILITY}; pg: ${BARE}`,
    isAside: true,
  },
  {
    name: 'pg-boss',
    broker: 'postgres',
    module: 'pg-boss',
    settings: `${POSTGRES_DURABILITY}; batches of 100 with one output for each, burstWhenBatchFull; announced (notify) in the job latency`,
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
