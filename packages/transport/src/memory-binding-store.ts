import type { BindingStore, ExchangeRoutes } from './binding-store.ts';
import type { ExchangeType } from './capabilities.ts';
import type { Binding, ExchangeDeclaration } from './topology.ts';
import { ChannelError } from './transport-errors.ts';

interface StoredExchange {
  readonly type: ExchangeType;
  readonly bindings: Map<string, Binding>;
  /** The answer of `routes`, the same object until a binding changes, so that callers can keep what they derived. */
  answer: ExchangeRoutes | undefined;
}

/** Exchanges and bindings in this process. Share one object between transports that are to see the same bindings. */
export class MemoryBindingStore implements BindingStore {
  readonly #exchanges: Map<string, StoredExchange> = new Map();

  async declare(exchanges: readonly ExchangeDeclaration[], bindings: readonly Binding[]): Promise<void> {
    for (const { name, type } of exchanges) {
      const existing = this.#exchanges.get(name);
      if (existing !== undefined && existing.type !== type) {
        throw new ChannelError(`exchange "${name}"`, `exists with type ${existing.type}, not ${type}`);
      }
    }
    for (const { name, type } of exchanges) {
      if (!this.#exchanges.has(name)) this.#exchanges.set(name, { type, bindings: new Map(), answer: undefined });
    }
    for (const binding of bindings) this.#bind(binding);
  }

  async routes(exchange: string): Promise<ExchangeRoutes | undefined> {
    const stored = this.#exchanges.get(exchange);
    if (stored === undefined) return undefined;
    stored.answer ??= Object.freeze({ type: stored.type, bindings: Object.freeze([...stored.bindings.values()]) });
    return stored.answer;
  }

  async forget(queue: string): Promise<void> {
    for (const stored of this.#exchanges.values()) {
      for (const [key, binding] of stored.bindings) {
        if (binding.queue !== queue) continue;
        stored.bindings.delete(key);
        stored.answer = undefined;
      }
    }
  }

  #bind(binding: Binding): void {
    const stored = this.#exchanges.get(binding.exchange);
    if (stored === undefined) throw new ChannelError(`exchange "${binding.exchange}"`, 'is not declared');
    const { queue, routingKey } = binding;
    const key = JSON.stringify([queue, routingKey, binding.arguments ?? {}], (_name, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    );
    if (stored.bindings.has(key)) return;
    stored.bindings.set(key, binding);
    stored.answer = undefined;
  }
}
