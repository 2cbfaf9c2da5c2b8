import { describe, expect, it } from 'vitest';
import { TaskTimes } from './task-times.ts';

describe('TaskTimes', () => {
  it('knows nothing of what it has not seen', () => {
    expect(new TaskTimes().isShort('a')).toBe(false);
  });

  it('takes a kind for short by its runs, for long after one surprise, and for short again after many more', () => {
    const times = new TaskTimes();
    times.note('a', 0.1);
    expect([times.isShort('a'), times.isShort('b')]).toEqual([true, false]);
    times.note('a', 30);
    expect(times.isShort('a')).toBe(false);
    for (let run = 0; run < 20; run++) times.note('a', 0.1);
    expect(times.isShort('a')).toBe(false);
    for (let run = 0; run < 20; run++) times.note('a', 0.1);
    expect(times.isShort('a')).toBe(true);
  });
});
