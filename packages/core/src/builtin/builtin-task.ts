import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { TaskContext } from '../task/task-context.ts';
import type { TaskOptions } from '../task/task-options.ts';

/** A task that every app knows without defining it. */
export interface BuiltinTask {
  readonly name: string;
  /** For keyword arguments, which is how Python sends most of them; `any`: it looks at them itself. */
  readonly parameters: readonly string[] | 'any';
  readonly options?: TaskOptions;
  run(runtime: AppRuntime, context: TaskContext, ...args: readonly unknown[]): unknown;
}
