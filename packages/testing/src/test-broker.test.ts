import { describe, expect, test } from 'vitest';
import { TestBroker } from './test-broker.ts';

describe('TestBroker', () => {
  test.each([[new Date('nonsense')], [Number.NaN], [1e99]])('refuses %s as its time', (now) => {
    expect(() => new TestBroker({ now })).toThrow(RangeError);
  });

  test('starts at the machine time and stands still', async () => {
    const before = Date.now();
    const broker = new TestBroker();
    const { now } = broker;
    expect(now.getTime()).toBeGreaterThanOrEqual(before);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(broker.now).toEqual(now);
  });

  test('gives up on a clock that would stop for ever, and says where', async () => {
    const broker = new TestBroker({ now: 0 });
    const again = (): void => void broker.clock.setTimer(1, again);
    again();
    await expect(broker.advance({ days: 365 })).rejects.toMatchObject({
      code: 'CLR_TEST_ENDLESS_TIMERS',
      now: new Date(50_000),
    });
  });
});
