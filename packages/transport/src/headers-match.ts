import type { MessageHeaders } from '@celeriac/protocol';

interface Wanted {
  readonly name: string;
  /** Undefined: the header must be there, with any value. */
  readonly value: unknown;
}

/**
 * The arguments of a binding to a headers exchange, read once. `x-match` is `all` (default) or `any`; other names that
 * begin with `x-` count only with `all-with-x` and `any-with-x`. A null value asks for the header only.
 */
export class HeadersMatch {
  readonly #any: boolean;
  readonly #wanted: readonly Wanted[];

  constructor(bindingArguments: { readonly [name: string]: unknown } | undefined) {
    const entries = Object.entries(bindingArguments ?? {});
    const mode = entries.find(([name]) => name === 'x-match')?.[1] ?? 'all';
    const withX = mode === 'all-with-x' || mode === 'any-with-x';
    this.#any = mode === 'any' || mode === 'any-with-x';
    this.#wanted = entries
      .filter(([name]) => name !== 'x-match' && (withX || !name.startsWith('x-')))
      .map(([name, value]) => ({ name, value: value ?? undefined }));
  }

  /** Whether a message with these headers goes through. No conditions: `all` always, `any` never. */
  matches(headers: MessageHeaders): boolean {
    return this.#any ? this.#wanted.some((it) => holds(it, headers)) : this.#wanted.every((it) => holds(it, headers));
  }
}

function holds(wanted: Wanted, headers: MessageHeaders): boolean {
  if (!Object.hasOwn(headers, wanted.name)) return false;
  return wanted.value === undefined || sameValue(wanted.value, headers[wanted.name]);
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  // Integers come as number or bigint, depending on the codec.
  if (typeof a === 'bigint') return Number.isInteger(b) && BigInt(b as number) === a;
  if (typeof b === 'bigint') return sameValue(b, a);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((it, i) => sameValue(it, b[i]));
  if (!isTable(a) || !isTable(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  );
}

function isTable(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
