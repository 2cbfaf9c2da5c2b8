import { describe, expect, it } from 'vitest';
import { RandomValues, seededRandom } from './random-values.ts';

describe('RandomValues', () => {
  it('depends on its seed alone', () => {
    const values = (seed: number): unknown[] =>
      Array.from({ length: 50 }, (_, index) => new RandomValues(seed + index).value());
    expect(values(1)).toEqual(values(1));
    expect(values(1)).not.toEqual(values(2));
  });

  it('makes numbers evenly from 0 to below 1', () => {
    const random = seededRandom(42);
    const numbers = Array.from({ length: 10_000 }, random);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(Math.abs(numbers.reduce((sum, one) => sum + one, 0) / 10_000 - 0.5)).toBeLessThan(0.02);
  });

  it('makes every kind of JSON value', () => {
    const kinds = new Set(
      Array.from({ length: 300 }, (_, seed) => {
        const value = new RandomValues(seed).value();
        return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
      }),
    );
    expect([...kinds].sort()).toEqual(['boolean', 'list', 'null', 'number', 'object', 'string']);
  });
});
