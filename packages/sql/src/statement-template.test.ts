import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqliteDialect } from './sqlite/sqlite-dialect.ts';
import { StatementTemplate } from './statement-template.ts';

const template = new StatementTemplate<{ a: number; b: string }>(
  sqliteDialect,
  (p) => sql`select ${p.b}, ${p.a}, ${p.b}`,
);

test('puts values where the text has them', () => {
  expect(template.with({ a: 1, b: 'x' })).toEqual({ sql: 'select ?, ?, ?', parameters: ['x', 1, 'x'] });
});

test('makes a list of parameters for each of many', () => {
  expect(template.withEach([{ a: 1 }, { a: 2 }], { b: 'x' })).toEqual({
    sql: 'select ?, ?, ?',
    each: [
      ['x', 1, 'x'],
      ['x', 2, 'x'],
    ],
  });
});

test('builds the statement once', () => {
  let builds = 0;
  const counted = new StatementTemplate<{ a: number }>(sqliteDialect, (p) => {
    builds++;
    return sql`select ${p.a}`;
  });
  for (let a = 0; a < 3; a++) counted.with({ a });
  expect(builds).toBe(1);
});

test('refuses a value that would be the same for every use', () => {
  const careless = new StatementTemplate<object>(sqliteDialect, () => sql`select ${'literal'}`);
  expect(() => careless.with({})).toThrow(TypeError);
});
