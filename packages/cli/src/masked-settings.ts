import { maskUrl } from '@celeriac/protocol';

const MASK = '********';
/** Names whose values are secret. @see celery/app/utils.py HIDDEN_SETTINGS */
const secretName = /api|token|key|secret|pass|profanities|signature|credential|auth|pwd/i;
/** Settings with `key` in their name that are no secrets. */
const harmless: ReadonlySet<string> = new Set(['taskDefaultRoutingKey', 'routingKey']);
const DEEPEST = 6;

/**
 * Settings fit for a bug report: secrets in URLs and under telling names are masked, code is shown by its name.
 * What is not set is left out.
 */
export function maskedSettings(settings: object): ReadonlyMap<string, unknown> {
  const shown = Object.entries(settings).filter(([, value]) => value !== undefined);
  return new Map(shown.map(([name, value]) => [name, masked(name, value, 0)]));
}

function masked(name: string, value: unknown, depth: number): unknown {
  const bare = value === null || typeof value === 'number' || typeof value === 'boolean';
  if (secretName.test(name) && !harmless.has(name) && !bare) return MASK;
  if (bare) return value;
  if (typeof value === 'string') return /:\/\/|@/.test(value) ? maskUrl(value) : value;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (value instanceof RegExp || value instanceof Date) return String(value);
  if (typeof value !== 'object') return String(value);
  if (depth === DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((item) => masked('', item, depth + 1));
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return new Map(entries.map(([key, item]) => [String(key), masked(String(key), item, depth + 1)]));
}
