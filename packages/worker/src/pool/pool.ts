import type { Outcome } from '@celeriac/core/internal';
import type { ReceivedTask } from '../request/received-task.ts';

/** The kinds of pool. */
export type PoolKind = 'prefork' | 'async' | 'solo';

/** Whom a pool tells what happens to the tasks that it was given. */
export interface PoolHost {
  /** The task is about to run in the process `pid`. Not called for a body that cannot be read in this process. */
  onStarted(received: ReceivedTask, pid: number): void;
  /** The task has ended, exactly once for each that was given. */
  onEnded(received: ReceivedTask, outcome: Outcome): void;
  /** There may be a free slot again without a task having ended. */
  onFree(): void;
}

/** Runs tasks, each in one of a number of slots. */
export interface Pool {
  readonly kind: PoolKind;
  /** Slots, whether or not they can be used right now. */
  readonly concurrency: number;
  /** Slots that can take a task now. */
  readonly free: number;
  /**
   * Resolves when every slot is ready.
   * @throws {PoolError} when the pool cannot work at all
   */
  start(signal: AbortSignal): Promise<void>;
  /** Runs a task. Only while `free` is above 0. */
  run(received: ReceivedTask): void;
  /** Ends an idle pool; resolves when its processes are gone. */
  stop(): Promise<void>;
  /** Ends the pool at once. Tasks that run here are told by their abort signal; processes are killed. No `onEnded` follows. */
  terminate(): Promise<void>;
}
