import { DEFAULT_PUBLISH_RETRY_POLICY } from '@celeriac/transport';
import { describe, expect, test } from 'vitest';
import { resolveSettings } from './resolve-settings.ts';
import { readSettingNames } from './setting-names.ts';
import { settingTable } from './setting-table.ts';
import type { Settings } from './settings.ts';

function resolve(given: object): Settings {
  return resolveSettings([{ origin: 'code', values: readSettingNames(given, 'code') }]);
}

function errorOf(given: object): { code?: string; key?: string; value?: string; hint?: string; message: string } {
  try {
    resolve(given);
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${JSON.stringify(given)} was accepted`);
}

describe('settings', () => {
  test('are complete and frozen without any source', () => {
    const settings = resolveSettings([]);
    expect(Object.isFrozen(settings)).toBe(true);
    expect(settings).toMatchObject({
      brokerUrl: 'amqp://',
      taskDefaultQueue: 'celery',
      resultExpires: 86_400,
      workerPrefetchMultiplier: 4,
    });
  });

  test('the first source that has a value wins', () => {
    const source = (origin: string, given: object) => ({ origin, values: readSettingNames(given, origin) });
    const settings = resolveSettings([
      source('code', { taskDefaultQueue: 'a' }),
      source('file', { taskDefaultQueue: 'b', taskAcksLate: true }),
      source('environment', { taskAcksLate: false, taskTrackStarted: true }),
    ]);
    expect(settings).toMatchObject({ taskDefaultQueue: 'a', taskAcksLate: true, taskTrackStarted: true });
  });

  test("every default is a value that its type takes, or Celery's None", () => {
    for (const [name, { default: fallback, type }] of Object.entries(settingTable)) {
      expect([name, fallback === undefined || type.accepts(fallback)]).toEqual([name, true]);
    }
  });

  test("Celery's name is ours in lower case", () => {
    for (const [name, { celery }] of Object.entries(settingTable)) {
      if (celery !== undefined) expect(celery).toBe(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    }
  });

  test('the publish retry policy is that of the transport package, and takes names of both kinds', () => {
    expect(settingTable.taskPublishRetryPolicy.default).toEqual(DEFAULT_PUBLISH_RETRY_POLICY);
    expect(resolve({ task_publish_retry_policy: { max_retries: 1 } }).taskPublishRetryPolicy).toEqual({
      ...DEFAULT_PUBLISH_RETRY_POLICY,
      maxRetries: 1,
    });
  });

  test('null means not set where Celery says None, and for ever where it is a value', () => {
    expect(resolve({ taskTimeLimit: null, resultExpires: null })).toMatchObject({
      taskTimeLimit: undefined,
      resultExpires: null,
    });
  });

  test('a disabled result store is none', () => {
    expect(resolve({ result_backend: 'disabled' }).resultBackend).toBeUndefined();
  });

  test('several broker URLs are a list, however they are written', () => {
    expect(resolve({ broker: ' redis://a ; redis://b' }).brokerUrl).toEqual(['redis://a', 'redis://b']);
    expect(resolve({ broker: ['redis://a'] }).brokerUrl).toBe('redis://a');
  });
});

describe('M35: names', () => {
  test.each([
    [{ taks_acks_late: true }, 'task_acks_late'],
    [{ taskAckLate: true }, 'taskAcksLate'],
    [{ CELERY_ACK_LATE: true }, 'CELERY_ACKS_LATE'],
    [{ brokr: 'x' }, 'broker'],
  ])('%j is refused with a suggestion', (given, meant) => {
    expect(errorOf(given)).toMatchObject({ code: 'CLR_CONFIGURATION', hint: `Did you mean ${meant}?` });
  });

  test.each([
    [{ task_acks_late: true, CELERY_TRACK_STARTED: true }],
    [{ taskAcksLate: true, task_track_started: true }],
    [{ BROKER_URL: 'memory://', taskAcksLate: true }],
  ])('two styles in one source are refused: %j', (given) => {
    expect(errorOf(given)).toMatchObject({ code: 'CLR_CONFIGURATION', hint: expect.stringContaining('one style') });
  });

  test('old names mean the same settings', () => {
    expect(resolve({ CELERY_ACKS_LATE: true, CELERYD_CONCURRENCY: 3, BROKER_URL: 'memory://' })).toMatchObject({
      taskAcksLate: true,
      workerConcurrency: 3,
      brokerUrl: 'memory://',
    });
  });

  test('__proto__ is an unknown setting and pollutes nothing', () => {
    expect(errorOf(JSON.parse('{"__proto__": {"taskAcksLate": true}}') as object).code).toBe('CLR_CONFIGURATION');
    expect(resolve({}).taskAcksLate).toBe(false);
  });
});

describe('M35, M36: values', () => {
  test.each([
    [{ taskAcksLate: 'true' }],
    [{ workerPrefetchMultiplier: '10' }],
    [{ workerPrefetchMultiplier: -1 }],
    [{ workerConcurrency: 0 }],
    [{ workerConcurrency: -1 }],
    [{ workerConcurrency: 1e6 }],
    [{ workerConcurrency: 'x' }],
    [{ workerConcurrency: 1.5 }],
    [{ resultExpires: -1 }],
    [{ resultExpires: Number.NaN }],
    [{ taskTimeLimit: 0 }],
    [{ taskSoftTimeLimit: 10, taskTimeLimit: 5 }],
    [{ brokerConnectionTimeout: 0 }],
    [{ taskDefaultDeliveryMode: 3 }],
    [{ taskDefaultRateLimit: '10/x' }],
    [{ workerPool: 5 }],
    [{ acceptContent: 'json' }],
    [{ brokerTransportOptions: [] }],
    [{ taskPublishRetryPolicy: { maxRetries: -1 } }],
    [{ taskPublishRetryPolicy: { max_retry: 1 } }],
    [{ taskRoutes: { 'tasks.*': { quue: 'x' } } }],
    [{ taskRoutes: [42] }],
    [{ taskDefaultQueue: '' }],
  ])('%j is refused, naming the setting', (given) => {
    const error = errorOf(given);
    expect(error.code).toBe('CLR_CONFIGURATION');
    expect(error.key).toContain(Object.keys(given)[0]);
  });

  test('text that would be right without quotes gets a hint', () => {
    expect(errorOf({ taskAcksLate: 'true' }).hint).toContain('without quotes');
  });
});

describe('M34: URLs', () => {
  test.each([
    ['redsi://localhost', 'Did you mean redis://?'],
    ['memroy://', 'Did you mean memory://?'],
    ['ampq://x', 'Did you mean amqp://?'],
  ])('the scheme of %s is refused with a suggestion', (broker, hint) => {
    expect(errorOf({ broker })).toMatchObject({ code: 'CLR_CONFIGURATION', hint });
  });

  test.each([[''], ['   '], ['redis'], ['redis://host:abc/0'], [[]], ['redis://host:70000/']])(
    '%j is refused',
    (broker) => {
      expect(errorOf({ broker })).toMatchObject({ code: 'CLR_CONFIGURATION' });
    },
  );

  test.each(['redsi://user:s3cret@host/0', 'redis://user:s3cret@host:abc/0', 'redis://user:p@s3cret%@host:x/0'])(
    'no secret of %s is shown',
    (broker) => {
      const error = errorOf({ broker });
      expect(`${error.message} ${error.value} ${error.hint}`).not.toContain('s3cret');
      expect(error.value).toContain('**');
    },
  );

  test('a password may hold reserved characters', () => {
    expect(resolve({ broker: ' redis://:p%40ss@host:6379/0 ' }).brokerUrl).toBe('redis://:p%40ss@host:6379/0');
  });

  test('with a package given apart, any scheme will do', () => {
    expect(resolve({ brokerUrl: 'mine://x', brokerTransport: 'mine-transport' }).brokerUrl).toBe('mine://x');
    expect(resolve({ brokerUrl: '@acme/queue+tcp://x' }).brokerUrl).toBe('@acme/queue+tcp://x');
  });
});
