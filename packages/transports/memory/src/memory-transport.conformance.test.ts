import { transportConformance } from '@celeriac/testkit/vitest';
import { MemoryBroker } from './memory-broker.ts';
import { memoryTransport } from './memory-transport.ts';

let broker = new MemoryBroker();

transportConformance('memory', {
  create: ({ clock }) => memoryTransport({ broker, clock }),
  reset: async () => {
    broker = new MemoryBroker();
  },
  // A client of this process dies with the process; the nearest thing is a connection that drops.
  kill: (transport) => transport.close(),
  movableClock: true,
});
