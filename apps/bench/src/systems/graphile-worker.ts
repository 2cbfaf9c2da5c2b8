import { makeWorkerUtils, type Runner, run } from 'graphile-worker';
import pg from 'pg';
import type { Client, Place, WorkerSide } from './system.ts';

const FETCH_AT_ONCE = 500;
const CONNECTIONS = 20;
/** The server takes 100 from everybody together. */
const MOST_CONNECTIONS = 60;

/** It keeps no results: a job that ended is deleted. The measure is how many jobs are gone. */
export async function client(place: Place): Promise<Client> {
  const pool = poolOf(place, CONNECTIONS);
  const utils = await makeWorkerUtils({ pgPool: pool });
  await utils.migrate();
  let sent = 0;
  const waiting = async (): Promise<number> => {
    const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from graphile_worker._private_jobs');
    return rows[0]?.n ?? 0;
  };
  return {
    send: (value, payload) => {
      sent++;
      return utils.addJob('noop', payload === '' ? { value } : { value, payload });
    },
    sendMany: async (from, count, payload) => {
      sent += count;
      await utils.addJobs(
        Array.from({ length: count }, (_, offset) => ({
          identifier: 'noop',
          payload: { value: from + offset, payload },
        })),
      );
    },
    call: () => Promise.reject(new Error('It keeps no results.')),
    stored: async () => sent - (await waiting()),
    verify: async (count) => {
      const left = await waiting();
      if (left !== 0 || sent < count) throw new Error(`${left} jobs are left.`);
      sent = 0;
    },
    close: async () => {
      await utils.release();
      await pool.end();
    },
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  let runner: Runner | undefined;
  let pool: pg.Pool | undefined;
  return {
    start: async (concurrency) => {
      const isBatched = process.env['BENCH_BATCHED'] === '1';
      pool = poolOf(place, isBatched ? CONNECTIONS : Math.min(MOST_CONNECTIONS, concurrency + 2));
      runner = await run({
        pgPool: pool,
        noHandleSignals: true,
        taskList: { noop: () => Promise.resolve() },
        preset: {
          worker: {
            concurrentJobs: concurrency,
            ...(isBatched
              ? { localQueue: { size: FETCH_AT_ONCE }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }
              : {}),
          },
        },
      });
    },
    stop: async () => {
      await runner?.stop();
      await pool?.end();
    },
  };
}

function poolOf(place: Place, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: place.broker, max });
  const tell = (error: Error): void => void process.stderr.write(`${error.message}\n`);
  pool.on('error', tell);
  pool.on('connect', (client) => client.on('error', tell));
  return pool;
}
