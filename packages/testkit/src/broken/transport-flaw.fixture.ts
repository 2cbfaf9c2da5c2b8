import { silentLogger } from '@celeriac/protocol';
import {
  MemoryBindingStore,
  type QueueStore,
  type Transport,
  type TransportCapabilities,
  virtualTransport,
} from '@celeriac/transport';
import type { ClientRequest, TransportConformanceOptions } from '../transport/transport-conformance-options.ts';
import { SoundBroker, SoundStore } from './sound-broker.fixture.ts';

/** One way in which a transport can be wrong, and the cases that must notice. */
export interface TransportFlaw {
  readonly name: string;
  /** Names of cases; each of them must fail. */
  readonly caughtBy: readonly string[];
  readonly capabilities?: Partial<TransportCapabilities>;
  readonly options?: Partial<TransportConformanceOptions>;
  /** Puts the flaw on a store. */
  store?(sound: QueueStore, broker: SoundBroker): Partial<QueueStore>;
  /** Puts the flaw on a transport. */
  transport?(sound: Transport): Partial<Transport>;
}

/** Short, since the cases that wait for its end move the clock. */
const LEASE_MS = 600;

const soundCapabilities: TransportCapabilities = Object.freeze({
  fanout: 'emulated',
  exchangeTypes: Object.freeze(['direct', 'topic', 'fanout', 'headers'] as const),
  priority: Object.freeze({ levels: 10, first: 'high' }),
  redelivery: Object.freeze({ leaseMs: LEASE_MS }),
  delayedDelivery: true,
  deliveryCount: true,
  durable: false,
  maxBodyBytes: 8 * 1024 * 1024,
});

/** What runs the suite against a transport with this flaw; without one, against the sound transport. */
export function flawedOptions(flaw?: TransportFlaw): TransportConformanceOptions {
  const broker = new SoundBroker(LEASE_MS);
  const bindings = new MemoryBindingStore();
  const stores = new WeakMap<Transport, SoundStore>();
  const create = ({ clock }: ClientRequest): Transport => {
    const sound = new SoundStore(broker, clock);
    const store = flaw?.store === undefined ? sound : { ...storeVerbs(sound), ...flaw.store(sound, broker) };
    const virtual = virtualTransport({
      name: 'sound',
      url: 'sound://',
      store,
      bindings,
      capabilities: { ...soundCapabilities, ...flaw?.capabilities },
      lease: { leaseMs: LEASE_MS },
      clock,
      logger: silentLogger,
    });
    const transport =
      flaw?.transport === undefined ? virtual : { ...transportVerbs(virtual), ...flaw.transport(virtual) };
    stores.set(transport, sound);
    return transport;
  };
  const kill = (transport: Transport): void => stores.get(transport)?.die();
  return { create, kill, movableClock: true, leaseMs: LEASE_MS, sweepMs: 100, ...flaw?.options };
}

/** The verbs of a store as a plain object, so that one of them can be replaced. */
function storeVerbs(sound: QueueStore): QueueStore {
  return {
    put: (messages) => sound.put(messages),
    take: (queues, max, waitMs, signal) => sound.take(queues, max, waitMs, signal),
    settle: (settlements) => sound.settle(settlements),
    renew: (receipts) => sound.renew(receipts),
    size: (queue) => sound.size(queue),
    purge: (queue) => sound.purge(queue),
    remove: (queue) => sound.remove(queue),
    close: () => sound.close(),
  };
}

function transportVerbs(sound: Transport): Transport {
  return {
    name: sound.name,
    url: sound.url,
    capabilities: sound.capabilities,
    connect: () => sound.connect(),
    declare: (topology) => sound.declare(topology),
    publish: (messages) => sound.publish(messages),
    consume: (options) => sound.consume(options),
    size: (queue) => sound.size(queue),
    purge: (queue) => sound.purge(queue),
    remove: (queue) => sound.remove(queue),
    close: () => sound.close(),
  };
}
