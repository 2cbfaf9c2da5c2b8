import { expect, test } from 'vitest';
import { describeMysql, mysqlFailure, mysqlHint } from './mysql-failure.ts';

const fromServer = (errno: number, code = 'ER_SOME', message = 'words of the server'): Error =>
  Object.assign(new Error(message), { errno, code });

test.each([
  [1213, 'retry'],
  [1205, 'retry'],
  [1040, 'gone'],
  [1053, 'gone'],
  [1290, 'gone'],
  [1927, 'gone'],
  [1021, 'full'],
  [1114, 'full'],
  [1153, 'too-large'],
  [1045, 'unusable'],
  [1049, 'unusable'],
  [1142, 'unusable'],
  [1064, undefined],
  [1062, undefined],
])('error %i means %s', (errno, failure) => {
  expect(mysqlFailure(fromServer(errno))).toBe(failure);
});

test.each([
  ['ECONNREFUSED', 'gone'],
  ['PROTOCOL_CONNECTION_LOST', 'gone'],
  ['PROTOCOL_SEQUENCE_TIMEOUT', 'gone'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'unusable'],
])('%s means %s', (code, failure) => {
  expect(mysqlFailure(Object.assign(new Error('Server does not support secure connection'), { code }))).toBe(failure);
});

test('the reason is in the words of the server, with its name and number; what helps is named', () => {
  const refused = fromServer(1049, 'ER_BAD_DB_ERROR', "Unknown database 'app'");
  expect(describeMysql(refused)).toBe("Unknown database 'app' (ER_BAD_DB_ERROR, 1049)");
  expect(mysqlHint(refused)).toContain('Create the database');
});
