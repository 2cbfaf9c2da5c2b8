import { describe, expect, test } from 'vitest';
import { PrefetchWindow } from './prefetch-window.ts';

describe('PrefetchWindow', () => {
  test('counts what is held against the limit', () => {
    const window = new PrefetchWindow(4);
    expect(window.free).toBe(4);
    window.take(3);
    expect([window.held, window.free]).toEqual([3, 1]);
    window.settle(2);
    expect([window.held, window.free]).toEqual([1, 3]);
  });

  test('a smaller limit frees nothing until enough is settled', () => {
    const window = new PrefetchWindow(4);
    window.take(4);
    window.resize(2);
    expect(window.free).toBe(0);
    window.settle(2);
    expect(window.free).toBe(0);
    window.settle(1);
    expect(window.free).toBe(1);
    window.resize(10);
    expect(window.free).toBe(9);
  });

  test('what is being settled has given its place away, for two windows at most', () => {
    const window = new PrefetchWindow(1);
    const claims = [1, 2, 3].map(() => {
      window.take(1);
      return [window.claim(), window.free];
    });
    expect(claims).toEqual([
      [true, 1],
      [true, 1],
      [false, 0],
    ]);
    window.confirm();
    expect([window.claim(), window.free]).toEqual([true, 1]);
  });

  test('a settlement that failed takes its place again', () => {
    const window = new PrefetchWindow(2);
    window.take(2);
    window.claim();
    window.unclaim();
    expect([window.held, window.free, window.claim(), window.claim()]).toEqual([2, 0, true, true]);
  });

  test('there is always room where there is no limit', () => {
    const window = new PrefetchWindow(0);
    window.take(5000);
    expect(window.free).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s as a limit', (limit) => {
    expect(() => new PrefetchWindow(limit)).toThrow(RangeError);
    expect(() => new PrefetchWindow(1).resize(limit)).toThrow(RangeError);
  });
});
