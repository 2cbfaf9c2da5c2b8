import type { ChildSetup, EndedReport, ParentMessage } from './child/child-messages.ts';
import type { ProcessEnd } from './worker-lost.ts';

/** A process or thread that runs tasks for a pool. */
export interface PoolChild {
  /** Id of the process. */
  readonly pid: number;
  /** Resolves when it can run tasks; rejects with `PoolError` when it ends before, or takes too long. */
  readonly ready: Promise<void>;
  /** Resolves when it is gone, and everything that it said has been heard. */
  readonly gone: Promise<void>;
  send(message: ParentMessage): void;
  /** Takes jobs back that have not started. Resolves with those that will not. */
  recall(jobs: readonly number[]): Promise<readonly number[]>;
  /** Asks it to end, and kills it when it does not. */
  stop(): Promise<void>;
  kill(): void;
}

/** What a child needs, and whom it tells. */
export interface PoolChildOptions {
  readonly setup: ChildSetup;
  /** Milliseconds it may take until it is ready. */
  readonly aliveTimeoutMs: number;
  readonly onEnded: (child: PoolChild, report: EndedReport) => void;
  /** It is gone; called once, also when it never became ready. */
  readonly onGone: (child: PoolChild, end: ProcessEnd) => void;
}

/** Makes the children of a pool. */
export type MakeChild = (options: PoolChildOptions) => PoolChild;
