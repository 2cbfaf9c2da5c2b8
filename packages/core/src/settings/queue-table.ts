import type { Topology } from '@celeriac/transport';

/** A queue as callers and workers reach it. */
export interface KnownQueue {
  readonly name: string;
  /** Undefined: reached by its own name through the default exchange only. */
  readonly exchange: { readonly name: string; readonly type: string } | undefined;
  readonly routingKey: string;
  /** What must exist for a message to arrive; the same object every time. */
  readonly topology: Topology;
}

/** The queues of an app: those of `taskQueues`, the default queue, and those that are named along the way. */
export interface QueueTable {
  /** Names of `taskQueues`, or the default queue. */
  readonly names: readonly string[];
  /** Everything that `taskQueues` defines; the same object every time. */
  readonly all: Topology;
  /** @throws {ConfigurationError} for a queue that is not defined while `taskCreateMissingQueues` is off, or a bad name */
  get(name: string): KnownQueue;
}
