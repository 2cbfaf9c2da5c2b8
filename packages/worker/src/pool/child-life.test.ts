import { afterEach, expect, it, vi } from 'vitest';
import { ChildLife } from './child-life.ts';
import type { PoolChild, PoolChildOptions } from './pool-child.ts';

afterEach(() => void vi.useRealTimers());

function lifeOf(kills: string[]): ChildLife {
  const child = { kill: () => kills.push('killed') } as unknown as PoolChild;
  const options = { aliveTimeoutMs: 60_000, setup: { appModule: 'app' }, onEnded: () => {}, onGone: () => {} };
  return new ChildLife(child, options as unknown as PoolChildOptions);
}

it.each(['fatal', 'failed'] as const)('a child that said it ends (%s) and does not is killed', (kind) => {
  vi.useFakeTimers();
  const kills: string[] = [];
  lifeOf(kills).receive({ kind, reason: 'why' });
  vi.advanceTimersByTime(1499);
  expect(kills).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(kills).toEqual(['killed']);
});

it('a child that ends when it said so is left alone', async () => {
  vi.useFakeTimers();
  const kills: string[] = [];
  const life = lifeOf(kills);
  life.receive({ kind: 'fatal', reason: 'why' });
  life.over(1, null);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([kills, life.reason]).toEqual([[], 'why']);
});
