import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openSqlDatabase } from '../open-sql-database.ts';
import { scratchFolder } from '../scratch-folder.fixture.ts';
import type { SqlDatabase } from '../sql-database.ts';
import { rowsOf, type Statement } from '../statement.ts';
import { StatementTemplate } from '../statement-template.ts';

const statement = (text: string, ...parameters: unknown[]): Statement => ({ sql: text, parameters });
const countItems = statement('select count(*) as n from item');

async function withItems(url: string): Promise<SqlDatabase> {
  const database = openSqlDatabase(url);
  await database.connect();
  await database.run([
    statement('create table if not exists item (id integer primary key, name text unique, data blob)'),
  ]);
  return database;
}

async function countOf(database: SqlDatabase): Promise<unknown> {
  return (await database.run([countItems], { mode: 'read' }))[0]?.[0]?.['n'];
}

describe('transactions', () => {
  test('run statements in order and give the rows of each', async () => {
    using folder = scratchFolder();
    const database = await withItems(folder.url());
    const answers = await database.run([
      statement('insert into item (name) values (?) returning id', 'a'),
      statement('insert into item (name) values (?)', 'b'),
      statement('select name from item order by id'),
    ]);
    expect(answers).toEqual([[{ id: 1 }], [], [{ name: 'a' }, { name: 'b' }]]);
    await database.close();
  });

  test('do all or nothing', async () => {
    using folder = scratchFolder();
    const database = await withItems(folder.url());
    const twice = [
      statement('insert into item (name) values (?)', 'a'),
      statement('insert into item (name) values (?)', 'a'),
    ];
    await expect(database.run(twice)).rejects.toThrow(/UNIQUE/);
    expect(await countOf(database)).toBe(0);
    const script = database.transaction(function* () {
      yield statement('insert into item (name) values (?)', 'b');
      throw new RangeError('on purpose');
    });
    await expect(script).rejects.toThrow(RangeError);
    expect(await countOf(database)).toBe(0);
    await database.close();
  });

  test('let later statements depend on earlier answers, and run one statement for many parameters', async () => {
    using folder = scratchFolder();
    const database = await withItems(folder.url());
    const insert = new StatementTemplate<{ name: string; data: Uint8Array }>(
      database.dialect,
      (p) => sql`insert into item (name, data) values (${p.name}, ${p.data}) on conflict do nothing`,
    );
    const affected = await database.transaction(function* () {
      const values = ['a', 'b', 'a'].map((name) => ({ name }));
      const result = yield insert.withEach(values, { data: Buffer.from([0, 255]) });
      const [first] = yield* rowsOf<{ id: number }>(
        statement('select min(id) as id from item') as Statement<{ id: number }>,
      );
      yield statement('delete from item where id = ?', first?.id);
      return result.affected;
    });
    expect(affected).toEqual([1, 1, 0]);
    expect(await database.run([statement('select name, data from item')])).toEqual([
      [{ name: 'b', data: Buffer.from([0, 255]) }],
    ]);
    await database.close();
  });

  test('B21: wait for the lock of another connection without blocking the event loop', async () => {
    using folder = scratchFolder();
    const database = await withItems(folder.url());
    const other = new Database(folder.file());
    other.exec('begin immediate');
    const insert = database.run([statement('insert into item (name) values (?)', 'patient')]);
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    await delay(100);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(10);
    other.exec('commit');
    await insert;
    expect(await countOf(database)).toBe(1);
    other.close();
    await database.close();
  });

  test('give up with a clear error when the lock is held for longer than busy_timeout', async () => {
    using folder = scratchFolder();
    (await withItems(folder.url())).close();
    const database = openSqlDatabase(`${folder.url()}?busy_timeout=60`);
    await database.connect();
    const other = new Database(folder.file());
    other.exec('begin immediate');
    const refused = database.run([statement('insert into item (name) values (?)', 'late')]);
    await expect(refused).rejects.toMatchObject({
      code: 'CLR_SQL_BUSY',
      hint: expect.stringContaining('busy_timeout'),
    });
    other.close();
    await database.close();
  });

  test('B22: a full database refuses what is too much, keeps what it has, and goes on when there is room', async () => {
    using folder = scratchFolder();
    const database = await withItems(folder.url());
    const [[pages]] = (await database.run([statement('pragma page_count')])) as [[{ page_count: number }]];
    await database.run([statement(`pragma max_page_count = ${pages.page_count + 4}`)]);
    const insert = (size: number) => database.run([statement('insert into item (data) values (zeroblob(?))', size)]);
    await insert(4000);
    await expect(insert(100_000)).rejects.toMatchObject({ code: 'CLR_SQL_DISK_FULL' });
    expect(await countOf(database)).toBe(1);
    await database.run([statement('pragma max_page_count = 1000000')]);
    await insert(100_000);
    expect(await database.run([statement('pragma integrity_check')])).toEqual([[{ integrity_check: 'ok' }]]);
    await database.close();
  });

  test('are refused before connecting and after closing', async () => {
    using folder = scratchFolder();
    const database = openSqlDatabase(folder.url());
    await expect(database.run([countItems])).rejects.toMatchObject({ code: 'CLR_SQL_UNAVAILABLE' });
    await database.connect();
    await database.close();
    await database.close();
    await expect(database.run([countItems])).rejects.toMatchObject({ code: 'CLR_SQL_UNAVAILABLE' });
  });
});

