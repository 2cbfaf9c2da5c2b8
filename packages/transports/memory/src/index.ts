export { capabilities } from './capabilities.ts';
export { MemoryBroker } from './memory-broker.ts';
export { type MemoryTransportOptions, memoryTransport, transport } from './memory-transport.ts';
