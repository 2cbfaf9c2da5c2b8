import type { ExchangeType } from './capabilities.ts';
import type { Binding, ExchangeDeclaration } from './topology.ts';

/** An exchange with the bindings that lead away from it. */
export interface ExchangeRoutes {
  readonly type: ExchangeType;
  readonly bindings: readonly Binding[];
}

/**
 * Where a virtual transport keeps exchanges and bindings. Brokers that can share them between processes bring their own;
 * `MemoryBindingStore` knows what its own process declared.
 */
export interface BindingStore {
  /** @throws {ChannelError} when an exchange exists with another type */
  declare(exchanges: readonly ExchangeDeclaration[], bindings: readonly Binding[]): Promise<void>;
  /**
   * Undefined for an exchange that nobody declared. Asked for every batch; answer with the same object for as long as
   * nothing changed, since what is derived from the bindings is kept by it.
   */
  routes(exchange: string): Promise<ExchangeRoutes | undefined>;
  /** Forgets all bindings of a queue. */
  forget(queue: string): Promise<void>;
}
