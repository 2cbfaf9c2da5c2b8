import type { ResolvedTaskOptions, TaskHooks } from './registered-task.ts';

/** Options that a task's definition may set; the settings decide what it leaves out. @see celery/app/task.py Task */
export type TaskOptions = {
  readonly [name in keyof ResolvedTaskOptions]?: ResolvedTaskOptions[name] | undefined;
} & TaskHooks;

/** Changes of one task: options and handlers, and wrappers such as `'@run': (run) => (...args) => run(...args)`. */
export type TaskAnnotation = TaskOptions & {
  readonly [wrapper in `@${string}`]?: (inner: (...args: unknown[]) => unknown) => (...args: unknown[]) => unknown;
};

/** Says what is to change about a task; nothing when nothing is. */
export interface TaskAnnotator {
  annotate(task: { readonly name: string }): TaskAnnotation | undefined;
}

/** Changes by task name, `*` for all tasks. */
export type AnnotationMap = { readonly [name: string]: TaskAnnotation };

/** Changes of tasks, of which later ones win. @see celery/app/annotations.py */
export type TaskAnnotations = AnnotationMap | readonly (AnnotationMap | TaskAnnotator)[];
