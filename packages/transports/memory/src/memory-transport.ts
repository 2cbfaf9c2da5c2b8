import { type Clock, type Logger, maskUrl, silentLogger, systemClock } from '@celeriac/protocol';
import { type Transport, type TransportPlugin, virtualTransport } from '@celeriac/transport';
import { namedBroker } from './broker-registry.ts';
import { capabilities } from './capabilities.ts';
import { MemoryBroker } from './memory-broker.ts';
import { brokerName } from './memory-options.ts';
import { MemoryQueueStore } from './memory-queue-store.ts';

/** An idle consumer is woken by the message itself, so a wait has no reason to end by the clock. */
const WAIT_MS = 24 * 60 * 60 * 1000;

export interface MemoryTransportOptions {
  /** Transports with the same broker see the same queues; a broker of its own by default. */
  readonly broker?: MemoryBroker;
  /** Shown in logs. Default `memory://`. */
  readonly url?: string;
  /** Drives delayed messages. Default: the machine's time. */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/**
 * A connection to a broker inside this process. Nothing survives the process, and no other process sees it.
 *
 * An idle consumer keeps the process alive until it is stopped, as an open socket would.
 */
export function memoryTransport(options: MemoryTransportOptions = {}): Transport {
  const { broker = new MemoryBroker(), clock = systemClock, logger = silentLogger } = options;
  const url = maskUrl(options.url ?? 'memory://');
  return virtualTransport({
    name: 'memory',
    url,
    store: new MemoryQueueStore(broker, clock, url),
    bindings: broker.bindings,
    capabilities,
    inMemory: true,
    clock,
    logger,
    waitMs: WAIT_MS,
  });
}

/** `memory://` and `memory://name`: brokers shared by everything in this process that uses the same name. */
export const transport: TransportPlugin = Object.freeze({
  schemes: Object.freeze(['memory']),
  create: (url, { clock, logger, options }) =>
    memoryTransport({ broker: namedBroker(brokerName(url, options)), url, clock, logger }),
} satisfies TransportPlugin);
