import type { RawMessage } from '@celeriac/protocol';
import type { SettleHow } from './delivery.ts';

/** A message to keep in one queue. */
export interface QueuedMessage {
  readonly queue: string;
  readonly message: RawMessage;
  readonly exchange: string;
  readonly routingKey: string;
  /** Unix milliseconds before which it must not be taken; only where the store's capabilities say `delayedDelivery`. */
  readonly deliverAt?: number;
}

/** Names one taking of one message: text that the store makes up and understands. */
export type Receipt = string;

/** A message that this store's owner now holds. */
export interface TakenMessage {
  readonly receipt: Receipt;
  readonly queue: string;
  readonly message: RawMessage;
  readonly exchange: string;
  readonly routingKey: string;
  readonly redelivered: boolean;
  readonly deliveryCount: number | undefined;
}

export interface Settlement {
  readonly receipt: Receipt;
  readonly how: SettleHow;
}

/**
 * The least that a broker must do: eight verbs, each for many messages at once. `virtualTransport` derives exchanges,
 * bindings, prefetch, batching, leases and redelivery from them.
 *
 * All verbs throw `ConnectionLostError` when the broker cannot be reached.
 */
export interface QueueStore {
  /** Keeps the messages; resolves when the broker holds them all, and keeps none when it throws. Order within a queue is kept. */
  put(messages: readonly QueuedMessage[]): Promise<void>;
  /**
   * Takes up to `max` messages, oldest first (after priority, where there is one), earlier queues not before later ones
   * for ever. Each is leased to this store's owner in the same atomic step. Waits up to `waitMs` for the first one, and
   * returns an empty list then, or as soon as `signal` is aborted; a message is never taken and then lost by an abort.
   */
  take(queues: readonly string[], max: number, waitMs: number, signal: AbortSignal): Promise<readonly TakenMessage[]>;
  /** Ends leases: `ack` and `discard` remove the message, `requeue` puts it back in front. Resolves to the receipts that were not held any more. */
  settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]>;
  /** Prolongs leases. Resolves to the receipts that were not held any more. */
  renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]>;
  /** Messages waiting in the queue, delayed ones included, held ones not. */
  size(queue: string): Promise<number>;
  /** Drops the waiting messages; resolves to how many. */
  purge(queue: string): Promise<number>;
  /** Forgets the queue and its waiting messages. */
  remove(queue: string): Promise<void>;
  /** Puts held messages back and lets go of the connection. */
  close(): Promise<void>;
}

/**
 * Where leases of a store are renewed when its own process may be busy: a module that runs in a thread of its own, since
 * a task that never yields would block a timer on the main thread.
 *
 * The module's export `renewer(options)` returns a {@link LeaseRenewer}.
 */
export interface LeaseThread {
  readonly module: URL;
  /** Handed to `renewer`; must survive structured cloning. */
  readonly options: unknown;
}

/** Runs in the lease thread. */
export interface LeaseRenewer {
  /** Prolongs everything that the store's owner holds; false when the lease had already run out. */
  renew(): Promise<boolean>;
  close(): Promise<void>;
}
