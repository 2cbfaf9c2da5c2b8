import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterFailure,
  afterLoss,
  afterSuccess,
  currentUrl,
  DEFAULT_RECONNECT_POLICY,
  type FailoverState,
  type ReconnectPolicy,
  startFailover,
} from './failover.ts';

const never = (): number => {
  throw new Error('random was asked for');
};

/** Urls tried and waits after each failure, until the policy gives up or `tries` are over. */
function failAll(urls: number, tries: number, policy: Partial<ReconnectPolicy> = {}): (string | undefined)[] {
  let state = startFailover(urls, 'round-robin', never);
  const seen: (string | undefined)[] = [];
  for (let count = 0; count < tries; count++) {
    const url = currentUrl(state);
    const next = afterFailure(state, { ...DEFAULT_RECONNECT_POLICY, ...policy }, 'round-robin', never);
    seen.push(next && `${url}+${next.delayMs}`);
    if (next === undefined) break;
    state = next.state;
  }
  return seen;
}

describe('fail-over', () => {
  test('one URL: waits 1, 2, 3 … and never more than 32 seconds', () => {
    expect(failAll(1, 4)).toEqual(['0+1000', '0+2000', '0+3000', '0+4000']);
    expect(failAll(1, 60).slice(30)).toEqual(['0+31000', ...new Array(29).fill('0+32000')]);
  });

  test('several URLs: the next at once, a wait after each round', () => {
    expect(failAll(3, 7)).toEqual(['0+0', '1+0', '2+1000', '0+0', '1+0', '2+2000', '0+0']);
  });

  test('gives up after the first try and maxRetries more', () => {
    expect(failAll(1, 10, { maxRetries: 2 })).toEqual(['0+1000', '0+2000', undefined]);
    expect(failAll(1, 200)).toHaveLength(101);
  });

  test.each([0, null])('%s retries means for ever', (maxRetries) => {
    expect(failAll(1, 500, { maxRetries })).toHaveLength(500);
  });

  test('a success begins the count anew', () => {
    const policy = DEFAULT_RECONNECT_POLICY;
    let state: FailoverState = startFailover(1, 'round-robin', never);
    for (let count = 0; count < 5; count++) state = afterFailure(state, policy, 'round-robin', never)!.state;
    state = afterSuccess(state);
    expect(afterFailure(state, policy, 'round-robin', never)?.delayMs).toBe(1000);
  });

  test('a lost connection goes on with the next URL, at once', () => {
    const state = startFailover(2, 'round-robin', never);
    const next = afterLoss(state, 60_000, DEFAULT_RECONNECT_POLICY, 'round-robin', never);
    expect([currentUrl(next.state), next.delayMs]).toEqual([1, 0]);
  });

  test('a connection that hardly lived is followed by a wait', () => {
    const state = startFailover(1, 'round-robin', never);
    expect(afterLoss(state, 10, DEFAULT_RECONNECT_POLICY, 'round-robin', never).delayMs).toBe(1000);
  });

  test('shuffle: every URL once a round, no URL twice in a row', () => {
    const randoms = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), randoms, (urls, stream) => {
        const random = (): number => stream.next().value;
        let state = startFailover(urls, 'shuffle', random);
        const tried: number[] = [];
        for (let count = 0; count < urls * 4; count++) {
          tried.push(currentUrl(state));
          state = afterFailure(state, { ...DEFAULT_RECONNECT_POLICY, maxRetries: null }, 'shuffle', random)!.state;
        }
        for (let round = 0; round < 4; round++) {
          expect(new Set(tried.slice(round * urls, (round + 1) * urls)).size).toBe(urls);
        }
        expect(tried.some((url, index) => url === tried[index - 1])).toBe(false);
      }),
    );
  });
});
