const DEFAULT_NAME = 'celery';

/**
 * The name of a worker among all workers, `name@host`.
 * @param pattern - `%h` is the host, `%n` its part before the first dot, `%d` the rest, `%%` a percent sign
 * @see celery/utils/nodenames.py
 */
export function nodeName(pattern: string | undefined, host: string): string {
  const [first = host, ...rest] = host.split('.');
  const parts: ReadonlyMap<string, string> = new Map([
    ['%h', host],
    ['%n', first],
    ['%d', rest.join('.')],
    ['%%', '%'],
  ]);
  const name = (pattern ?? DEFAULT_NAME).replace(/%[hnd%]/g, (variable) => parts.get(variable)!);
  if (!name.includes('@')) return `${name}@${host}`;
  return name.startsWith('@') ? DEFAULT_NAME + name : name;
}
