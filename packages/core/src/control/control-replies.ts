/** What one node answered. */
export interface NodeReply<Value = unknown> {
  /** The node's name. */
  readonly node: string;
  readonly value: Value;
}

/** What most control commands answer: what was done, or why not. */
export type CommandAnswer = { readonly ok: string } | { readonly error: string };

/** Answers by node name. */
export type NodeReplies<Value> = ReadonlyMap<string, Value>;

/** A node may refuse or fail any command. */
export type OrError<Value> = Value | { readonly error: string };

/** A task as a node tells of it. @see celery/worker/request.py Request.info */
export interface RequestInfo {
  readonly id: string;
  readonly name: string;
  /** Text where the node was asked for it (`safe`), or where it cannot read the arguments. */
  readonly args: readonly unknown[] | string;
  readonly kwargs: { readonly [name: string]: unknown } | string;
  readonly type: string;
  readonly hostname: string;
  /** Unix seconds; null before it started. */
  readonly time_start: number | null;
  readonly acknowledged: boolean;
  readonly delivery_info: {
    readonly exchange: string;
    readonly routing_key: string;
    readonly priority: number | null;
    readonly redelivered: boolean | null;
  };
  readonly worker_pid: number | null;
}

/** A task that waits for its time. */
export interface ScheduledInfo {
  /** ISO 8601. */
  readonly eta: string | null;
  readonly priority: number;
  readonly request: RequestInfo;
}

/** Where a node has a task. `ready`: it knows it, and neither runs it nor keeps it for the next free slot. */
export type TaskPlace = 'active' | 'reserved' | 'ready';

/** A queue that a node reads. @see kombu/entity.py Queue.as_dict */
export interface QueueInfo {
  readonly name: string;
  readonly exchange: { readonly name: string; readonly type: string; readonly [field: string]: unknown };
  readonly routing_key: string;
  readonly [field: string]: unknown;
}

/** What `stats` answers; Celery's names. */
export interface NodeStats {
  /** Tasks that were started, by task name. */
  readonly total: { readonly [task: string]: number };
  readonly pid: number;
  readonly clock: string;
  /** Seconds. */
  readonly uptime: number;
  readonly pool: { readonly [field: string]: unknown };
  readonly broker: { readonly [field: string]: unknown };
  readonly prefetch_count: number;
  readonly rusage: { readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** What nodes tell each other when they meet. */
export interface HelloAnswer {
  /** Id to `[time, id]`, in seconds of the node's monotonic clock. */
  readonly revoked: { readonly [id: string]: unknown };
  readonly clock: number;
}
