import type { Outcome } from '@celeriac/core/internal';
import type { ReceivedTask } from '../request/received-task.ts';

/** The kinds of pool that this package has; any other name is that of a package with a pool of its own. */
export type PoolKind = 'prefork' | 'threads' | 'async' | 'solo';

/** Whom a pool tells what happens to the tasks that it was given. */
export interface PoolHost {
  /** The task is about to run in the process `pid`. Not called for a body that cannot be read in this process. */
  onStarted(received: ReceivedTask, pid: number): void;
  /** The task has ended, exactly once for each that was given and not returned. */
  onEnded(received: ReceivedTask, outcome: Outcome): void;
  /** These were given and did not start; they will not run here. */
  onReturned(received: readonly ReceivedTask[]): void;
  /** There may be a free slot again without a task having ended. */
  onFree(): void;
}

/** Runs tasks, each in one of a number of slots. */
export interface Pool {
  /** Its name, for reports. */
  readonly kind: string;
  /** Slots, whether or not they can be used right now. */
  readonly concurrency: number;
  /** Slots that can take a task now. */
  readonly free: number;
  /** Tasks that it would take beyond its slots, as long as they are as short as the last ones. Absent: none. */
  readonly ahead?: number;
  /** Ids of the processes that run tasks. */
  readonly processes: readonly number[];
  /**
   * Whether it takes this task now: into a free slot, or to be started right after another one that is known to be short.
   * Absent: when a slot is free.
   */
  accepts?(received: ReceivedTask): boolean;
  /**
   * Resolves when every slot is ready.
   * @throws {PoolError} when the pool cannot work at all
   */
  start(signal: AbortSignal): Promise<void>;
  /** Runs a task. Only what it accepts. */
  run(received: ReceivedTask): void;
  /** Hands back, by `onReturned`, what has not started. Absent in pools that start everything at once. */
  recall?(): Promise<void>;
  /** Adds slots. @throws {RangeError} beyond what the pool can have. Absent: the pool cannot grow. */
  grow?(count: number): void;
  /** Removes slots: free ones at once, others when their tasks have ended. @throws {RangeError} when none would be left */
  shrink?(count: number): void;
  /** Replaces every process, each after its tasks have ended. Absent in pools without processes. */
  restart?(): Promise<void>;
  /** Stops one task; its outcome is REVOKED. `SIGUSR1` only tells it, as its soft time limit would. Absent: it cannot. */
  terminateTask?(received: ReceivedTask, signal: NodeJS.Signals): void;
  /** Ends an idle pool; resolves when its processes are gone. */
  stop(): Promise<void>;
  /** Ends the pool at once. Tasks that run here are told by their abort signal; processes are killed. No `onEnded` follows. */
  terminate(): Promise<void>;
}
