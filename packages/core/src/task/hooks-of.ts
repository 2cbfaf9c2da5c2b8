import type { TaskHooks } from './registered-task.ts';

const HOOKS = ['beforeStart', 'onSuccess', 'onFailure', 'onRetry', 'afterReturn'] as const;

/** The handlers of several sources, of which later ones win; undefined when there are none. */
export function hooksOf(sources: readonly TaskHooks[]): TaskHooks | undefined {
  const found: { -readonly [Name in keyof TaskHooks]?: unknown } = {};
  for (const source of sources) {
    for (const name of HOOKS) if (source[name] !== undefined) found[name] = source[name];
  }
  return Object.keys(found).length === 0 ? undefined : Object.freeze(found as TaskHooks);
}
