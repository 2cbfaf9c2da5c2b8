import { encodeJson } from '@celeriac/protocol';
import { expect, it } from 'vitest';
import { maskedSettings } from './masked-settings.ts';

it('masks secrets wherever they stand', () => {
  const shown = encodeJson(
    maskedSettings({
      brokerUrl: 'redis://:hush@localhost/0',
      brokerReadUrl: ['amqp://user:hush@a//', 'amqp://user:hush@b//'],
      brokerTransportOptions: { password: 'hush', sentinelKwargs: { password: 'hush', db: 1 }, apiToken: 'hush' },
      resultBackend: undefined,
      taskRoutes: function route() {},
    }),
  );
  expect(shown).not.toContain('hush');
  expect(shown).not.toContain('resultBackend');
  expect(shown).toContain('function route');
  expect(JSON.parse(shown)).toMatchObject({
    brokerUrl: 'redis://:**@localhost/0',
    brokerTransportOptions: { password: '********', sentinelKwargs: { password: '********', db: 1 } },
  });
});

it('leaves ordinary settings alone', () => {
  const settings = {
    taskDefaultRoutingKey: 'celery',
    taskAcksLate: true,
    workerConcurrency: 4,
    acceptContent: ['json'],
  };
  expect(JSON.parse(encodeJson(maskedSettings(settings)))).toEqual(settings);
});
