import { type SqlDialect, StatementTemplate } from '@celeriac/sql';
import { sql } from 'kysely';

interface BindingRow {
  readonly queue: string;
  readonly routing_key: string;
  /** JSON. */
  readonly arguments: string;
}

/** The statements on exchanges and bindings. */
export class BindingStatements {
  readonly addExchange: StatementTemplate<{ name: string; type: string }>;
  readonly exchange: StatementTemplate<{ name: string }, { type: string; version: number }>;
  /** Readers of the exchange must read its bindings again. */
  readonly touch: StatementTemplate<{ name: string }>;
  /** As `touch`, for all exchanges that lead to a queue. */
  readonly touchOf: StatementTemplate<{ queue: string }>;
  readonly addBinding: StatementTemplate<BindingRow & { readonly exchange: string }>;
  readonly bindings: StatementTemplate<{ name: string }, BindingRow>;
  readonly dropBindings: StatementTemplate<{ queue: string }>;

  constructor(dialect: SqlDialect) {
    this.addExchange = new StatementTemplate(dialect, (p) =>
      dialect.insertOrSkip(sql`celeriac_exchange (name, type, version) values (${p.name}, ${p.type}, 1)`),
    );
    this.exchange = new StatementTemplate(
      dialect,
      (p) => sql`select type, version from celeriac_exchange where name = ${p.name}`,
    );
    this.touch = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_exchange set version = version + 1 where name = ${p.name}`,
    );
    this.touchOf = new StatementTemplate(
      dialect,
      (p) => sql`
        update celeriac_exchange set version = version + 1
        where name in (select exchange from celeriac_binding where queue = ${p.queue})`,
    );
    this.addBinding = new StatementTemplate(dialect, (p) =>
      dialect.insertOrSkip(sql`celeriac_binding (exchange, queue, routing_key, arguments)
          values (${p.exchange}, ${p.queue}, ${p.routing_key}, ${p.arguments})`),
    );
    this.bindings = new StatementTemplate(
      dialect,
      (p) => sql`
        select queue, routing_key, arguments from celeriac_binding where exchange = ${p.name}
        order by queue, routing_key, arguments`,
    );
    this.dropBindings = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_binding where queue = ${p.queue}`,
    );
  }
}
