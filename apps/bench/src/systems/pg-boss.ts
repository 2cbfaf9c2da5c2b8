import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { type CallTimes, type Client, checkValues, nowMs, type Place, type WorkerSide } from './system.ts';

const QUEUE = 'bench';
/** Jobs that a worker fetches at once, and completes at once. */
const BATCH = 100;

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
    start: async () => {
      boss = await started(place);
      // It waits for its next poll after a batch that was not full, so single jobs are no way to empty a queue.
      const options = { batchSize: BATCH, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
      await boss.work<Task>(QUEUE, options, (jobs) =>
        Promise.resolve(jobs.length === 1 ? outputOf(jobs[0]!.data) : {}),
      );
    },
    stop: async () => {
      await boss?.stop({ graceful: false });
    },
  };
}

function outputOf({ value, stamp }: Task): { value: number } {
  return { value: stamp === true ? nowMs() : value };
}

async function started(place: Place): Promise<PgBoss> {
  // Announcements cost the sender, and only a worker that waits gains by them.
  const notify = process.env['BENCH_LATENCY'] === '1';
  const settings = { max: 20, supervise: false, schedule: false, useListenNotify: notify };
  const boss = new PgBoss({ connectionString: place.broker, ...settings });
  boss.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
  });
  await boss.start();
  await boss.createQueue(QUEUE, { notify });
  return boss;
}
