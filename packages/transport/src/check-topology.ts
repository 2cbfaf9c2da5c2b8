import type { BindingStore } from './binding-store.ts';
import type { TransportCapabilities } from './capabilities.ts';
import { undeclaredExchange } from './exchange-table.ts';
import { checkDeclaredName, checkName } from './queue-name.ts';
import type { Binding, Topology } from './topology.ts';
import { ChannelError } from './transport-errors.ts';

/**
 * Refuses a topology that a virtual transport cannot provide.
 * @returns the bindings to keep: those to the default exchange, which has them all, are left out
 * @throws {ChannelError} for a bad name, an exchange type that is not supported, or an exchange that nobody declared
 */
export async function checkTopology(
  { exchanges = [], queues = [], bindings = [] }: Topology,
  capabilities: TransportCapabilities,
  store: BindingStore,
): Promise<readonly Binding[]> {
  for (const queue of queues) checkDeclaredName('queue', queue.name);
  for (const { name, type } of exchanges) {
    checkDeclaredName('exchange', name);
    if (!capabilities.exchangeTypes.includes(type)) {
      const supported = capabilities.exchangeTypes.join(', ');
      throw new ChannelError(`exchange "${name}"`, `type "${type}" is not supported here, only ${supported}`);
    }
  }
  const kept = bindings.filter((binding) => !isDefaultBinding(binding));
  const declared = new Set(exchanges.map((exchange) => exchange.name));
  for (const { exchange, queue } of kept) {
    checkName('queue', queue);
    if (declared.has(exchange)) continue;
    if ((await store.routes(exchange)) === undefined) throw undeclaredExchange(exchange);
    declared.add(exchange);
  }
  return kept;
}

function isDefaultBinding({ exchange, queue, routingKey }: Binding): boolean {
  if (exchange !== '') return false;
  if (routingKey === queue) return true;
  throw new ChannelError('the default exchange', `has no other bindings than queue names, got "${routingKey}"`);
}
