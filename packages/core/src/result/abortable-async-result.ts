import { AsyncResult } from './async-result.ts';
import type { ResultSource } from './result-source.ts';

/** The state of a task that was asked to stop. */
export const ABORTED = 'ABORTED';

/**
 * The result of a task that looks, now and then, whether it should stop: `if (await context.isAborted()) return`.
 * @see celery/contrib/abortable.py AbortableAsyncResult
 */
export class AbortableAsyncResult<Result = unknown> extends AsyncResult<Result> {
  readonly #store: (id: string, state: string) => Promise<void>;

  /** @param store - writes a state */
  constructor(id: string, source: ResultSource, store: (id: string, state: string) => Promise<void>) {
    super(id, source);
    this.#store = store;
  }

  /**
   * Asks the task to stop. What it then returns is its result; a task that never looks runs to its end.
   * @throws {BackendUnavailableError} | @throws {ResultsDisabledError}
   */
  async abort(): Promise<void> {
    await this.#store(this.id, ABORTED);
  }

  /** Whether the task was asked to stop and has not ended. */
  async isAborted(): Promise<boolean> {
    return (await this.state()) === ABORTED;
  }
}
