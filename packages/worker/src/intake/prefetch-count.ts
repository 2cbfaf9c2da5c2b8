/** AMQP carries the window as 16 bits. */
const WIDEST = 65_535;

/** What decides how many messages a worker may hold. */
export interface PrefetchFacts {
  /** Slots. */
  readonly concurrency: number;
  /** Messages for each slot; 0 = no limit. */
  readonly multiplier: number;
  /** Tasks that the pool would take beyond its slots, since they take no time. */
  readonly ahead: number;
  /** Tasks that wait for their time. */
  readonly held: number;
  /** Most of these that are made room for; undefined = all. */
  readonly heldLimit: number | undefined;
  /** Slots whose tasks will come again, since the connection was lost under them. */
  readonly orphans: number;
}

/**
 * How many messages may be held unacknowledged: enough to keep the pool busy, and one more for every task that waits for
 * its time. 0 = no limit. With a multiplier of 1 nothing is held that others could run.
 * @see kombu/common.py QoS.set, celery/worker/consumer/consumer.py _update_prefetch_count, _restore_prefetch_count_after_connection_restart
 */
export function prefetchCount({ concurrency, multiplier, ahead, held, heldLimit, orphans }: PrefetchFacts): number {
  const waiting = heldLimit === undefined ? held : Math.min(held, heldLimit);
  if (multiplier === 0) return heldLimit === undefined ? 0 : concurrency + heldLimit;
  const count = Math.max(1, concurrency - orphans) * multiplier + (multiplier > 1 ? ahead : 0) + waiting;
  return count > WIDEST ? 0 : count;
}

/** What decides it where nothing is taken before there is a free slot. */
export interface FreeSlots {
  readonly free: number;
  /** Messages that are held for tasks of the pool, or waiting for it. */
  readonly unsettled: number;
  readonly held: number;
}

/**
 * The window of a worker that takes a message only when a slot is free for it; undefined = nothing may be taken now.
 * @see celery/worker/consumer/consumer.py worker_disable_prefetch
 */
export function freeSlotCount({ free, unsettled, held }: FreeSlots): number | undefined {
  if (free <= 0 && unsettled + held === 0) return undefined;
  return Math.max(0, free) + unsettled + held;
}
