import { expect } from 'vitest';

/** The node that most tests have. */
export const NODE = 'w1@host1';
/** Waits for one answer, as long as a busy machine may need. */
export const ANSWERS = { timeoutMs: 20_000, limit: 1 } as const;
export const REPLY = { ...ANSWERS, reply: true } as const;

/** What the only node answered. */
export async function only<Value>(answers: Promise<ReadonlyMap<string, Value>>): Promise<Value> {
  const all = await answers;
  expect([...all.keys()]).toEqual([NODE]);
  return all.get(NODE)!;
}

/** What it replied to a command. */
export async function said(
  answers: Promise<readonly { readonly node: string; readonly value: unknown }[]>,
): Promise<unknown> {
  const [reply] = await answers;
  expect(reply?.node).toBe(NODE);
  return reply?.value;
}
