import type { ConsumeOptions, Transport, TransportPlugin } from '@celeriac/transport';
import { ConnectionLostError } from '@celeriac/transport';
import { MemoryBroker, memoryTransport } from '@celeriac/transport-memory';

/** A broker in memory whose connections can be cut, and which can stay away. */
export class FlakyBroker {
  readonly #broker: MemoryBroker = new MemoryBroker();
  readonly #consumers: Set<ConsumeOptions> = new Set();
  readonly #transports: Set<Transport> = new Set();
  isAway = false;
  connections = 0;

  readonly plugin: TransportPlugin = {
    schemes: ['memory'],
    create: (url, { clock, logger }) => this.#watched(memoryTransport({ broker: this.#broker, url, clock, logger })),
  };

  /** Cuts all connections that read; what they held goes back to its queue. */
  async cut(): Promise<void> {
    const consumers = [...this.#consumers];
    this.#consumers.clear();
    const transports = [...this.#transports];
    this.#transports.clear();
    for (const { onLost } of consumers) onLost(new ConnectionLostError('memory://', 'cut'));
    await Promise.all(transports.map((transport) => transport.close()));
  }

  #watched(transport: Transport): Transport {
    const { connect, consume } = transport;
    transport.connect = async () => {
      if (this.isAway) throw new ConnectionLostError('memory://', 'away');
      this.connections++;
      await connect.call(transport);
    };
    transport.consume = (options) => {
      this.#consumers.add(options);
      this.#transports.add(transport);
      return consume.call(transport, options);
    };
    return transport;
  }
}
