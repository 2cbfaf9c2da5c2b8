import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { ensureMigrated, migrate } from './migrate.ts';
import type { Migration } from './migration.ts';
import { openSqlDatabase } from './open-sql-database.ts';
import { scratchFolder } from './scratch-folder.fixture.ts';
import type { SqlDatabase } from './sql-database.ts';

const first: Migration = {
  name: '0001-first',
  up: ({ schema }) => [
    schema
      .createTable('thing')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .compile(),
  ],
};
const second: Migration = {
  name: '0002-second',
  up: (builder) => [sql`alter table thing add column name text`.compile(builder)],
};
const broken: Migration = {
  name: '0003-broken',
  up: (builder) => [
    sql`alter table thing add column half text`.compile(builder),
    sql`alter table missing add column x text`.compile(builder),
  ],
};

async function connected(url: string): Promise<SqlDatabase> {
  const database = openSqlDatabase(url);
  await database.connect();
  return database;
}

test('applies what is missing, in order, once', async () => {
  using folder = scratchFolder();
  const database = await connected(folder.url());
  expect(await migrate(database, 'test', [first])).toEqual({ applied: ['0001-first'], current: '0001-first' });
  expect(await migrate(database, 'test', [first, second])).toEqual({
    applied: ['0002-second'],
    current: '0002-second',
  });
  expect(await migrate(database, 'test', [first, second])).toEqual({ applied: [], current: '0002-second' });
  await database.run([{ sql: 'insert into thing (name) values (?)', parameters: ['x'] }]);
  await database.close();
});

test('processes that start together do it once', async () => {
  using folder = scratchFolder();
  const databases = await Promise.all(Array.from({ length: 5 }, () => connected(folder.url())));
  await Promise.all(databases.map((database) => ensureMigrated(database, 'test', [first, second])));
  const reports = await Promise.all(databases.map((database) => migrate(database, 'test', [first, second])));
  expect(reports.flatMap((report) => report.applied)).toEqual([]);
  for (const database of databases) await database.close();
});

test('owners have lists of their own', async () => {
  using folder = scratchFolder();
  const database = await connected(folder.url());
  await migrate(database, 'one', [first]);
  const other: Migration = {
    name: '0001-first',
    up: (builder) => [sql`create table other (id integer)`.compile(builder)],
  };
  expect((await migrate(database, 'two', [other])).applied).toEqual(['0001-first']);
  await database.close();
});

test('a migration that fails leaves nothing of itself behind', async () => {
  using folder = scratchFolder();
  const database = await connected(folder.url());
  await expect(migrate(database, 'test', [first, second, broken])).rejects.toThrow(/missing/);
  const tables = await database.run([{ sql: `select name from sqlite_master where type = 'table'`, parameters: [] }]);
  expect(tables).toEqual([[]]);
  await database.close();
});

test('refuses tables of a newer version', async () => {
  using folder = scratchFolder();
  const database = await connected(folder.url());
  await migrate(database, 'test', [first, second]);
  for (const attempt of [migrate, ensureMigrated]) {
    await expect(attempt(database, 'test', [first])).rejects.toMatchObject({
      code: 'CLR_SQL_MIGRATION',
      owner: 'test',
    });
  }
  await database.close();
});
