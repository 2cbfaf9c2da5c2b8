import { ensureMigrated, openSqlDatabase, type SqlDatabase } from '@celeriac/sql';
import { expect, test } from 'vitest';
import { messageMigrations } from './message-migrations.ts';
import { scratchFolder } from './scratch-folder.fixture.ts';
import { SqlBindingStore } from './sql-binding-store.ts';

async function connected(url: string): Promise<SqlDatabase> {
  const database = openSqlDatabase(url);
  await database.connect();
  await ensureMigrated(database, 'transport', messageMigrations);
  return database;
}

test('what one process declares the others route by', async () => {
  using folder = scratchFolder();
  const [one, other] = [await connected(folder.url()), await connected(folder.url())];
  const [writer, reader] = [new SqlBindingStore(one), new SqlBindingStore(other)];
  expect(await reader.routes('jobs')).toBeUndefined();
  const terms = { 'x-match': 'all', n: 1 };
  await writer.declare(
    [{ name: 'jobs', type: 'headers' }],
    [{ exchange: 'jobs', queue: 'q', routingKey: '', arguments: terms }],
  );
  expect(await reader.routes('jobs')).toEqual({
    type: 'headers',
    bindings: [{ exchange: 'jobs', queue: 'q', routingKey: '', arguments: terms }],
  });
  await writer.forget('q');
  expect(await reader.routes('jobs')).toEqual({ type: 'headers', bindings: [] });
  await one.close();
  await other.close();
});

test('the answer stays the same object until something has changed', async () => {
  using folder = scratchFolder();
  const database = await connected(folder.url());
  const store = new SqlBindingStore(database);
  const binding = { exchange: 'jobs', queue: 'q', routingKey: 'a.*' };
  await store.declare([{ name: 'jobs', type: 'topic' }], [binding]);
  const before = await store.routes('jobs');
  await store.declare([{ name: 'jobs', type: 'topic' }], [binding]);
  expect(await store.routes('jobs')).toBe(before);
  await store.declare([], [{ ...binding, routingKey: 'b.*' }]);
  expect((await store.routes('jobs'))?.bindings.length).toBe(2);
  await database.close();
});

test('an exchange keeps its type, and a refused declaration changes nothing', async () => {
  using folder = scratchFolder();
  const database = await connected(folder.url());
  const store = new SqlBindingStore(database);
  await store.declare([{ name: 'jobs', type: 'topic' }], []);
  const refused = store.declare(
    [
      { name: 'new', type: 'direct' },
      { name: 'jobs', type: 'fanout' },
    ],
    [],
  );
  await expect(refused).rejects.toMatchObject({ code: 'CLR_CHANNEL' });
  expect(await store.routes('new')).toBeUndefined();
  expect((await store.routes('jobs'))?.type).toBe('topic');
  await database.close();
});
