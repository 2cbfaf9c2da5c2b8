import type { ExchangeType } from './capabilities.ts';

/** An exchange as AMQP declares it. The default exchange `''` exists always and is never declared. */
export interface ExchangeDeclaration {
  readonly name: string;
  readonly type: ExchangeType;
  /** Survives a broker restart. Default true. */
  readonly durable?: boolean;
  readonly autoDelete?: boolean;
  readonly arguments?: { readonly [name: string]: unknown };
}

/** A queue as AMQP declares it; `arguments` holds broker terms such as `x-max-priority` or `x-expires` (milliseconds). */
export interface QueueDeclaration {
  readonly name: string;
  /** Survives a broker restart. Default true. */
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  /** Removed when its last consumer ends. */
  readonly autoDelete?: boolean;
  readonly arguments?: { readonly [name: string]: unknown };
}

/** Messages to `exchange` that match `routingKey` (or, for headers exchanges, `arguments`) go to `queue`. */
export interface Binding {
  readonly exchange: string;
  readonly queue: string;
  readonly routingKey: string;
  readonly arguments?: { readonly [name: string]: unknown };
}

/** What a client wants to exist; declaring the same twice changes nothing. */
export interface Topology {
  readonly exchanges?: readonly ExchangeDeclaration[];
  readonly queues?: readonly QueueDeclaration[];
  readonly bindings?: readonly Binding[];
}
