import type { Topology } from '@celeriac/transport';

/** How one queue is reached. */
export interface QueueView {
  readonly name: string;
  /** `''` when it has no binding: by its name through the default exchange. */
  readonly exchange: string;
  readonly exchangeType: string;
  readonly routingKey: string;
}

/** One line for each binding of the queues, and one for each queue without any. */
export function queueViews(names: readonly string[], topology: Topology): readonly QueueView[] {
  const types = new Map((topology.exchanges ?? []).map(({ name, type }) => [name, type]));
  return names.flatMap((name) => {
    const bindings = (topology.bindings ?? []).filter(({ queue }) => queue === name);
    if (bindings.length === 0) return [{ name, exchange: '', exchangeType: 'direct', routingKey: name }];
    return bindings.map(({ exchange, routingKey }) => ({
      name,
      exchange,
      exchangeType: types.get(exchange) ?? 'direct',
      routingKey,
    }));
  });
}
