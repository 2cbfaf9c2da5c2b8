/**
 * The path of a file that belongs to one worker.
 * @param pattern - `%p` is the worker's whole name, `%n` its part before the @, `%h` the part after it, `%d` the domain of
 *   that, `%i` and `%I` the number of the pool process with and without a dash before it (the main process: 0, and
 *   nothing), `%%` a percent sign
 * @param node - `name@host`
 * @see celery/utils/nodenames.py node_format
 */
export function filePattern(pattern: string, node: string): string {
  const at = node.indexOf('@');
  const [name, host] = at < 0 ? [node, ''] : [node.slice(0, at), node.slice(at + 1)];
  const parts: ReadonlyMap<string, string> = new Map([
    ['%p', node],
    ['%n', name],
    ['%h', host],
    ['%d', host.split('.').slice(1).join('.')],
    ['%i', '0'],
    ['%I', ''],
    ['%%', '%'],
  ]);
  return pattern.replace(/%[pnhdiI%]/g, (variable) => parts.get(variable)!);
}
