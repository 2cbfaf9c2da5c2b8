import type { ShadowName, TaskHooks } from './registered-task.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';
import type { TaskContext } from './task-context.ts';
import type { TaskOptions } from './task-options.ts';

/**
 * A task as a class: for `app.registerTask(new Charge())`, where `run` is its code, or as `base` of tasks that are
 * functions. Each process makes one instance for each task, so what the constructor sets up stays; with several tasks at
 * a time all of them share it.
 *
 * Handlers are methods: `beforeStart`, `onSuccess`, `onFailure`, `onRetry`, `afterReturn`.
 * @see celery/app/task.py Task
 */
export abstract class BaseTask {
  /** Unique, and what travels; needed for `registerTask` only. */
  readonly name?: string;
  /** Options of the task; those of a definition that has this class as its `base` win. */
  readonly options?: TaskOptions;
  /** Names of the arguments of `run`; one that ends in `?` may be left out. */
  readonly parameters?: readonly string[];
  /** Checks the arguments of `run`. */
  readonly schema?: StandardSchemaV1;

  /** The task is bound to an app, before it runs for the first time here. */
  onBound?(app: { readonly name: string }): void;
  beforeStart?(context: TaskContext, ...args: readonly unknown[]): unknown;
  onSuccess?(context: TaskContext, result: unknown): unknown;
  onFailure?(context: TaskContext, error: unknown): unknown;
  onRetry?(context: TaskContext, error: unknown): unknown;
  afterReturn?(context: TaskContext, state: string, result: unknown): unknown;
  shadowName?(...call: Parameters<ShadowName>): ReturnType<ShadowName>;
}

/** A class that tasks can be based on. */
export type BaseTaskClass<Base extends BaseTask = BaseTask> = new () => Base;

/** A task that carries its own name and code. */
export type TaskObject<Args extends readonly unknown[], Result> = BaseTask & {
  readonly name: string;
  run(context: TaskContext, ...args: Args): Result;
};

/** The methods of an instance that are handlers. */
export function hooksOfBase(base: BaseTask): TaskHooks {
  const methods = Object.entries(hooksOf([base]) ?? {}) as [string, (...args: unknown[]) => unknown][];
  return Object.fromEntries(methods.map(([name, method]) => [name, method.bind(base)])) as TaskHooks;
}

/** The options of an instance, its method `shadowName` included. */
export function optionsOfBase(base: BaseTask): TaskOptions {
  const shadowName = base.shadowName?.bind(base);
  return { ...(shadowName && { shadowName }), ...base.options };
}

const HOOKS = ['beforeStart', 'onSuccess', 'onFailure', 'onRetry', 'afterReturn'] as const;

/** The handlers of several sources, of which later ones win; undefined when there are none. */
export function hooksOf(sources: readonly TaskHooks[]): TaskHooks | undefined {
  const found: { -readonly [Name in keyof TaskHooks]?: unknown } = {};
  for (const source of sources) {
    for (const name of HOOKS) if (source[name] !== undefined) found[name] = source[name];
  }
  return Object.keys(found).length === 0 ? undefined : Object.freeze(found as TaskHooks);
}
