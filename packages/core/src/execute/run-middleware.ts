import type { TaskRequest } from '@celeriac/protocol';

/** A run of a task, as {@link RunMiddleware} sees it. */
export interface TaskRunInfo {
  /** The task's name. */
  readonly task: string;
  /** The message: id, retries, headers of the caller and all else. */
  readonly request: TaskRequest;
  /** The worker's node name. */
  readonly hostname: string;
}

/**
 * Goes around the code of every task. It must call `next` once and give what that gives, which may be a promise; what
 * `next` throws is how the task ended, `Retry`, `Ignore` and `Reject` included.
 */
export type RunMiddleware = (run: TaskRunInfo, next: () => unknown) => unknown;

/** The middleware of an app, the first one added outermost. */
export class RunMiddlewares {
  #all: readonly RunMiddleware[] = [];

  /** Runs that begin from now on go through it too. */
  add(middleware: RunMiddleware): this {
    this.#all = [...this.#all, middleware];
    return this;
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  run(info: TaskRunInfo, code: () => unknown): unknown {
    const all = this.#all;
    const from = (at: number): unknown => (at === all.length ? code() : all[at]!(info, () => from(at + 1)));
    return from(0);
  }
}
