import { expect, test } from 'vitest';
import { describePostgres, postgresFailure, postgresHint } from './postgres-failure.ts';

const fromServer = (code: string, message = 'words of the server'): Error =>
  Object.assign(new Error(message), { code, severity: 'ERROR' });

test.each([
  ['40001', 'retry'],
  ['40P01', 'retry'],
  ['55P03', 'retry'],
  ['08006', 'gone'],
  ['57P01', 'gone'],
  ['57P03', 'gone'],
  ['57014', 'gone'],
  ['53300', 'gone'],
  ['25006', 'gone'],
  ['53100', 'full'],
  ['54000', 'too-large'],
  ['28P01', 'unusable'],
  ['3D000', 'unusable'],
  ['42501', 'unusable'],
  ['42P01', undefined],
  ['23505', undefined],
])('SQLSTATE %s means %s', (code, failure) => {
  expect(postgresFailure(fromServer(code))).toBe(failure);
});

test.each([
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'gone'],
  [Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), 'gone'],
  [new Error('Connection terminated unexpectedly'), 'gone'],
  [new Error('Query read timeout'), 'gone'],
  [new Error('The server does not support SSL connections'), 'unusable'],
  [Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'unusable'],
  [new TypeError('Connection of the wrong type'), undefined],
  ['no error', undefined],
])('%s means %s', (error, failure) => {
  expect(postgresFailure(error)).toBe(failure);
});

test('the reason is in the words of the server, with its code; what helps is named', () => {
  const refused = fromServer('28P01', 'password authentication failed for user "ann"');
  expect(describePostgres(refused)).toBe('password authentication failed for user "ann" (28P01)');
  expect(postgresHint(refused)).toContain('password');
  const all = new AggregateError([
    new Error('connect ECONNREFUSED ::1:1'),
    new Error('connect ECONNREFUSED 127.0.0.1:1'),
  ]);
  expect(describePostgres(all)).toBe('connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1');
});
