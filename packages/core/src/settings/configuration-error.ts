import { CeleriacError, type CeleriacErrorOptions, escapeForLog } from '@celeriac/protocol/basics';

/** A setting has an unknown name, or a value that cannot be. */
export class ConfigurationError extends CeleriacError {
  readonly code = 'CLR_CONFIGURATION';
  /** The setting as it was written, and where: `taskAcksLate (code)`. */
  readonly key: string;
  /** What was given, fit to be shown: secrets masked, long values cut. Undefined when the name is the problem. */
  readonly value: string | undefined;

  /** @param key - the setting as it was written, and where: `taskAcksLate`, `CELERIAC_TASK_ACKS_LATE (environment)` */
  constructor(key: string, problem: string, options?: CeleriacErrorOptions & { readonly value?: string | undefined }) {
    super(`${key} ${problem}.`, options);
    this.key = key;
    this.value = options?.value;
  }
}

/** A value as an error may show it. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return `"${escapeForLog(value, 100)}"`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
    return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'function' ? 'a function' : 'an object';
}
