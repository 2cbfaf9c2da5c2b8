import { parseUrl } from '@celeriac/protocol';
import { checkOptionNames } from '@celeriac/transport';

/** The broker that `memory://` means. */
const DEFAULT_NAME = 'default';

/**
 * The broker that a URL names: `memory://orders` is `orders`; `memory://` is `default`.
 * @param options - `brokerTransportOptions`; this transport has none
 * @throws {InvalidUrlError} for a URL that cannot be read
 * @throws {ConfigurationError} for any option
 */
export function brokerName(url: string, options: { readonly [name: string]: unknown }): string {
  checkOptionNames('memory', options, []);
  return parseUrl(url, 'brokerUrl').host ?? DEFAULT_NAME;
}
