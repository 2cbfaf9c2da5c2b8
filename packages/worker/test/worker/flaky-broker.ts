import {
  ConnectionLostError,
  type ConsumeOptions,
  type Consumer,
  LeaseLostError,
  type Transport,
  type TransportPlugin,
} from '@celeriac/transport';
import { MemoryBroker, memoryTransport } from '@celeriac/transport-memory';

/** A broker in memory whose connections can be cut, and which can stay away. */
export class FlakyBroker {
  readonly #broker: MemoryBroker = new MemoryBroker();
  readonly #consumers: Map<ConsumeOptions, Promise<Consumer>> = new Map();
  readonly #transports: Set<Transport> = new Set();
  isAway = false;
  connections = 0;

  /** Consumers that read now. */
  get readers(): number {
    return this.#consumers.size;
  }

  readonly plugin: TransportPlugin = {
    schemes: ['memory'],
    create: (url, { clock, logger }) => this.#watched(memoryTransport({ broker: this.#broker, url, clock, logger })),
  };

  /** Cuts all connections that read; what they held goes back to its queue. */
  async cut(): Promise<void> {
    const consumers = [...this.#consumers.keys()];
    this.#consumers.clear();
    const transports = [...this.#transports];
    this.#transports.clear();
    for (const { onLost } of consumers) onLost(new ConnectionLostError('memory://', 'cut'));
    await Promise.all(transports.map((transport) => transport.close()));
  }

  /** Ends all consumers as if leases had run out; the connections live, and what was handed over is still held. */
  async endConsumers(): Promise<void> {
    const consumers = [...this.#consumers];
    this.#consumers.clear();
    for (const [{ onLost }, consumer] of consumers) {
      await (await consumer).stop();
      onLost(new LeaseLostError('memory://', 0));
    }
  }

  #watched(transport: Transport): Transport {
    const { connect, consume } = transport;
    transport.connect = async () => {
      if (this.isAway) throw new ConnectionLostError('memory://', 'away');
      this.connections++;
      await connect.call(transport);
    };
    transport.consume = (options) => {
      this.#transports.add(transport);
      const consumer = consume.call(transport, options);
      this.#consumers.set(options, consumer);
      return consumer;
    };
    return transport;
  }
}
