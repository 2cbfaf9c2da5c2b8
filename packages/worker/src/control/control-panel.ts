import type { AppRuntime, KnownQueue } from '@celeriac/core/internal';
import type { ReceivedTask } from '../request/received-task.ts';

/** Tasks of a worker, and what it knows of those that must not run. */
export interface TaskPanel {
  /** Tasks that run. */
  readonly activeTasks: readonly ReceivedTask[];
  /** Tasks that wait for a slot. */
  readonly reservedTasks: readonly ReceivedTask[];
  /** Tasks that wait for their time, earliest first. Each is read as it is asked for: let go of one before the next. */
  scheduledTasks(): Iterable<ReceivedTask>;
  /** Tasks that wait for their time under this id. */
  scheduledTasksOf(id: string): readonly ReceivedTask[];
  /** Ids of revoked tasks with the time at which they were, on the clock that never jumps. */
  readonly revokedIds: ReadonlyMap<string, number>;
  revoke(ids: readonly string[]): void;
  revokeStamped(stamp: string, values: readonly string[]): void;
}

/** The queues that a worker reads; changes outlive the connection. */
export interface QueuePanel {
  readonly active: readonly { readonly name: string; readonly queue: KnownQueue | undefined }[];
  /** Resolves when it is read, or will be as soon as the broker is back. @throws {ChannelError} when the broker refuses it */
  add(queue: KnownQueue): Promise<void>;
  cancel(name: string): Promise<void>;
}

/** What runs tasks. */
export interface PoolPanel {
  /** As `stats` shows it, with Celery's names. */
  readonly info: { readonly [field: string]: unknown };
  /** @throws {Error} when this kind of pool cannot */
  grow(count: number): Promise<void> | void;
  shrink(count: number): Promise<void> | void;
  restart(): Promise<void> | void;
  /** Ends a run, now or as soon as it begins; it becomes REVOKED. @param signal - name of the signal for its process */
  terminate(received: ReceivedTask, signal: NodeJS.Signals): void;
}

/** What decides how many slots there are. */
export interface AutoscalePanel {
  readonly info: { readonly [field: string]: unknown };
  /** @returns the bounds that count now */
  update(max: number | undefined, min: number | undefined): { readonly max: number; readonly min: number };
}

/** What tells others about tasks. */
export interface EventPanel {
  /** @returns false when they are sent already */
  enableTaskEvents(): boolean;
  /** @returns false when they are not sent anyway */
  disableTaskEvents(): boolean;
  heartbeat(): void;
}

/** What chooses one of several workers. */
export interface ElectionPanel {
  election(id: string, topic: string, action: unknown): void;
}

/** What control commands may see and change of a worker: nothing else of it is known to them. */
export interface ControlPanel {
  /** The worker's node name. */
  readonly hostname: string;
  readonly runtime: AppRuntime;
  readonly tasks: TaskPanel;
  readonly queues: QueuePanel;
  readonly pool: PoolPanel;
  readonly events: EventPanel;
  /** Undefined for parts that this worker does without. */
  readonly autoscaler: AutoscalePanel | undefined;
  readonly gossip: ElectionPanel | undefined;
  /** Tasks that were started, by name. */
  readonly started: ReadonlyMap<string, number>;
  /** What its steps tell about themselves. */
  readonly stepInfo: { readonly [step: string]: object };
  readonly prefetchCount: number;
  /** Seconds since the worker was started. */
  readonly uptimeSeconds: number;
  /** The broker's URL, masked. */
  readonly brokerUrl: string;
  /** @param rate - null for no limit */
  setRateLimit(task: string, rate: string | number | null): void;
  /** Seconds, from the next run on; null for no limit. */
  setTimeLimits(task: string, limits: { readonly soft: number | null; readonly hard: number | null }): void;
  /** Warm, and soon: this one returns at once. @param reason - for the log */
  shutDown(reason: string): void;
}
