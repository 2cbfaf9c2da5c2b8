import { type AsyncResult, isCeleriacError, type ResultNode } from '@celeriac/core';
import { expect } from 'vitest';
import type { End, Expected } from './reference.ts';

/** What one run of a workflow came to, as far as it can be seen. */
export interface Observed {
  readonly seen: readonly string[];
  readonly result: ResultNode;
  readonly prefix: string;
  readonly stateOf: (id: string) => AsyncResult;
}

/** Compares a run with what the reference says. */
export async function checkRun(expected: Expected, { seen, result, prefix, stateOf }: Observed): Promise<void> {
  expect([...seen].sort()).toEqual([...expected.runs].sort());
  for (const [before, after] of expected.order) {
    const first = before.startsWith('^');
    const at = first ? seen.indexOf(before.slice(1)) : seen.lastIndexOf(before);
    if (before !== after) expect(seen.lastIndexOf(after), `${after} after ${before}`).toBeGreaterThan(at);
  }
  const ends = [...expected.ends.keys()];
  const found = await Promise.all(ends.map((id) => endOf(stateOf(prefix + id), prefix)));
  expect(Object.fromEntries(ends.map((id, index) => [id, found[index]]))).toEqual(
    Object.fromEntries(ends.map((id) => [id, expected.ends.get(id)])),
  );
  const parts = result.members === undefined ? [result] : result.members;
  if (!expected.isMany) expect(await endOf(parts[0] as AsyncResult, prefix)).toEqual(expected.parts[0]?.end);
  else if (expected.parts.every(({ end }) => 'value' in end)) {
    const values = expected.parts.map(({ end }) => ('value' in end ? end.value : undefined));
    expect(flat(await result.get({ timeoutMs: 1000 }))).toEqual(flat(values));
  }
}

/** Groups within groups give lists of lists; the reference has one list of all their results. */
function flat(value: unknown): unknown {
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : value;
}

async function endOf(result: AsyncResult, prefix: string): Promise<End | string> {
  const state = await result.state();
  if (state !== 'SUCCESS' && state !== 'FAILURE') return state;
  try {
    return { value: await result.get({ timeoutMs: 1000, followParents: false }) };
  } catch (error) {
    if (!isCeleriacError(error, 'CLR_TASK_FAILED')) throw error;
    const { excType, excMessage } = error as unknown as { excType: string; excMessage: readonly unknown[] };
    return { error: { type: excType, message: String(excMessage[0]).replaceAll(prefix, '') } };
  }
}
