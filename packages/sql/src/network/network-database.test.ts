import { setTimeout as delay } from 'node:timers/promises';
import { useDatabase } from '@celeriac/tooling/services';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureMigrated, migrate } from '../migrate.ts';
import type { Migration } from '../migration.ts';
import { openSqlDatabase } from '../open-sql-database.ts';
import type { ChangeListener, SqlDatabase } from '../sql-database.ts';
import { rowsOf, type Statement } from '../statement.ts';
import { WAITED_MS } from '../waited-ms.ts';

const statement = (text: string, ...parameters: unknown[]): Statement => ({ sql: text, parameters });

for (const server of ['postgres', 'mariadb'] as const) {
  const place = await useDatabase(server);
  if (place.skipped !== undefined) continue;
  const { url: placeUrl } = place;
  const postgres = server === 'postgres';
  const mark = (index: number): string => (postgres ? `$${index}` : '?');
  afterAll(() => place.stop());

  describe(server, () => {
    const open: SqlDatabase[] = [];

    async function connected(url = placeUrl): Promise<SqlDatabase> {
      const database = openSqlDatabase(url);
      open.push(database);
      await database.connect();
      return database;
    }

    async function countOf(database: SqlDatabase): Promise<number> {
      const [[row]] = (await database.run([statement('select count(*) as n from item')])) as [[{ n: number }]];
      return row.n;
    }

    beforeAll(async () => {
      const bytes = postgres ? 'bytea' : 'longblob';
      const database = await connected();
      const table = `create table item (id integer primary key, name varchar(255), data ${bytes}, big bigint)`;
      await database.run([statement(table)], { mode: 'statement' });
    });

    afterAll(async () => {
      for (const database of open) await database.close();
    });

    test('text, bytes and large numbers come back as they went in, NUL and emoji included', async () => {
      const database = await connected();
      const values = ["a\0b'\\ \u{1f331} \u2028", Buffer.from([0, 255, 39, 92]), Number.MAX_SAFE_INTEGER];
      const insert = `insert into item values (1, ${mark(1)}, ${mark(2)}, ${mark(3)})`;
      await database.run([statement(insert, ...values)], { mode: 'statement' });
      const [[row]] = (await database.run([statement('select name, data, big from item where id = 1')])) as [[object]];
      expect(Object.values(row)).toEqual(values);
      await database.run([statement('delete from item')]);
    });

    test('a transaction does all or nothing, and its script may depend on answers', async () => {
      const database = await connected();
      const insert = statement('insert into item (id) values (7)');
      const twice = database.run([insert, insert]);
      await expect(twice).rejects.toThrow(/duplicate/i);
      const thrown = database.transaction(function* () {
        yield insert;
        throw new RangeError('on purpose');
      });
      await expect(thrown).rejects.toThrow(RangeError);
      expect(await countOf(database)).toBe(0);
      const affected = await database.transaction(function* () {
        yield { sql: `insert into item (id) values (${mark(1)})`, each: [[1], [2], [3]] };
        const [row] = yield* rowsOf<{ m: number }>(
          statement('select max(id) as m from item') as Statement<{ m: number }>,
        );
        return (yield statement(`delete from item where id <= ${mark(1)}`, row!.m)).affected;
      });
      expect(affected).toEqual([3]);
    });

    test('of two transactions that wait for each other one runs again, and both come through', async () => {
      const database = await connected();
      await database.run([
        statement('insert into item (id, big) values (1, 0)'),
        statement('insert into item (id, big) values (2, 0)'),
      ]);
      const add = (id: number): Statement => statement(`update item set big = big + 1 where id = ${mark(1)}`, id);
      let runs = 0;
      const crossing = (first: number, second: number): Promise<void> =>
        database.transaction(function* () {
          runs += 1;
          yield add(first);
          yield statement(postgres ? 'select pg_sleep(0.1)' : 'select sleep(0.1)');
          yield add(second);
        });
      await Promise.all([crossing(1, 2), crossing(2, 1)]);
      expect(runs).toBeGreaterThan(2);
      expect(await database.run([statement('select big from item order by id')])).toEqual([[{ big: 2 }, { big: 2 }]]);
      await database.run([statement('delete from item')]);
    });

    test('more transactions than connections wait for one', async () => {
      const database = await connected(`${place.url}?pool_size=2`);
      const sleep = statement(postgres ? 'select pg_sleep(0.02)' : 'select sleep(0.02)');
      const all = await Promise.all(Array.from({ length: 20 }, () => database.run([sleep])));
      expect(all.length).toBe(20);
    });

    test('connections that the server ends are replaced, and counted', async () => {
      const database = await connected();
      const [watching, killing] = [await connected(), await connected()];
      const id = postgres ? 'select pg_backend_pid() as id' : 'select connection_id() as id';
      const [[row]] = (await database.run([statement(id)], { mode: 'read' })) as [[{ id: number }]];
      await killing.run([statement(postgres ? `select pg_terminate_backend(${row.id})` : `kill ${row.id}`)], {
        mode: 'read',
      });
      await until(() => database.losses === 1);
      expect(await countOf(database)).toBe(0);
      expect(watching.losses).toBe(0);
    });

    test('a statement that takes too long ends, and with it its connection', async () => {
      const database = await connected(`${place.url}?statement_timeout=200`);
      const slow = database.run([statement(postgres ? 'select pg_sleep(20)' : 'select sleep(20)')]);
      await expect(slow).rejects.toMatchObject({ code: 'CLR_SQL_UNAVAILABLE' });
      expect(await countOf(database)).toBe(0);
    });

    test('what refuses is named in the words of the server, with what helps, and no password', async () => {
      const wrong = new URL(place.url);
      wrong.password = 'hunter2';
      const missing = new URL(place.url);
      missing.pathname = '/not_there';
      for (const [url, reason] of [
        [wrong.href, postgres ? /password authentication failed .*28P01/ : /Access denied .*1045/],
        [missing.href, postgres ? /"not_there" does not exist .*3D000/ : /Unknown database .*1049/],
      ] as const) {
        const error = await connected(url).catch((one: unknown) => one);
        expect(error).toMatchObject({ code: 'CLR_SQL_UNUSABLE', message: expect.stringMatching(reason) });
        expect(error).toMatchObject({ hint: expect.any(String) });
        expect(String(error)).not.toContain('hunter2');
      }
      const nobody = new URL(place.url);
      nobody.port = '9';
      await expect(connected(nobody.href)).rejects.toMatchObject({
        code: 'CLR_SQL_UNAVAILABLE',
        message: expect.stringContaining('ECONNREFUSED'),
      });
    });

    test('a database that is read-only now is not available now', async () => {
      const database = await connected();
      const read = postgres ? 'set transaction read only' : 'set session transaction read only';
      const only = postgres
        ? [statement(read)]
        : [statement('commit'), statement(read), statement('start transaction')];
      await expect(database.run([...only, statement('insert into item (id) values (9)')])).rejects.toMatchObject({
        code: 'CLR_SQL_UNAVAILABLE',
        message: expect.stringMatching(/read.only/i),
      });
    });

    test('changes are heard of, also after the connection that tells was lost', async () => {
      const [watching, other] = [await connected(), await connected()];
      let heard = 0;
      let lost = 0;
      const listener: ChangeListener = {
        topic: 'test',
        probe: () => statement('select count(*) as n from item'),
        isNews: ([row]) => Number(row?.['n']) > 0,
        onChange: () => void heard++,
        onLost: () => void lost++,
      };
      const watch = watching.watchChanges(listener);
      await watch.ready;
      expect(heard).toBe(0);
      const change = postgres ? `select pg_notify('celeriac_test', 'x')` : 'insert into item (id) values (1)';
      await other.run([statement(change)], { mode: 'statement' });
      await until(() => heard > 0);
      await other.run([statement('delete from item')], { mode: 'statement' });
      const ids = postgres
        ? `select pid as id from pg_stat_activity where query like 'listen%' and datname = current_database()`
        : `select id from information_schema.processlist where db = database() and id <> connection_id()`;
      const [rows] = (await other.run([statement(ids)], { mode: 'read' })) as [{ id: number }[]];
      for (const { id } of rows) {
        const kill = statement(postgres ? `select pg_terminate_backend(${id})` : `kill ${id}`);
        await other.run([kill], { mode: 'read' }).catch(() => {});
      }
      await until(() => lost > 0);
      const before = heard;
      await until(() => heard > before || !postgres);
      await other.run([statement(change)], { mode: 'statement' });
      await until(() => heard > before + (postgres ? 1 : 0));
      watch.close();
      await other.run([statement('delete from item')], { mode: 'statement' });
    });

    test.skipIf(postgres)(
      'a server that can wait is asked less often, and answers as soon as there is news',
      async () => {
        const [watching, other] = [await connected(), await connected()];
        let asked = 0;
        let heard = 0;
        const watch = watching.watchChanges({
          topic: 'test',
          probe: () => {
            asked++;
            return statement(`select exists (select 1 from item where id <= ? + ${WAITED_MS}) as news`, 1);
          },
          waits: true,
          isNews: ([row]) => Number(row?.['news']) > 0,
          onChange: () => void heard++,
        });
        await watch.ready;
        await until(() => asked > 0);
        asked = 0;
        const startedAt = performance.now();
        await until(() => asked >= 6);
        // Without waiting on the server six questions take a sixth of a second.
        expect(performance.now() - startedAt).toBeGreaterThan(450);
        expect(heard).toBe(0);
        // Due within the time that the server waits, and not when it is asked.
        await other.run([statement('insert into item (id) values (50)')], { mode: 'statement' });
        await until(() => heard > 0);
        watch.close();
        await other.run([statement('delete from item')], { mode: 'statement' });
      },
    );

    test('processes that make tables together do it once; a migration that fails can be made again', async () => {
      const create: Migration = {
        name: '0001-create',
        up: (builder) => [sql`create table if not exists thing (id integer primary key)`.compile(builder)],
      };
      const fill: Migration = {
        name: '0002-fill',
        up: (builder) => [sql`insert into thing values (1)`.compile(builder)],
      };
      const broken: Migration = {
        name: '0002-fill',
        up: (builder) => [sql`insert into nowhere values (1)`.compile(builder)],
      };
      await expect(migrate(await connected(), 'test', [create, broken])).rejects.toThrow(/nowhere/);
      const databases = await Promise.all(Array.from({ length: 5 }, () => connected()));
      await Promise.all(databases.map((database) => ensureMigrated(database, 'test', [create, fill])));
      const reports = await Promise.all(databases.map((database) => migrate(database, 'test', [create, fill])));
      expect(reports.map(({ applied }) => applied)).toEqual(databases.map(() => []));
      expect(await databases[0]!.run([statement('select id from thing')])).toEqual([[{ id: 1 }]]);
    });

    test('nothing is done after close', async () => {
      const database = await connected();
      await database.close();
      await database.close();
      await expect(database.run([statement('select 1')])).rejects.toMatchObject({ code: 'CLR_SQL_UNAVAILABLE' });
    });
  });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${holds}`);
    await delay(5);
  }
}
