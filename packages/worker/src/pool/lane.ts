import type { Outcome } from '@celeriac/core/internal';
import type { ReceivedTask } from '../request/received-task.ts';
import type { RunCommand } from './child/child-messages.ts';
import type { PoolChild } from './pool-child.ts';

/** A task that is with a child. */
export interface Run {
  readonly received: ReceivedTask;
  /** Counts the tasks of its child. */
  readonly job: number;
  /** Names it among all runs of the pool. */
  readonly key: string;
  readonly isShort: boolean;
  /** Whether it runs, as far as the parent knows; otherwise it waits for its turn with the child. */
  isStarted: boolean;
  /** On the clock that never jumps. */
  startedAtMs: number;
  /** How it ends, decided before its child did: it is being stopped. */
  ending: Outcome | undefined;
  /** It was told to end, and has some time for it. */
  isTold: boolean;
}

/** One child and the tasks that are with it. */
export class Lane {
  readonly child: PoolChild;
  readonly runs: Map<number, Run> = new Map();
  /** Tasks that wait for their turn with the child, in order. */
  readonly ahead: Run[] = [];
  started = 0;
  /** Runs that are not known to be short. */
  long = 0;
  /** Tasks that it was given so far. */
  given = 0;
  isReady = false;
  /** It gets no more tasks, and ends when it has none. */
  isRetiring = false;
  /** Tasks are being taken back: what is ahead may be running, or may never. Resolves when that is known. */
  recalling: Promise<void> | undefined;
  /** Runs that are being stopped. It gets no more tasks until they have ended. */
  readonly ending: Set<Run> = new Set();
  /** When a task of it started last. */
  progressMs = 0;
  readonly #outbox: RunCommand[] = [];
  readonly #flush = (): void => {
    this.child.send({ kind: 'run', runs: this.#outbox.splice(0) });
  };

  constructor(child: PoolChild) {
    this.child = child;
  }

  /** Sends a task to the child, together with all others of this turn. */
  post(command: RunCommand): void {
    this.#outbox.push(command);
    if (this.#outbox.length === 1) queueMicrotask(this.#flush);
  }

  remove(run: Run): void {
    this.runs.delete(run.job);
    if (run.ending !== undefined) this.ending.delete(run);
    if (!run.isShort) this.long--;
    if (run.isStarted) this.started--;
    else this.ahead.splice(this.ahead.indexOf(run), 1);
  }
}
