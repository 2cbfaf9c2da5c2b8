import { escapeForLog, isCeleriacError } from '@celeriac/protocol';
import type { BindingStore, ExchangeRoutes } from './binding-store.ts';
import { type CompiledRoutes, compileRoutes } from './exchange-routing.ts';
import type { OutgoingMessage } from './transport.ts';
import { ChannelError } from './transport-errors.ts';

/** The routes of the exchanges that a batch uses, or why an exchange has none. */
export type BatchRoutes = ReadonlyMap<string, CompiledRoutes | Error>;

const noRoutes: BatchRoutes = new Map();

/**
 * Reads exchanges from the binding store, compiled. Every batch asks the store, since other processes may have declared
 * bindings; a store that answers with the same object as before costs no second compilation.
 */
export class ExchangeTable {
  readonly #bindings: BindingStore;
  readonly #compiled: WeakMap<ExchangeRoutes, CompiledRoutes> = new WeakMap();

  constructor(bindings: BindingStore) {
    this.#bindings = bindings;
  }

  /** @throws {ConnectionLostError} when the store cannot be reached; other failures concern one exchange */
  async routesOf(batches: Iterable<{ readonly messages: readonly OutgoingMessage[] }>): Promise<BatchRoutes> {
    const names = new Set<string>();
    for (const { messages } of batches) for (const { exchange } of messages) if (exchange !== '') names.add(exchange);
    if (names.size === 0) return noRoutes;
    const entries = await Promise.all(Array.from(names, async (name) => [name, await this.#lookUp(name)] as const));
    return new Map(entries);
  }

  async #lookUp(exchange: string): Promise<CompiledRoutes | Error> {
    try {
      const routes = await this.#bindings.routes(exchange);
      if (routes === undefined) return undeclaredExchange(exchange);
      const known = this.#compiled.get(routes);
      if (known !== undefined) return known;
      const compiled = compileRoutes(routes);
      this.#compiled.set(routes, compiled);
      return compiled;
    } catch (error) {
      if (isCeleriacError(error, 'CLR_CONNECTION_LOST') || !(error instanceof Error)) throw error;
      return error;
    }
  }
}

/** What publishing or binding to an exchange that nobody declared comes to. */
export function undeclaredExchange(exchange: string): ChannelError {
  return new ChannelError(`exchange "${escapeForLog(exchange, 60)}"`, 'is not declared', {
    hint: 'Declare it before publishing to it, or publish to the default exchange with the queue as routing key.',
  });
}
