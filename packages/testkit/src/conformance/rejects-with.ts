import assert from 'node:assert/strict';
import { isCeleriacError } from '@celeriac/protocol';

/** Insists that `error` is an error of Celeriac with one of `codes`. */
export function assertCode(error: unknown, ...codes: readonly string[]): void {
  const shown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  assert(isCeleriacError(error), `expected an error with code ${codes.join(' or ')}, got ${shown}`);
  assert(codes.includes(error.code), `expected code ${codes.join(' or ')}, got ${error.code} (${shown})`);
}

/** Insists that `run` throws or rejects with an error of Celeriac with one of `codes`. */
export async function rejectsWith(run: () => Promise<unknown>, ...codes: readonly string[]): Promise<void> {
  let error: unknown;
  try {
    await run();
  } catch (thrown) {
    error = thrown;
  }
  assert(error !== undefined, `expected a rejection with code ${codes.join(' or ')}, but it resolved`);
  assertCode(error, ...codes);
}
