import { silentLogger } from '@celeriac/protocol';
import { type Transport, type TransportCapabilities, virtualTransport } from '@celeriac/transport';
import type { ClientRequest } from '../transport/transport-conformance-options.ts';
import { ReferenceQueueStore } from './reference-queue-store.fixture.ts';

const capabilities: TransportCapabilities = Object.freeze({
  fanout: 'emulated',
  exchangeTypes: Object.freeze(['direct', 'topic', 'fanout', 'headers'] as const),
  priority: false,
  redelivery: 'on-disconnect',
  delayedDelivery: false,
  deliveryCount: true,
  durable: false,
  maxBodyBytes: 64 * 1024 * 1024,
});

/** The transport that the guide builds. */
export function referenceTransport(url: string, { clock }: Pick<ClientRequest, 'clock'>): Transport {
  const store = new ReferenceQueueStore({ url });
  return virtualTransport({ name: 'reference', url, store, capabilities, clock, logger: silentLogger });
}
