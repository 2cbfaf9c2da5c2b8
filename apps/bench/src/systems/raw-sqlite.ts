import Database from 'better-sqlite3';
import { type Client, checkValues, type Place, type WorkerSide } from './system.ts';

const BATCH = 100;
const IDLE_MS = 5;

type Connection = InstanceType<typeof Database>;

/**
 * The floor on SQLite (WAL, synchronous=FULL). Send: one insert, one commit. Work: in one transaction take 100, decode,
 * compute, store the results, delete the messages; repeat.
 */
export async function client(place: Place): Promise<Client> {
  const database = open(place);
  const insert = database.prepare('insert into message (body) values (?)');
  const insertMany = database.transaction((bodies: readonly string[]) => {
    for (const body of bodies) insert.run(body);
  });
  const bodyOf = (value: number, payload: string): string =>
    JSON.stringify(payload === '' ? { value } : { value, payload });
  return {
    send: (index, payload) => Promise.resolve(insert.run(bodyOf(index, payload))),
    sendMany: (from, count, payload) =>
      Promise.resolve(insertMany(Array.from({ length: count }, (_, offset) => bodyOf(from + offset, payload)))),
    call: () => Promise.reject(new Error('No round trips here.')),
    stored: () => Promise.resolve((database.prepare('select count(*) as n from result').get() as { n: number }).n),
    verify: (count) => {
      const rows = database.prepare('select body from result').all() as { body: string }[];
      checkValues(
        rows.map((row) => (JSON.parse(row.body) as { result: unknown }).result),
        count,
      );
      return Promise.resolve();
    },
    close: () => Promise.resolve(void database.close()),
  };
}

export async function worker(place: Place): Promise<WorkerSide> {
  let database: Connection | undefined;
  let stopping = false;
  let looping: Promise<void> | undefined;
  return {
    start: () => {
      database = open(place);
      stopping = false;
      looping = loop(database, () => stopping);
      return Promise.resolve();
    },
    stop: async () => {
      stopping = true;
      await looping;
      database?.close();
    },
  };
}

function open(place: Place): Connection {
  const database = new Database(place.broker.replace(/^sqlite:\/\/\//, ''));
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = full');
  database.pragma('busy_timeout = 10000');
  database.exec(`create table if not exists message (id integer primary key autoincrement, body text not null);
    create table if not exists result (id integer primary key, body text not null)`);
  return database;
}

async function loop(database: Connection, isStopping: () => boolean): Promise<void> {
  const take = database.prepare(`select id, body from message order by id limit ${BATCH}`);
  const store = database.prepare('insert into result (id, body) values (?, ?)');
  const drop = database.prepare('delete from message where id = ?');
  const step = database.transaction(() => {
    const rows = take.all() as { id: number; body: string }[];
    for (const { id, body } of rows) {
      const { value } = JSON.parse(body) as { value: number };
      store.run(id, JSON.stringify({ status: 'SUCCESS', result: value }));
      drop.run(id);
    }
    return rows.length;
  });
  while (!isStopping()) {
    const done = step.immediate();
    // A turn of the event loop, so that the process can be told to stop.
    await new Promise((resolve) => (done === 0 ? setTimeout(resolve, IDLE_MS) : setImmediate(resolve)));
  }
}
