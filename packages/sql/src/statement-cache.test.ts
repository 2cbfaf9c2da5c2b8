import { expect, test } from 'vitest';
import { StatementCache } from './statement-cache.ts';

test('prepares each text once', () => {
  const prepared: string[] = [];
  const cache = new StatementCache((sql) => prepared.push(sql), 10);
  for (const sql of ['a', 'a', 'b', 'a', 'b']) cache.get(sql);
  expect(prepared).toEqual(['a', 'b']);
});

test('drops the statement that was not used for longest', () => {
  const prepared: string[] = [];
  const cache = new StatementCache((sql) => prepared.push(sql), 2);
  for (const sql of ['a', 'b', 'a', 'c']) cache.get(sql);
  expect(cache.size).toBe(2);
  prepared.length = 0;
  for (const sql of ['a', 'c', 'b']) cache.get(sql);
  expect(prepared).toEqual(['b']);
});

test('forgets all when cleared', () => {
  const prepared: string[] = [];
  const cache = new StatementCache((sql) => prepared.push(sql), 2);
  cache.get('a');
  cache.clear();
  cache.get('a');
  expect([cache.size, prepared]).toEqual([1, ['a', 'a']]);
});
