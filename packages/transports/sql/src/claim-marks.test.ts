import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClaimMarks, LINE_SPAN } from './claim-marks.ts';

/** Lines of priority 0, the last one. */
const line = (id: number): number => 9 * LINE_SPAN + id;

describe('claim marks', () => {
  test('begin at the beginning of every priority', () => {
    const marks = new ClaimMarks();
    expect(marks.starts).toEqual(Array.from({ length: 10 }, (_, level) => level * LINE_SPAN));
    expect(marks.moved).toBe(false);
  });

  test('move to what was taken only after a later claim found nothing before it', () => {
    const marks = new ClaimMarks();
    marks.learn({ lines: [line(1), line(2)], limit: 2, lastId: 9, atMs: 0 });
    marks.learn({ lines: [line(3), line(4)], limit: 2, lastId: 9, atMs: 100 });
    expect(marks.starts[9]).toBe(line(0));
    marks.learn({ lines: [line(5), line(6)], limit: 2, lastId: 9, atMs: 300 });
    expect(marks.starts[9]).toBe(line(2));
    expect(marks.moved).toBe(true);
  });

  test('a claim that was not filled has seen all priorities to the end', () => {
    const marks = new ClaimMarks();
    marks.learn({ lines: [line(7)], limit: 5, lastId: 7, atMs: 0 });
    marks.learn({ lines: [line(8)], limit: 5, lastId: 8, atMs: 250 });
    expect(marks.starts).toEqual(Array.from({ length: 10 }, (_, level) => level * LINE_SPAN + 7));
  });

  test('a claim that was filled says nothing about the priorities below its last message', () => {
    const marks = new ClaimMarks();
    for (const atMs of [0, 300]) marks.learn({ lines: [4, 5], limit: 2, lastId: 9, atMs });
    expect(marks.starts.slice(1)).toEqual(Array.from({ length: 9 }, (_, level) => (level + 1) * LINE_SPAN));
    expect(marks.starts[0]).toBe(5);
  });

  test('a reset looks at everything again', () => {
    const marks = new ClaimMarks();
    for (const atMs of [0, 300]) marks.learn({ lines: [line(1)], limit: 5, lastId: 3, atMs });
    marks.reset();
    expect(marks.moved).toBe(false);
  });
});

/** One queue in a database: ids are given out, and committed up to 200 ms later. */
test('whatever the order of commits and claims, nothing committed within its time is left behind', () => {
  const step = fc.record({
    waitMs: fc.integer({ min: 1, max: 400 }),
    messages: fc.array(
      fc.record({ priority: fc.integer({ min: 0, max: 9 }), lateMs: fc.integer({ min: 0, max: 200 }) }),
      {
        maxLength: 8,
      },
    ),
    limit: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const marks = new ClaimMarks();
      const waiting = new Map<number, { line: number; fromMs: number }>();
      let [nowMs, lastId] = [0, 0];
      const claim = (limit: number): void => {
        const visible = [...waiting.values()].filter(({ fromMs }) => fromMs <= nowMs);
        const ready = visible
          .map((one) => one.line)
          .filter((place) => place > marks.starts[Math.floor(place / LINE_SPAN)]!);
        const lines = ready.sort((one, other) => one - other).slice(0, limit);
        for (const place of lines) waiting.delete(place);
        // As the database has it: an empty claim answers with no row, and so with no id.
        if (lines.length > 0) marks.learn({ lines, limit, lastId, atMs: nowMs });
      };
      for (const { waitMs, messages, limit } of steps) {
        nowMs += waitMs;
        for (const { priority, lateMs } of messages) {
          const place = (9 - priority) * LINE_SPAN + ++lastId;
          waiting.set(place, { line: place, fromMs: nowMs + lateMs });
        }
        claim(limit);
      }
      nowMs += 1000;
      for (let left = waiting.size; left >= 0; left--) claim(1);
      expect([...waiting.keys()]).toEqual([]);
    }),
  );
});
