import { expect, test } from 'vitest';
import { sqliteCode, sqliteFailure } from './sqlite-failure.ts';

const failing = (code: unknown): Error => Object.assign(new Error('x'), { code });

test.each([
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_BUSY_RECOVERY', 'busy'],
  ['SQLITE_BUSY_SNAPSHOT', 'busy'],
  ['SQLITE_LOCKED_SHAREDCACHE', 'busy'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_CANTOPEN_ISDIR', 'missing'],
  ['SQLITE_NOTADB', 'unusable'],
  ['SQLITE_CORRUPT_VTAB', 'unusable'],
  ['SQLITE_READONLY_DBMOVED', 'unusable'],
  ['SQLITE_IOERR_FSYNC', 'io'],
  ['SQLITE_CONSTRAINT_UNIQUE', undefined],
  ['SQLITE_ERROR', undefined],
  ['ENOENT', undefined],
  [7, undefined],
])('%s means %s', (code, failure) => {
  expect(sqliteFailure(failing(code))).toBe(failure);
});

test('takes anything', () => {
  for (const value of [undefined, null, 'SQLITE_BUSY', { code: 'SQLITE_BUSY' }]) {
    expect([sqliteCode(value), sqliteFailure(value)]).toEqual([undefined, undefined]);
  }
});
