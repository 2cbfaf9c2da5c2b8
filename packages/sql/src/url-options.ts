import { closest, type InvalidUrlError } from '@celeriac/protocol';

/** Makes the error for a URL that cannot be used; the URL in it is masked. */
export type FailUrl = (problem: string, hint?: string) => InvalidUrlError;

/** Refuses options that nobody knows. @throws {InvalidUrlError} with the one that was meant, by `fail` */
export function checkUrlOptions(query: ReadonlyMap<string, string>, known: readonly string[], fail: FailUrl): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue;
    const meant = closest(name, known);
    throw fail(
      'it has an unknown option',
      meant === undefined ? `Options: ${known.join(', ')}.` : `Did you mean ${meant}?`,
    );
  }
}

/** An option that is a whole number within bounds. @throws {InvalidUrlError} by `fail` */
export function wholeNumberOption(
  query: ReadonlyMap<string, string>,
  name: string,
  fallback: number,
  [least, most]: readonly [number, number],
  fail: FailUrl,
): number {
  const text = query.get(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw fail(`${name} is no whole number from ${least} to ${most}`);
}
