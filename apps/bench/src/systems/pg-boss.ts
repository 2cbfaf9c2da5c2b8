import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { type CallTimes, type Client, checkValues, nowMs, type Place, type WorkerSide } from './system.ts';

const QUEUE = 'bench';

interface Task {
  readonly value: number;
  readonly stamp?: boolean;
}

export async function client(place: Place): Promise<Client> {
  const boss = await started(place);
  const pool = new pg.Pool({ connectionString: place.store, max: 2 });
  return {
    send: (value, payload) => boss.send(QUEUE, payload === '' ? { value } : { value, payload }),
    sendMany: (from, count, payload) =>
      boss.insert(
        QUEUE,
        Array.from({ length: count }, (_, offset) => ({ data: { value: from + offset, payload } })),
      ),
    call: async (value): Promise<CallTimes> => {
      const sentAt = nowMs();
      const id = await boss.send(QUEUE, { value, stamp: true });
      for (;;) {
        const [row] = (
          await pool.query<{ output: { value: number } }>(
            `select output from pgboss.job where id = $1 and state = 'completed'`,
            [id],
          )
        ).rows;
        if (row !== undefined) return { startMs: row.output.value - sentAt, resultMs: nowMs() - sentAt };
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    stored: async () => {
      const { rows } = await pool.query<{ n: number }>(
        `select count(*)::int as n from pgboss.job where name = $1 and state = 'completed'`,
        [QUEUE],
      );
      return rows[0]?.n ?? 0;
    },
    verify: async (count) => {
      const { rows } = await pool.query<{ data: Task; output: unknown }>(
        `select data, output from pgboss.job where name = $1 and state = 'completed'`,
        [QUEUE],
      );
      checkValues(
        rows.map((row) => row.data.value),
        count,
      );
    },
    close: async () => {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  let boss: PgBoss | undefined;
  return {
    start: async (concurrency) => {
      boss = await started(place);
      const isBatched = process.env['BENCH_BATCHED'] === '1';
      await boss.work<Task>(
        QUEUE,
        isBatched
          ? { batchSize: concurrency, pollingIntervalSeconds: 0.5 }
          : { batchSize: 1, localConcurrency: concurrency, pollingIntervalSeconds: 0.5 },
        (jobs) =>
          Promise.resolve(jobs.length === 1 ? { value: jobs[0]?.data.stamp ? nowMs() : jobs[0]?.data.value } : {}),
      );
    },
    stop: async () => {
      await boss?.stop({ graceful: false });
    },
  };
}

async function started(place: Place): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: place.broker, max: 20, supervise: false, schedule: false });
  boss.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
  });
  await boss.start();
  await boss.createQueue(QUEUE);
  return boss;
}
