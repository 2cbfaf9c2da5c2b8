import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

describe('system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('C1: waits out delays that Node would fire at once', () => {
    let runs = 0;
    const days = 60 * 86_400_000;
    systemClock.setTimer(days, () => {
      runs += 1;
    });
    vi.advanceTimersByTime(days - 1);
    expect(runs).toBe(0);
    vi.advanceTimersByTime(1);
    expect(runs).toBe(1);
  });

  it('cancels at any time, in the second leg of a long wait too', () => {
    let runs = 0;
    const timer = systemClock.setTimer(2 ** 32, () => {
      runs += 1;
    });
    vi.advanceTimersByTime(2 ** 31 + 5);
    timer.cancel();
    timer.cancel();
    vi.advanceTimersByTime(2 ** 33);
    expect(runs).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes negative delays and NaN for 0', () => {
    let runs = 0;
    for (const delay of [-5, Number.NaN, Number.NEGATIVE_INFINITY])
      systemClock.setTimer(delay, () => runs++, { ref: false });
    vi.advanceTimersByTime(1);
    expect(runs).toBe(3);
  });
});
