import type { OpenApp } from './open-app.ts';

/** A task by the name that a prompt can use. */
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Names for tasks at a prompt: the last part of `tasks.add`, when it is an identifier and no other task ends alike.
 * @param taken - names that mean something else
 * @returns task name by short name
 */
export function shortTaskNames(tasks: readonly string[], taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string | undefined>();
  for (const task of tasks) {
    const short = task.slice(task.lastIndexOf('.') + 1);
    if (!identifier.test(short) || taken.has(short)) continue;
    found.set(short, found.has(short) ? undefined : task);
  }
  return new Map([...found].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** What a prompt knows: the app, every task by its short name, all of them by full name in `tasks`, and `AsyncResult`. */
export function shellScope({ app, runtime }: OpenApp): ReadonlyMap<string, unknown> {
  const names = runtime.tasks.names();
  const handles = new Map(names.map((name) => [name, app.foreign(name)]));
  const own = new Map<string, unknown>([
    ['app', app],
    ['tasks', Object.fromEntries(handles)],
    ['AsyncResult', (id: string) => app.AsyncResult(id)],
  ]);
  const short = shortTaskNames(names, new Set([...own.keys(), 'console', 'process', 'globalThis']));
  return new Map([...own, ...[...short].map(([name, task]) => [name, handles.get(task)] as const)]);
}
