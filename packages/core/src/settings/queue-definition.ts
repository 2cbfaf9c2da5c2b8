import type { ExchangeType } from '@celeriac/transport';

/** One binding of a queue beside (or instead of) its own exchange and routing key. */
export interface QueueBinding {
  /** An exchange's name, or the exchange with its type. Default: the queue's exchange. */
  readonly exchange?: string | ExchangeDefinition;
  readonly routingKey?: string;
  /** What a headers exchange matches. */
  readonly arguments?: { readonly [name: string]: unknown };
}

/** An exchange that a queue is bound to. */
export interface ExchangeDefinition {
  readonly name: string;
  /** Default `taskDefaultExchangeType`. */
  readonly type?: ExchangeType;
  /** Survives a broker restart. Default true. */
  readonly durable?: boolean;
  readonly autoDelete?: boolean;
  readonly arguments?: { readonly [name: string]: unknown };
}

/**
 * One queue of `taskQueues`.
 * @see kombu/entity.py Queue
 */
export interface QueueDefinition {
  readonly name: string;
  /** An exchange's name, or the exchange with its type. Default: an exchange of `taskDefaultExchangeType` by the queue's own name. */
  readonly exchange?: string | ExchangeDefinition;
  /** Default: the queue's name. */
  readonly routingKey?: string;
  /** More bindings. */
  readonly bindings?: readonly QueueBinding[];
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
  /** `x-max-priority`; default `taskQueueMaxPriority`. */
  readonly maxPriority?: number;
  /** Broker terms such as `x-expires` (milliseconds) or `x-queue-type`. */
  readonly queueArguments?: { readonly [name: string]: unknown };
  /**
   * Every worker gets every message: each has a queue of its own, removed with it, on a fanout exchange of this name.
   * @see kombu/common.py Broadcast
   */
  readonly broadcast?: boolean;
}

/** `taskQueues`: queues, their names, or definitions by name. */
export type TaskQueues =
  | readonly (string | QueueDefinition)[]
  | { readonly [name: string]: Omit<QueueDefinition, 'name'> };
