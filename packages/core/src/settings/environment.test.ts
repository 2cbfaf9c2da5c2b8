import { expect, test } from 'vitest';
import { readEnvironment, variableOf } from './environment.ts';

test("Celery's variables and Celeriac's give settings, the latter win", () => {
  const values = readEnvironment({
    CELERY_BROKER_URL: 'redis://a',
    CELERIAC_BROKER_URL: 'redis://b',
    CELERY_RESULT_BACKEND: ' memory:// ',
    HOME: '/root',
  });
  expect(Object.fromEntries(values)).toEqual({ brokerUrl: 'redis://b', resultBackend: 'memory://' });
});

test('text becomes what the setting takes', () => {
  const values = readEnvironment({
    CELERIAC_TASK_ACKS_LATE: 'True',
    CELERIAC_WORKER_CONCURRENCY: '8',
    CELERIAC_ACCEPT_CONTENT: 'json, msgpack',
    CELERIAC_BROKER_TRANSPORT_OPTIONS: '{"leaseSeconds": 5}',
    CELERIAC_RESULT_EXPIRES: 'none',
    CELERIAC_TASK_TIME_LIMIT: '',
  });
  expect(Object.fromEntries(values)).toEqual({
    taskAcksLate: true,
    workerConcurrency: 8,
    acceptContent: ['json', 'msgpack'],
    brokerTransportOptions: { leaseSeconds: 5 },
    resultExpires: null,
  });
});

test.each([
  ['CELERIAC_TASK_ACKS_LATE', 'maybe'],
  ['CELERIAC_WORKER_CONCURRENCY', 'many'],
  ['CELERIAC_BROKER_TRANSPORT_OPTIONS', '{'],
])('%s=%s is refused, naming the variable', (variable, text) => {
  expect(() => readEnvironment({ [variable]: text })).toThrow(
    expect.objectContaining({ code: 'CLR_CONFIGURATION', key: variable }),
  );
});

test('a mistyped variable is refused, one that is none of ours is left alone', () => {
  expect(() => readEnvironment({ CELERIAC_TASK_ACK_LATE: '1' })).toThrow(
    expect.objectContaining({ hint: 'Did you mean CELERIAC_TASK_ACKS_LATE?' }),
  );
  expect(readEnvironment({ CELERIAC_APP: 'x' }).size).toBe(0);
});

test('names of variables follow those of settings', () => {
  expect(variableOf('resultBackendBaseSleepBetweenRetriesMs')).toBe(
    'CELERIAC_RESULT_BACKEND_BASE_SLEEP_BETWEEN_RETRIES_MS',
  );
});
