import type { RegisteredTask } from '@celeriac/core/internal';

/** A task as `list tasks` shows it. */
export interface TaskView {
  readonly name: string;
  /** Names of its parameters; null when it declares none. */
  readonly parameters: readonly string[] | null;
  /** Options that change how it runs or where it goes. */
  readonly options: { readonly [name: string]: string | number | boolean };
}

/** Options worth a look, with the value that goes without saying. */
const shownOptions: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['queue', undefined],
  ['exchange', undefined],
  ['routingKey', undefined],
  ['priority', undefined],
  ['serializer', undefined],
  ['rateLimit', undefined],
  ['timeLimit', undefined],
  ['softTimeLimit', undefined],
  ['acksLate', false],
  ['rejectOnWorkerLost', false],
  ['ignoreResult', false],
  ['trackStarted', false],
  ['maxRetries', 3],
]);

export function taskView(task: RegisteredTask): TaskView {
  const { name, parameters, options } = task;
  const all: ReadonlyMap<string, unknown> = new Map(Object.entries(options));
  const shown = [...shownOptions].flatMap(([key, usual]) => {
    const value = all.get(key);
    if (value === usual || value === undefined) return [];
    return [[key, typeof value === 'number' || typeof value === 'boolean' ? value : String(value)] as const];
  });
  return {
    name,
    parameters: parameters === 'any' ? ['…'] : (parameters ?? null),
    options: Object.fromEntries(shown),
  };
}
