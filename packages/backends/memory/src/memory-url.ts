import { InvalidUrlError, maskUrl, parseUrl } from '@celeriac/protocol';

/**
 * The name of the store that a `memory://name` URL means; `default` for `memory://`.
 * @throws {InvalidUrlError} the URL has more than a name
 */
export function memoryNameOf(url: string): string {
  const { host, username, password, port, path, query } = parseUrl(url, 'resultBackend');
  const extra = [username, password, port].some((part) => part !== undefined) || query.size > 0;
  if (extra || (path !== '' && path !== '/')) {
    throw new InvalidUrlError('resultBackend', maskUrl(url), 'a memory store has nothing but a name', {
      hint: 'Write memory:// or memory://name.',
    });
  }
  return host ?? 'default';
}
