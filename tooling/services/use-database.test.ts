import pg from 'pg';
import { expect, test } from 'vitest';
import { useDatabase } from './use-database.ts';

test('a database of its own is empty, and gone after stop', async (context) => {
  const [one, other] = [await useDatabase('postgres'), await useDatabase('postgres')];
  if (one.skipped !== undefined || other.skipped !== undefined) return context.skip('no server');
  const client = new pg.Client(one.url);
  await client.connect();
  await client.query('create table mine (id integer)');
  await client.end();
  const neighbour = new pg.Client(other.url);
  await neighbour.connect();
  await expect(neighbour.query('select * from mine')).rejects.toThrow('does not exist');
  await neighbour.end();
  await one.stop();
  await expect(new pg.Client(one.url).connect()).rejects.toThrow('does not exist');
  await other.stop();
});
