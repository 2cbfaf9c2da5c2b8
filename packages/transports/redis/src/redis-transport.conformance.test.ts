import { silentLogger } from '@celeriac/protocol';
import { redisPlan } from '@celeriac/redis';
import { TcpFaultProxy } from '@celeriac/testkit';
import { transportConformance } from '@celeriac/testkit/vitest';
import { useService } from '@celeriac/tooling/services';
import type { Transport } from '@celeriac/transport';
import { afterAll } from 'vitest';
import type { RedisQueueStore } from './redis-queue-store.ts';
import { assembleTransport } from './redis-transport.ts';
import { redisTransportSettings } from './redis-transport-options.ts';

const server = await useService('redis');
if (server.skipped === undefined) {
  const { hostname, port, pathname } = new URL(server.url);
  const faults = await TcpFaultProxy.open({ host: hostname, port: Number(port) });
  const stores = new WeakMap<Transport, RedisQueueStore>();
  afterAll(async () => {
    await faults.close();
    await server.stop();
  });

  transportConformance('redis', {
    create: ({ clock, leaseMs }) => {
      const { transport, store } = assembleTransport({
        plan: redisPlan(`redis://${faults.host}:${faults.port}${pathname}`),
        settings: redisTransportSettings({ leaseMs: leaseMs ?? 1500, global_keyprefix: 'conformance:' }),
        clock,
        logger: silentLogger,
        thread: leaseMs !== undefined,
      });
      stores.set(transport, store);
      return transport;
    },
    // Without its connection it can give nothing back.
    kill: async (transport) => {
      stores.get(transport)?.link.close();
      await transport.close();
    },
    leaseMs: 500,
    sweepMs: 700,
    faults,
    wakeMs: 50,
  });
}
