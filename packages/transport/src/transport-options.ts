import { CeleriacError, type CeleriacErrorOptions, closest, escapeForLog } from '@celeriac/protocol';

/** A transport option has an unknown name or a value that cannot be. */
export class ConfigurationError extends CeleriacError {
  readonly code = 'CLR_CONFIGURATION';
  /** The option, such as `brokerTransportOptions.leaseSeconds`. */
  readonly key: string;

  constructor(key: string, problem: string, options?: CeleriacErrorOptions) {
    super(`${key} ${problem}.`, options);
    this.key = key;
  }
}

/**
 * Refuses options that a transport does not have.
 * @param transport - the transport's name, for the error
 * @param known - names of the options it has
 * @throws {ConfigurationError} naming the option, with a suggestion where one is close
 */
export function checkOptionNames(
  transport: string,
  options: { readonly [name: string]: unknown },
  known: readonly string[],
): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = closest(unknown, known);
  const has = known.length === 0 ? 'It has no options.' : `It has: ${known.join(', ')}.`;
  throw new ConfigurationError(
    `brokerTransportOptions.${escapeForLog(unknown, 60)}`,
    `is no option of the ${transport} transport`,
    { hint: meant === undefined ? has : `Did you mean ${meant}?` },
  );
}
