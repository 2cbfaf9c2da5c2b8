import { silentLogger, systemClock } from '@celeriac/protocol';
import { type QueueStore, type Transport, type TransportCapabilities, virtualTransport } from '@celeriac/transport';
import { afterAll, describe, expect, it } from 'vitest';
import { runCases } from '../conformance/run-cases.ts';
import { TcpFaultProxy } from '../faults/tcp-fault-proxy.ts';
import { networkCases } from '../transport/cases/network-cases.ts';
import { transportSuite } from '../transport/transport-suite.ts';
import { transportConformance } from '../vitest.ts';
import { RemoteBroker } from './remote-broker.fixture.ts';
import { RemoteStore } from './remote-store.fixture.ts';

const broker = new RemoteBroker();
const proxy = await TcpFaultProxy.open({ host: '127.0.0.1', port: await broker.listen() });

afterAll(async () => {
  await proxy.close();
  broker.close();
});

const capabilities: TransportCapabilities = Object.freeze({
  fanout: 'emulated',
  exchangeTypes: Object.freeze(['direct', 'topic', 'fanout', 'headers'] as const),
  priority: Object.freeze({ levels: 10, first: 'high' }),
  redelivery: 'on-disconnect',
  delayedDelivery: true,
  deliveryCount: true,
  durable: false,
  maxBodyBytes: 8 * 1024 * 1024,
});

/** Verbs of a store, with the connection's beside them. */
type RemoteVerbs = QueueStore & { connect(): Promise<void> };

function remoteTransport(flaw?: (sound: RemoteStore) => Partial<RemoteVerbs>): Transport {
  const sound = new RemoteStore(proxy.port);
  const verbs: RemoteVerbs = {
    connect: () => sound.connect(),
    put: (messages) => sound.put(messages),
    take: (queues, max, waitMs, signal) => sound.take(queues, max, waitMs, signal),
    settle: (settlements) => sound.settle(settlements),
    renew: (receipts) => sound.renew(receipts),
    size: (queue) => sound.size(queue),
    purge: (queue) => sound.purge(queue),
    remove: (queue) => sound.remove(queue),
    close: () => sound.close(),
    ...flaw?.(sound),
  };
  return virtualTransport({
    name: 'remote',
    url: `remote://127.0.0.1:${proxy.port}`,
    store: verbs,
    connect: () => verbs.connect(),
    capabilities,
    clock: systemClock,
    logger: silentLogger,
  });
}

transportConformance('remote', { create: () => remoteTransport(), faults: proxy });

describe('the network cases', () => {
  it.each<[string, string, (sound: RemoteStore) => Partial<RemoteVerbs>]>([
    [
      'takes no notice of a lost connection',
      'reports connections that the network resets, and gives the messages back',
      (sound) => ({ take: (...wanted) => sound.take(...wanted).catch(() => new Promise(() => {})) }),
    ],
    [
      'connects to nobody',
      'refuses to connect through a network that refuses',
      (sound) => ({ connect: () => sound.connect().catch(() => {}) }),
    ],
    [
      'calls everything accepted',
      'never calls a message accepted when the connection breaks before the confirmation',
      (sound) => ({ put: (messages) => sound.put(messages).catch(() => {}) }),
    ],
  ])('catch a transport that %s', async (_name, caughtBy, flaw) => {
    const cases = networkCases.filter((one) => one.name === caughtBy);
    const { open } = transportSuite('flawed', { create: () => remoteTransport(flaw), faults: proxy, waitMs: 300 });
    const [result] = await runCases(cases, open);
    expect(result?.status).toBe('failed');
  });

  it('are all tried here', () => {
    expect(networkCases.length).toBe(3);
  });
});
