const DEFAULT_NAME = 'celery';

/**
 * The name of a worker among all workers, `name@host`.
 * @param pattern - `%h` is the host, `%n` its part before the first dot, `%d` the rest, `%i` and `%I` the number of the process
 *   in its pool (0 and nothing for the worker itself), `%%` a percent sign
 * @see celery/utils/nodenames.py
 */
export function nodeName(pattern: string | undefined, host: string): string {
  const [first = host, ...rest] = host.split('.');
  const parts: ReadonlyMap<string, string> = new Map([
    ['%h', host],
    ['%n', first],
    ['%d', rest.join('.')],
    ['%i', '0'],
    ['%I', ''],
    ['%%', '%'],
  ]);
  const name = (pattern ?? DEFAULT_NAME).replace(/%[hndiI%]/g, (variable) => parts.get(variable)!);
  if (!name.includes('@')) return `${name}@${host}`;
  return name.startsWith('@') ? DEFAULT_NAME + name : name;
}
