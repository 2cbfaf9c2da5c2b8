import pg from 'pg';
import { postgresCounter } from './result-counter.ts';
import { type Client, checkValues, type Place, type WorkerSide } from './system.ts';

const BATCH = 100;
const IDLE_MS = 5;
const TABLES = `create table if not exists raw_message (id bigserial primary key, body text not null);
  create table if not exists raw_result (id bigint primary key, body text not null)`;

/**
 * The floor on PostgreSQL (synchronous_commit on). Send: one insert, one commit. Work: in one transaction take 100 with
 * SKIP LOCKED by deleting them, decode, compute, store the results; repeat.
 */
export async function client(place: Place): Promise<Client> {
  const pool = new pg.Pool({ connectionString: place.broker, max: 20 });
  await pool.query(TABLES);
  const counter = postgresCounter(place.store, 'select count(*)::int as n from raw_result');
  const bodyOf = (value: number, payload: string): string =>
    JSON.stringify(payload === '' ? { value } : { value, payload });
  return {
    send: (index, payload) =>
      pool.query({
        name: 'send',
        text: 'insert into raw_message (body) values ($1)',
        values: [bodyOf(index, payload)],
      }),
    sendMany: (from, count, payload) =>
      pool.query({
        name: 'send-many',
        text: 'insert into raw_message (body) select unnest($1::text[])',
        values: [Array.from({ length: count }, (_, offset) => bodyOf(from + offset, payload))],
      }),
    call: () => Promise.reject(new Error('No round trips here.')),
    stored: counter.count,
    verify: async (count) => {
      const { rows } = await pool.query<{ body: string }>('select body from raw_result');
      checkValues(
        rows.map((row) => (JSON.parse(row.body) as { result: unknown }).result),
        count,
      );
    },
    close: async () => {
      await counter.close();
      await pool.end();
    },
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  let database: pg.Client | undefined;
  let stopping = false;
  let looping: Promise<void> | undefined;
  return {
    start: async () => {
      database = new pg.Client({ connectionString: place.broker });
      await database.connect();
      await database.query(TABLES);
      stopping = false;
      looping = loop(database, () => stopping);
    },
    stop: async () => {
      stopping = true;
      await looping;
      await database?.end();
    },
  };
}

async function loop(database: pg.Client, isStopping: () => boolean): Promise<void> {
  while (!isStopping()) {
    await database.query('begin');
    const { rows } = await database.query<{ id: string; body: string }>({
      name: 'take',
      text: `delete from raw_message where id = any(array(select id from raw_message order by id limit ${BATCH}
        for update skip locked)) returning id, body`,
    });
    if (rows.length > 0) {
      await database.query({
        name: 'store',
        text: 'insert into raw_result (id, body) select unnest($1::bigint[]), unnest($2::text[])',
        values: [
          rows.map((row) => row.id),
          rows.map((row) =>
            JSON.stringify({ status: 'SUCCESS', result: (JSON.parse(row.body) as { value: number }).value }),
          ),
        ],
      });
    }
    await database.query('commit');
    if (rows.length === 0) await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  }
}
