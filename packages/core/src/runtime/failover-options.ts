import type { ReconnectPolicy } from '@celeriac/transport';
import { ConfigurationError } from '../settings/configuration-error.ts';

/** kombu's names and ours, with how many milliseconds one of its units has. */
const NAMES: ReadonlyMap<string, readonly [keyof ReconnectPolicy, number]> = new Map([
  ['max_retries', ['maxRetries', 1]],
  ['interval_start', ['intervalStartMs', 1000]],
  ['interval_step', ['intervalStepMs', 1000]],
  ['interval_max', ['intervalMaxMs', 1000]],
] as const);

/** `brokerTransportOptions` in two: how often to connect again, and what the transport itself is told. */
export interface FailoverOptions {
  readonly policy: Partial<ReconnectPolicy>;
  readonly options: { readonly [name: string]: unknown };
}

/**
 * Takes kombu's `max_retries`, `interval_start`, `interval_step` and `interval_max` (seconds) out of the options.
 * @throws {ConfigurationError} for a value that is no number from 0 up
 * @see kombu/connection.py Connection._extract_failover_opts
 */
export function failoverOptions(given: { readonly [name: string]: unknown }): FailoverOptions {
  const policy = new Map<keyof ReconnectPolicy, number | null>();
  const options = new Map<string, unknown>();
  for (const [name, value] of Object.entries(given)) {
    const known = NAMES.get(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    if (known === undefined) options.set(name, value);
    else if (value !== undefined) policy.set(known[0], amountOf(name, value, known[1]));
  }
  return { policy: Object.fromEntries(policy), options: Object.fromEntries(options) };
}

function amountOf(name: string, value: unknown, unitMs: number): number | null {
  if (value === null) return null;
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value * unitMs;
  throw new ConfigurationError(`brokerTransportOptions.${name}`, 'must be a number from 0 up');
}
