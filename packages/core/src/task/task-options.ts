import type { ResolvedTaskOptions, TaskHooks } from './registered-task.ts';

/** Options that a task's definition may set; the settings decide what it leaves out. @see celery/app/task.py Task */
export type TaskOptions = {
  readonly [name in keyof ResolvedTaskOptions]?: ResolvedTaskOptions[name] | undefined;
} & TaskHooks;

/** Changes of task options by task name, `*` for all tasks. @see celery/app/annotations.py */
export type TaskAnnotations = { readonly [name: string]: TaskOptions };
