import { decodeJson, encodeJson } from '@celeriac/protocol';
import { changesOf, rowsOf, type SqlDatabase, type Steps } from '@celeriac/sql';
import {
  type Binding,
  type BindingStore,
  ChannelError,
  type ExchangeDeclaration,
  type ExchangeRoutes,
  type ExchangeType,
} from '@celeriac/transport';
import { BindingStatements } from './binding-statements.ts';
import { asTransportError } from './sql-transport-errors.ts';

interface KnownRoutes {
  readonly version: number;
  readonly routes: ExchangeRoutes;
}

/** Exchanges and bindings in the tables of a database, shared by all processes that use it. */
export class SqlBindingStore implements BindingStore {
  readonly #database: SqlDatabase;
  readonly #statements: BindingStatements;
  /** The same object is handed out until an exchange has changed, so that callers can keep what they derived. */
  readonly #known: Map<string, KnownRoutes> = new Map();

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#statements = new BindingStatements(database.dialect);
  }

  declare(exchanges: readonly ExchangeDeclaration[], bindings: readonly Binding[]): Promise<void> {
    return this.#transaction(() => this.#declare(exchanges, bindings), 'write');
  }

  async routes(exchange: string): Promise<ExchangeRoutes | undefined> {
    const known = this.#known.get(exchange);
    const read = await this.#transaction(() => this.#read(exchange, known), 'read');
    if (read === undefined) this.#known.delete(exchange);
    else this.#known.set(exchange, read);
    return read?.routes;
  }

  forget(queue: string): Promise<void> {
    return this.#transaction(() => forgetBindings(this.#statements, queue), 'write');
  }

  *#declare(exchanges: readonly ExchangeDeclaration[], bindings: readonly Binding[]): Steps<void> {
    for (const { name, type } of exchanges) {
      yield this.#statements.addExchange.with({ name, type });
      const [existing] = yield* rowsOf(this.#statements.exchange.with({ name }));
      if (existing !== undefined && existing.type !== type) {
        throw new ChannelError(`exchange "${name}"`, `exists with type ${existing.type}, not ${type}`);
      }
    }
    for (const { exchange, queue, routingKey, arguments: terms } of bindings) {
      const row = {
        exchange,
        queue,
        routing_key: routingKey,
        arguments: encodeJson(terms ?? {}, { root: 'arguments' }),
      };
      const added = yield* changesOf(this.#statements.addBinding.with(row));
      if (added > 0) yield this.#statements.touch.with({ name: exchange });
    }
  }

  *#read(name: string, known: KnownRoutes | undefined): Steps<KnownRoutes | undefined> {
    const [exchange] = yield* rowsOf(this.#statements.exchange.with({ name }));
    if (exchange === undefined || exchange.version === known?.version) return exchange && known;
    const rows = yield* rowsOf(this.#statements.bindings.with({ name }));
    const bindings = rows.map((row) => ({
      exchange: name,
      queue: row.queue,
      routingKey: row.routing_key,
      arguments: decodeJson(row.arguments) as NonNullable<Binding['arguments']>,
    }));
    const routes = Object.freeze({ type: exchange.type as ExchangeType, bindings: Object.freeze(bindings) });
    return { version: exchange.version, routes };
  }

  async #transaction<T>(script: () => Steps<T>, mode: 'read' | 'write'): Promise<T> {
    try {
      return await this.#database.transaction(script, { mode });
    } catch (error) {
      throw asTransportError(this.#database.url, error);
    }
  }
}

/** Drops the bindings of a queue. */
export function* forgetBindings(statements: BindingStatements, queue: string): Steps<void> {
  yield statements.touchOf.with({ queue });
  yield statements.dropBindings.with({ queue });
}
