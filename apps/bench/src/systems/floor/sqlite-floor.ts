import Database from 'better-sqlite3';
import { checkValues, type Place, type SystemModule } from '../system.ts';
import { type FloorColumn, type FloorRow, type FloorValue, namesOf, type SqlWire } from './sql-wire.ts';

const BATCH = 100;
const IDLE_MS = 5;
const TYPES = { text: 'text', integer: 'integer', bytes: 'blob' } as const;

type Connection = InstanceType<typeof Database>;

/**
 * The floor on SQLite (WAL, synchronous=FULL). Send: one insert, one commit. Work: in one transaction take 100, decode,
 * compute, store the results, delete the messages; repeat.
 */
export function sqliteFloor(wire: SqlWire): SystemModule {
  return {
    client: (place) => {
      const database = open(place, wire);
      const insert = database.prepare(insertInto('message', wire.messages));
      const insertMany = database.transaction((rows: readonly (readonly FloorValue[])[]) => {
        for (const row of rows) insert.run(row);
      });
      const row = (value: number, payload: string): readonly FloorValue[] =>
        wire.message({ id: wire.idOf(value), value, payload, isStamp: false });
      const counted = database.prepare('select count(*) as n from result');
      return Promise.resolve({
        send: (index, payload) => Promise.resolve(insert.run(row(index, payload))),
        sendMany: (from, count, payload) =>
          Promise.resolve(insertMany(Array.from({ length: count }, (_, offset) => row(from + offset, payload)))),
        call: () => Promise.reject(new Error('No round trips here.')),
        stored: () => Promise.resolve((counted.get() as { n: number }).n),
        verify: (count) => {
          const rows = database.prepare('select * from result').all() as FloorRow[];
          checkValues(rows.map(wire.valueOf), count);
          return Promise.resolve();
        },
        close: () => Promise.resolve(void database.close()),
      });
    },
    worker: (place) => {
      let database: Connection | undefined;
      let stopping = false;
      let looping: Promise<void> | undefined;
      return Promise.resolve({
        start: () => {
          database = open(place, wire);
          stopping = false;
          looping = loop(database, wire, () => stopping);
          return Promise.resolve();
        },
        stop: async () => {
          stopping = true;
          await looping;
          database?.close();
        },
      });
    },
  };
}

function open(place: Place, { messages, results, index }: SqlWire): Connection {
  const columns = (of: readonly FloorColumn[]): string[] =>
    of.map(({ name, type }) => `${name} ${TYPES[type]} not null`);
  const database = new Database(place.broker.replace(/^sqlite:\/\/\//, ''));
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = full');
  database.pragma('busy_timeout = 10000');
  database.exec(`create table if not exists message (id integer primary key autoincrement, ${columns(messages).join(', ')});
    create table if not exists result (${columns(results).join(', ')}, primary key (${results[0]?.name}))`);
  if (index !== undefined) database.exec(`create index if not exists message_line on message (${index})`);
  return database;
}

function insertInto(table: string, columns: readonly FloorColumn[]): string {
  return `insert into ${table} (${namesOf(columns)}) values (${columns.map(() => '?').join(', ')})`;
}

async function loop(database: Connection, wire: SqlWire, isStopping: () => boolean): Promise<void> {
  const take = database.prepare(`select * from message ${wire.line} limit ${BATCH}`);
  const store = database.prepare(insertInto('result', wire.results));
  const drop = database.prepare('delete from message where id = ?');
  const step = database.transaction(() => {
    const rows = take.all() as FloorRow[];
    for (const row of rows) {
      const { id, value } = wire.decode(row);
      store.run(wire.result(id, value));
      drop.run(row['id']);
    }
    return rows.length;
  });
  while (!isStopping()) {
    const done = step.immediate();
    // A turn of the event loop, so that the process can be told to stop.
    await new Promise((resolve) => (done === 0 ? setTimeout(resolve, IDLE_MS) : setImmediate(resolve)));
  }
}
