import { describe, expect, it } from 'vitest';
import { ExpiringMap } from './expiring-map.ts';

describe('ExpiringMap', () => {
  it('never reads what has expired, and gives its room back at once', () => {
    const map = new ExpiringMap<string>();
    map.set('a', 'x', 10);
    expect([map.get('a', 9), map.get('a', 10), map.size]).toEqual(['x', undefined, 0]);
  });

  it('keeps for ever without a time', () => {
    const map = new ExpiringMap<string>();
    map.set('a', 'x', undefined);
    map.sweep(10, 1e15);
    expect(map.get('a', 1e15)).toBe('x');
  });

  it('sweeps a bounded number of entries, goes round, and is not stopped by one that stays', () => {
    const map = new ExpiringMap<number>();
    map.set('stays', 0, undefined);
    for (let index = 0; index < 100; index += 1) map.set(`t${index}`, index, 10);
    map.sweep(11, 20);
    expect(map.size).toBe(91);
    for (let round = 0; round < 20; round += 1) map.sweep(11, 20);
    expect(map.size).toBe(1);
  });

  it('takes any key as data', () => {
    const map = new ExpiringMap<number>();
    expect(map.get('__proto__', 0)).toBeUndefined();
    map.set('__proto__', 1, undefined);
    expect(map.get('__proto__', 0)).toBe(1);
  });
});
