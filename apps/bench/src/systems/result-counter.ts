import { Redis } from 'ioredis';
import pg from 'pg';

/** Counts what a system has stored, without the system's help. */
export interface ResultCounter {
  count(target: number): Promise<number>;
  close(): Promise<void>;
}

/** @param keys - the results' keys in Redis, `*` for any text */
export async function resultCounter(url: string, keys = 'celery-task-meta-*'): Promise<ResultCounter> {
  if (url.startsWith('redis')) return redisCounter(url, keys);
  if (url.startsWith('sqlite')) return await sqliteCounter(url);
  if (url.startsWith('postgres')) return postgresCounter(url, 'select count(*)::int as n from celeriac_result');
  return {
    count: () => Promise.reject(new Error(`Nothing counts results of ${url}.`)),
    close: () => Promise.resolve(),
  };
}

function redisCounter(url: string, keys: string): ResultCounter {
  const redis = new Redis(url);
  return {
    count: async (target) => {
      const size = await redis.dbsize();
      // The queue's own keys are a handful, so the exact count, which looks at every key, is asked for at the end only.
      return size < target ? size : Number(await redis.eval("return #redis.call('keys', ARGV[1])", 0, keys));
    },
    close: async () => void (await redis.quit()),
  };
}

async function sqliteCounter(url: string): Promise<ResultCounter> {
  const { default: Database } = await import('better-sqlite3');
  const path = url.replace(/^sqlite:\/\/\//, '');
  let database: InstanceType<typeof Database> | undefined;
  return {
    count: () => {
      database ??= new Database(path, { readonly: true });
      const row = database.prepare('select count(*) as n from celeriac_result').get() as { n: number };
      return Promise.resolve(row.n);
    },
    close: () => Promise.resolve(void database?.close()),
  };
}

/** @param query - gives one row with the number `n` */
export function postgresCounter(url: string, query: string): ResultCounter {
  const client = new pg.Client({ connectionString: url });
  const connected = client.connect();
  return {
    count: async () => {
      await connected;
      return (await client.query<{ n: number }>(query)).rows[0]?.n ?? 0;
    },
    close: () => client.end(),
  };
}
