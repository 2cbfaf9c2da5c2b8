import { closest } from '@celeriac/protocol/basics';
import type { PublishRetryPolicy } from '@celeriac/transport';
import { ConfigurationError, shownValue } from './configuration-error.ts';

const NAMES: ReadonlyMap<string, keyof PublishRetryPolicy> = new Map([
  ['maxRetries', 'maxRetries'],
  ['max_retries', 'maxRetries'],
  ['intervalStart', 'intervalStart'],
  ['interval_start', 'intervalStart'],
  ['intervalStep', 'intervalStep'],
  ['interval_step', 'intervalStep'],
  ['intervalMax', 'intervalMax'],
  ['interval_max', 'intervalMax'],
]);

/**
 * A publish retry policy, by our names or Celery's.
 * @param key - for errors
 * @param fallback - for what is left out
 * @throws {ConfigurationError}
 */
export function readRetryPolicy(key: string, given: object, fallback: PublishRetryPolicy): PublishRetryPolicy {
  const policy: Record<string, unknown> = { ...fallback };
  for (const [given_, value] of Object.entries(given)) {
    const name = NAMES.get(given_);
    if (name === undefined) {
      const near = closest(given_, NAMES.keys());
      throw new ConfigurationError(
        key,
        `has no option ${shownValue(given_)}`,
        near === undefined ? {} : { hint: `Did you mean ${near}?` },
      );
    }
    if (!fits(name, value)) {
      const expected =
        name === 'maxRetries' ? 'a whole number of at least 0, or null' : 'a number of seconds, 0 or more';
      throw new ConfigurationError(key, `needs ${expected} as ${given_}, got ${shownValue(value)}`, {
        value: shownValue(value),
      });
    }
    policy[name] = value;
  }
  return Object.freeze(policy) as unknown as PublishRetryPolicy;
}

function fits(name: keyof PublishRetryPolicy, value: unknown): boolean {
  if (name === 'maxRetries') return value === null || (Number.isSafeInteger(value) && (value as number) >= 0);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
