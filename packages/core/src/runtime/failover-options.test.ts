import { expect, test } from 'vitest';
import { failoverOptions } from './failover-options.ts';

test("kombu's waits between two connections are seconds there and milliseconds here", () => {
  const given = { max_retries: 3, interval_start: 0, intervalStep: 0.2, interval_max: 1, visibility_timeout: 5 };
  expect(failoverOptions(given)).toEqual({
    policy: { maxRetries: 3, intervalStartMs: 0, intervalStepMs: 200, intervalMaxMs: 1000 },
    options: { visibility_timeout: 5 },
  });
  expect(failoverOptions({ max_retries: null }).policy).toEqual({ maxRetries: null });
});

test.each(['often', -1, Number.NaN])('%j is no number of retries', (value) => {
  expect(() => failoverOptions({ max_retries: value })).toThrow(
    expect.objectContaining({ code: 'CLR_CONFIGURATION', key: 'brokerTransportOptions.max_retries' }),
  );
});
