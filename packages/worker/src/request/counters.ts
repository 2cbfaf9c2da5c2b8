/** What a worker has done since it was made. */
export interface WorkerCounts {
  /** Messages that came, readable or not. */
  readonly received: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  /** Revoked and expired. */
  readonly revoked: number;
  /** Messages put aside. */
  readonly quarantined: number;
}

/** {@link WorkerCounts} while they grow. */
export class Counters implements WorkerCounts {
  received = 0;
  /** Runs that were begun. */
  started = 0;
  succeeded = 0;
  failed = 0;
  retried = 0;
  revoked = 0;
  quarantined = 0;
  /** Tasks that were started, by name. */
  readonly startedByTask: Map<string, number> = new Map();

  countStart(task: string): void {
    this.startedByTask.set(task, (this.startedByTask.get(task) ?? 0) + 1);
  }
}
