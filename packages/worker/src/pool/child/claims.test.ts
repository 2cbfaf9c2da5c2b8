import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Claims, MOST_CLAIMS } from './claims.ts';
import { RecallLines } from './recall-lines.ts';

describe('Claims', () => {
  it('gives each job to one of both, whoever asks first, and says so again', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 3 * MOST_CLAIMS }), (takers) => {
        const runner = new Claims();
        const other = new Claims(runner.buffer);
        for (const [index, isTaken] of takers.entries()) {
          const job = index + 1;
          const results = isTaken ? [other.take(job), runner.start(job)] : [runner.start(job), other.take(job)];
          expect(results).toEqual([true, false]);
          expect(isTaken ? other.take(job) : runner.start(job)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('RecallLines', () => {
  it('reads what was written, wherever it is cut', () => {
    const lists = fc.array(fc.array(fc.nat(100_000), { maxLength: 9 }), { maxLength: 9 });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 7 }), (sent, size) => {
        const read: (readonly number[])[] = [];
        const lines = new RecallLines((jobs) => read.push(jobs));
        const bytes = Buffer.from(sent.map((jobs) => RecallLines.of(jobs)).join(''));
        for (let at = 0; at < bytes.length; at += size) lines.read(bytes.subarray(at, at + size));
        expect(read).toEqual(sent);
      }),
    );
  });
});
