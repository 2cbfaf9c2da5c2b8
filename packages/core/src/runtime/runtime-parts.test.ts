import type { BackendContext } from '@celeriac/backend';
import { backend as memoryBackends } from '@celeriac/backend-memory';
import type { TransportContext } from '@celeriac/transport';
import { transport as memoryTransports } from '@celeriac/transport-memory';
import { expect, test } from 'vitest';
import { Celeriac } from '../app/celeriac.ts';
import { runtimeOf } from './runtime-of.ts';

/** What transports and result stores are given by these settings. */
async function given(settings: object): Promise<{ broker: TransportContext[]; results: BackendContext[] }> {
  const seen: { broker: TransportContext[]; results: BackendContext[] } = { broker: [], results: [] };
  const app = new Celeriac('x', {
    configFile: false,
    environment: {},
    brokerUrl: 'memory://',
    brokerTransport: {
      schemes: ['memory'],
      create: (_url, context) => {
        seen.broker.push(context);
        return memoryTransports.create('memory://parts', { ...context, options: {} });
      },
    },
    ...settings,
  });
  await app.sendTask('t');
  await runtimeOf(app).backend();
  await app.close();
  return seen;
}

test('what broker_* says about connections reaches the transport apart from its own options', async () => {
  const settings = { brokerHeartbeat: 7, brokerUseSsl: { ca_certs: '/ca' }, brokerLoginMethod: 'EXTERNAL' };
  const { broker } = await given({ ...settings, brokerTransportOptions: { own: 1 } });
  expect(broker).toEqual([
    expect.objectContaining({
      link: { heartbeat: 7, ssl: { ca_certs: '/ca' }, loginMethod: 'EXTERNAL', delayedQueueType: 'quorum' },
      options: { own: 1 },
    }),
  ]);
});

test.each([
  [{ taskDefaultQueueType: 'quorum' }, true],
  [{ taskDefaultQueueType: 'classic' }, undefined],
  [{ taskCreateMissingQueueType: 'quorum' }, true],
  [{ taskQueues: [{ name: 'celery', queueArguments: { 'x-queue-type': 'quorum' } }] }, true],
  [{ taskQueues: [{ name: 'celery' }], taskDefaultQueueType: 'quorum' }, undefined],
])('with %j delayed messages are left to the broker: %s', async (settings, expected) => {
  const { broker } = await given(settings);
  expect(broker[0]?.link?.nativeDelayedDelivery).toBe(expected);
});

test('overrideBackends serves its schemes, and redis_* settings reach only a Redis store', async () => {
  const results: BackendContext[] = [];
  const plugin = {
    schemes: ['mine'],
    create: (_url: string, context: BackendContext) => {
      results.push(context);
      return memoryBackends.create('memory://', { ...context, options: {} });
    },
  };
  const settings = { redisSocketTimeout: 3, resultBackendTransportOptions: { client_name: 'me' } };
  await given({ ...settings, resultBackend: 'mine://', overrideBackends: { mine: plugin } });
  await given({ ...settings, resultBackend: 'redis://', overrideBackends: { redis: plugin } });
  expect(results.map(({ options }) => options)).toEqual([
    { client_name: 'me' },
    { socketTimeout: 3, client_name: 'me' },
  ]);
});