describe('opening', () => {
  test('creates a file that only its owner may read, with a write-ahead log and full syncs', async () => {
    using folder = scratchFolder();
    const database = await withItems(folder.url());
    for (const name of ['test.db', 'test.db-wal', 'test.db-shm']) {
      expect(statSync(folder.file(name)).mode & 0o777).toBe(0o600);
    }
    const settings = await database.run([statement('pragma journal_mode'), statement('pragma synchronous')]);
    expect(settings).toEqual([[{ journal_mode: 'wal' }], [{ synchronous: 2 }]]);
    await database.close();
    const faster = openSqlDatabase(`${folder.url()}?synchronous=normal`);
    await faster.connect();
    expect(await faster.run([statement('pragma synchronous')])).toEqual([[{ synchronous: 1 }]]);
    await faster.close();
  });

  test('refuses a file that is no database, and leaves it as it is', async () => {
    using folder = scratchFolder();
    writeFileSync(folder.file(), 'this is no database, but a text that somebody needs. '.repeat(50));
    const database = openSqlDatabase(folder.url());
    await expect(database.connect()).rejects.toMatchObject({
      code: 'CLR_SQL_UNUSABLE',
      message: expect.stringContaining('SQLITE_NOTADB'),
    });
    expect(statSync(folder.file()).size).toBe(53 * 50);
    expect(existsSync(folder.file('test.db-wal'))).toBe(false);
    await database.close();
  });

  test('refuses a folder that does not exist and a folder in place of a file, saying what to do', async () => {
    using folder = scratchFolder();
    const nowhere = openSqlDatabase(folder.url('missing/test.db'));
    await expect(nowhere.connect()).rejects.toMatchObject({
      code: 'CLR_SQL_UNUSABLE',
      hint: expect.stringContaining('Create'),
    });
    mkdirSync(folder.file('folder'));
    await expect(openSqlDatabase(folder.url('folder')).connect()).rejects.toMatchObject({ code: 'CLR_SQL_UNUSABLE' });
  });

  test('can be tried again after a failure', async () => {
    using folder = scratchFolder();
    const database = openSqlDatabase(folder.url('later/test.db'));
    await expect(database.connect()).rejects.toMatchObject({ code: 'CLR_SQL_UNUSABLE' });
    mkdirSync(folder.file('later'));
    await database.connect();
    await database.connect();
    expect(await database.run([statement('select 1 as one')])).toEqual([[{ one: 1 }]]);
    await database.close();
  });

  test('knows one file by one identity, links included', () => {
    using folder = scratchFolder();
    mkdirSync(folder.file('real'));
    symlinkSync(folder.file('real'), folder.file('link'));
    const real = openSqlDatabase(folder.url('real/a.db')).identity;
    expect(openSqlDatabase(folder.url('link/a.db')).identity).toBe(real);
    expect(openSqlDatabase(folder.url('real/b.db')).identity).not.toBe(real);
  });
});
