import { AsyncLocalStorage } from 'node:async_hooks';
import type { ResultTuple } from '@celeriac/protocol';

/** The task whose code is running: what it sends becomes its children. */
export interface CurrentTask {
  readonly id: string;
  readonly rootId: string;
  readonly parentId: string | null;
  /** The priority it was delivered with. */
  readonly priority: number | undefined;
  /** Whether sent tasks are recorded. @see celery/app/task.py trail */
  readonly trail: boolean;
  /** Grows as it sends tasks. */
  readonly children: ResultTuple[];
  /** Of a run with a soft time limit. */
  readonly softLimit?: { check(): void } | undefined;
  readonly stampedHeaders?: readonly string[] | null;
  readonly stamps?: { readonly [name: string]: unknown };
  /** The `TaskCaller` of the app whose task it is; its type is above this one. */
  readonly caller?: object;
}

const storage = new AsyncLocalStorage<CurrentTask>();

/** The task that is running in this asynchronous context; undefined outside of tasks. */
export function currentTask(): CurrentTask | undefined {
  return storage.getStore();
}

/** Runs `code`, and everything it starts, as `task`. */
export function runAsTask<T>(task: CurrentTask, code: () => T): T {
  return storage.run(task, code);
}
