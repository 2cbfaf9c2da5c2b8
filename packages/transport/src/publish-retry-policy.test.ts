import { describe, expect, test } from 'vitest';
import { DEFAULT_PUBLISH_RETRY_POLICY, type PublishRetryPolicy, publishRetryDelayMs } from './publish-retry-policy.ts';

function delays(policy: Partial<PublishRetryPolicy>, count: number): (number | undefined)[] {
  const whole = { ...DEFAULT_PUBLISH_RETRY_POLICY, ...policy };
  return Array.from({ length: count }, (_, retries) => publishRetryDelayMs(whole, retries));
}

describe('publish retries', () => {
  test.each<[string, Partial<PublishRetryPolicy>, (number | undefined)[]]>([
    ['by default three: at once, 0.2 s, 0.4 s', {}, [0, 200, 400, undefined, undefined]],
    ['none', { maxRetries: 0 }, [undefined]],
    ['for ever', { maxRetries: null, intervalMax: 0.4 }, [0, 200, 400, 400, 400, 400]],
    [
      'from a start, up to start plus maximum',
      { maxRetries: null, intervalStart: 1, intervalStep: 1, intervalMax: 2 },
      [1000, 2000, 3000, 3000],
    ],
    [
      'the last step within the maximum repeats',
      { maxRetries: null, intervalStep: 0.4, intervalMax: 1 },
      [0, 400, 800, 800],
    ],
    ['no steps', { maxRetries: 2, intervalStart: 0.5, intervalStep: 0 }, [500, 500, undefined]],
    [
      'the maximum is reached exactly in spite of binary fractions',
      { maxRetries: null, intervalStep: 0.1, intervalMax: 0.3 },
      [0, 100, 200, 300, 300],
    ],
  ])('%s', (_name, policy, expected) => {
    expect(delays(policy, expected.length)).toEqual(expected);
  });
});
