/** What every error of Celeriac carries beside its message. */
export interface CeleriacErrorOptions extends ErrorOptions {
  /** What to do about it, one sentence, shown after the message. */
  readonly hint?: string;
}

const brand = Symbol.for('celeriac.error');

/**
 * The base of every error that Celeriac throws. Compare `code` and fields, never the message; across package borders
 * use {@link isCeleriacError}, since two copies of a package may be installed.
 */
export abstract class CeleriacError extends Error {
  /** Stable identifier, `CLR_…`. */
  abstract readonly code: string;
  /** What to do about it, when there is something to do. */
  readonly hint: string | undefined;

  constructor(message: string, options?: CeleriacErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.hint = options?.hint;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether `error` is an error of Celeriac, of any installed copy.
 * @param code - when given, also whether it has this code
 */
export function isCeleriacError(error: unknown, code?: string): error is CeleriacError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || (error as { code?: unknown }).code === code;
}
