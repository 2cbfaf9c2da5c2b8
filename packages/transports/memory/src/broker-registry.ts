import { MemoryBroker } from './memory-broker.ts';

/** Where the brokers of this process are found by name. */
const registryKey = Symbol.for('celeriac.memory-brokers');

type RegistryHolder = { [registryKey]?: Map<string, MemoryBroker> };

/**
 * The broker of this name in this process, made when it is asked for first. A URL carries nothing but a name, so the
 * producer and the worker of one process can only meet in a place that both know; it is on `globalThis`, so that two
 * installed copies of this package meet there as well. Pass a {@link MemoryBroker} to `memoryTransport` to do without.
 */
export function namedBroker(name: string): MemoryBroker {
  const holder = globalThis as RegistryHolder;
  holder[registryKey] ??= new Map();
  const brokers = holder[registryKey];
  const known = brokers.get(name);
  if (known !== undefined) return known;
  const broker = new MemoryBroker();
  brokers.set(name, broker);
  return broker;
}
