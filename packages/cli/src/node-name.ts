const DEFAULT_NAME = 'celery';

/**
 * The name of a worker among all workers: `name@host`.
 * @param pattern - `%h` is the host, `%n` its part before the first dot, `%d` the rest, `%%` a percent sign
 * @see celery/utils/nodenames.py
 */
export function nodeName(pattern: string | undefined, host: string): string {
  const dot = host.indexOf('.');
  const parts: ReadonlyMap<string, string> = new Map([
    ['%h', host],
    ['%n', dot === -1 ? host : host.slice(0, dot)],
    ['%d', dot === -1 ? '' : host.slice(dot + 1)],
    ['%%', '%'],
  ]);
  const text = (pattern ?? DEFAULT_NAME).replace(/%[hnd%]/g, (match) => parts.get(match) ?? match);
  if (!text.includes('@')) return `${text}@${host}`;
  return text.startsWith('@') ? DEFAULT_NAME + text : text;
}
