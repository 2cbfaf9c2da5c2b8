import type { BaseTaskClass } from './base-task.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';
import type { TaskContext } from './task-context.ts';
import type { TaskOptions } from './task-options.ts';

/** One name for each argument; that of an argument which may be left out ends in `?`. */
export type ParameterNames<Args extends readonly unknown[]> = {
  readonly [Index in keyof Args]-?: object extends Pick<Args, Index> ? `${string}?` : string;
};

/** The options of `app.task(name, options, fn)`. */
export interface TaskDefinition<Args extends readonly unknown[]> extends TaskOptions {
  /** Give the task a {@link TaskContext} as its first parameter, before the arguments of the call. */
  readonly bind?: boolean;
  /** A class with handlers, options and state for tasks of its kind; the context has its instance as `task`. */
  readonly base?: BaseTaskClass;
  /**
   * Names of the arguments, so that callers (Python's, say) may give them by keyword. The names of those that may be left
   * out end in `?`: `['name', 'greeting?']`.
   */
  readonly parameters?: ParameterNames<Args>;
}

/** A definition whose arguments are checked by a schema before the task runs. */
export interface CheckedTaskDefinition<In extends readonly unknown[], Out extends readonly unknown[]>
  extends TaskDefinition<Out> {
  /** Any Standard Schema (zod, valibot, arktype …) of the list of arguments; the task gets its output. */
  readonly schema: StandardSchemaV1<In, Out>;
}

/** A task's code. */
export type TaskFunction<Args extends readonly unknown[], Result> = (...args: Args) => Result;

/** The code of a task with `bind: true`. */
export type BoundTaskFunction<Args extends readonly unknown[], Result> = (
  context: TaskContext,
  ...args: Args
) => Result;
