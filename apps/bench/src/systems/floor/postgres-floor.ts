import pg from 'pg';
import { postgresCounter } from '../result-counter.ts';
import { checkValues, type SystemModule } from '../system.ts';
import { type FloorColumn, type FloorRow, type FloorValue, namesOf, type SqlWire } from './sql-wire.ts';

const BATCH = 100;
const IDLE_MS = 5;
const TYPES = { text: 'text', integer: 'smallint', bytes: 'bytea' } as const;

/**
 * The floor on PostgreSQL (synchronous_commit on). Send: one insert, one commit. Work: in one transaction take 100 with
 * SKIP LOCKED by deleting them, decode, compute, store the results; repeat.
 */
export function postgresFloor(wire: SqlWire): SystemModule {
  return {
    client: async (place) => {
      const pool = new pg.Pool({ connectionString: place.broker, max: 20 });
      await pool.query(tablesOf(wire));
      const counter = postgresCounter(place.store, 'select count(*)::int as n from raw_result');
      const row = (value: number, payload: string): readonly FloorValue[] =>
        wire.message({ id: wire.idOf(value), value, payload, isStamp: false });
      const places = wire.messages.map((_, at) => `$${at + 1}`).join(', ');
      const insert = `insert into raw_message (${namesOf(wire.messages)}) values (${places})`;
      return {
        send: (index, payload) => pool.query({ name: 'send', text: insert, values: [...row(index, payload)] }),
        sendMany: (from, count, payload) =>
          pool.query({
            name: 'send-many',
            text: insertMany('raw_message', wire.messages),
            values: columnsOf(
              wire.messages,
              Array.from({ length: count }, (_, offset) => row(from + offset, payload)),
            ),
          }),
        call: () => Promise.reject(new Error('No round trips here.')),
        stored: counter.count,
        verify: async (count) => {
          const { rows } = await pool.query<FloorRow>('select * from raw_result');
          checkValues(rows.map(wire.valueOf), count);
        },
        close: async () => {
          await counter.close();
          await pool.end();
        },
      };
    },
    worker: (place) => {
      let database: pg.Client | undefined;
      let stopping = false;
      let looping: Promise<void> | undefined;
      return Promise.resolve({
        start: async () => {
          database = new pg.Client({ connectionString: place.broker });
          await database.connect();
          await database.query(tablesOf(wire));
          stopping = false;
          looping = loop(database, wire, () => stopping);
        },
        stop: async () => {
          stopping = true;
          await looping;
          await database?.end();
        },
      });
    },
  };
}

function tablesOf({ messages, results, index }: SqlWire): string {
  const columns = (of: readonly FloorColumn[]): string =>
    of.map(({ name, type }) => `${name} ${TYPES[type]} not null`).join(', ');
  const tables = `create table if not exists raw_message (id bigserial primary key, ${columns(messages)});
    create table if not exists raw_result (${columns(results)}, primary key (${results[0]?.name}));`;
  return index === undefined
    ? tables
    : `${tables} create index if not exists raw_message_line on raw_message (${index})`;
}

/** Rows as one list for each column: one statement takes any number of them. */
function insertMany(table: string, columns: readonly FloorColumn[]): string {
  const lists = columns.map(({ type }, at) => `$${at + 1}::${TYPES[type]}[]`).join(', ');
  return `insert into ${table} (${namesOf(columns)}) select * from unnest(${lists})`;
}

function columnsOf(columns: readonly FloorColumn[], rows: readonly (readonly FloorValue[])[]): FloorValue[][] {
  return columns.map((_, at) => rows.map((row) => row[at]!));
}

async function loop(database: pg.Client, wire: SqlWire, isStopping: () => boolean): Promise<void> {
  while (!isStopping()) {
    await database.query('begin');
    const { rows } = await database.query<FloorRow>({
      name: 'take',
      text: `delete from raw_message where id = any(array(select id from raw_message ${wire.line} limit ${BATCH}
        for update skip locked)) returning *`,
    });
    if (rows.length > 0) {
      const results = rows.map((row) => {
        const { id, value } = wire.decode(row);
        return wire.result(id, value);
      });
      await database.query({
        name: 'store',
        text: insertMany('raw_result', wire.results),
        values: columnsOf(wire.results, results),
      });
    }
    await database.query('commit');
    if (rows.length === 0) await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  }
}
