import type { DefinedTask } from './defined-task.ts';

/**
 * Tasks that libraries define for every app of this process, by name.
 * @see celery/app/__init__.py shared_task
 */
export const sharedTasks: Map<string, DefinedTask> = new Map();
