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
