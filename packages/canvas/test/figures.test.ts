import { Celeriac } from '@celeriac/core';
import { silentLogger } from '@celeriac/protocol';
import { useService } from '@celeriac/tooling/services';
import { Worker } from '@celeriac/worker';
import { expect, test } from 'vitest';
import { chain, chord, group } from '../src/index.ts';

// The figures are those of the full size; what a busy machine can hold is asked of the small one.
const LONG = process.env['CELERIAC_LONG'] === '1';
const MEMBERS = LONG ? 10_000 : 1_000;
const STEPS = 100;

const redis = await useService('redis');

test.skipIf(redis.skipped !== undefined)(
  `a chord of ${MEMBERS} and a chain of ${STEPS} on Redis`,
  { timeout: 300_000 },
  async () => {
    const url = redis.skipped === undefined ? redis.url : '';
    const name = `figures-${process.pid}`;
    const settings = { taskDefaultQueue: name, resultExpires: 600, configFile: false, environment: {} } as const;
    await using app = new Celeriac(name, { broker: url, backend: url, logger: silentLogger, ...settings });
    let headerAt = 0;
    let bodyAt = 0;
    const member = app.task('figures.member', (n: number) => n);
    const body = app.task('figures.body', (numbers: readonly number[]) => {
      bodyAt = performance.now();
      return numbers.length;
    });
    const add = app.task('figures.add', (n: number) => n + 1);
    const worker = new Worker(app, { pool: 'async', concurrency: 16, prefetchMultiplier: 16 });
    await worker.start(AbortSignal.timeout(30_000));
    try {
      const members = () => Array.from({ length: MEMBERS }, (_, n) => member.s(n));
      await (await group(members().slice(0, 200)).delay()).get({ timeoutMs: 30_000 });
      const groupMs = await timed(async () => (await group(members()).delay()).get({ timeoutMs: 120_000 }));
      const before = process.memoryUsage().rss;
      const chordMs = await timed(async () => {
        const sent = await chord(members(), body.s()).delay();
        const last = sent.parent?.get({ timeoutMs: 120_000 }).then(() => {
          headerAt = performance.now();
        });
        expect(await sent.get({ timeoutMs: 120_000 })).toBe(MEMBERS);
        await last;
      });
      const grownMb = (process.memoryUsage().rss - before) / 2 ** 20;
      const startMs = bodyAt - headerAt;
      const roundTrips: number[] = [];
      for (let n = 0; n < 30; n++)
        roundTrips.push(await timed(async () => (await add.delay(1)).get({ timeoutMs: 10_000 })));
      const oneMs = roundTrips.sort((a, b) => a - b)[15]!;
      const next = app.signature('figures.add');
      const steps = Array.from({ length: STEPS - 1 }, () => next);
      const chainMs = await timed(async () => {
        expect(await (await chain([add.s(0), ...steps]).delay()).get({ timeoutMs: 60_000 })).toBe(STEPS);
      });
      console.log(
        `chord of ${MEMBERS}: ${Math.round(chordMs)} ms, group ${Math.round(groupMs)} ms (x${(chordMs / groupMs).toFixed(2)}), ` +
          `body ${startMs.toFixed(1)} ms after the last header result, +${Math.round(grownMb)} MB; ` +
          `chain of ${STEPS}: ${Math.round(chainMs)} ms, one task ${oneMs.toFixed(2)} ms (x${(chainMs / oneMs).toFixed(0)})`,
      );
      expect(grownMb).toBeLessThan(150);
      expect(chainMs / oneMs).toBeLessThan(LONG ? 150 : 300);
      expect(chordMs / groupMs).toBeLessThan(LONG ? 1.4 : 4);
      expect(startMs).toBeLessThan(1_000);
    } finally {
      await worker.stop(5_000);
    }
  },
);

test('the message of a chain grows with its length, and not faster', () => {
  const app = new Celeriac('sizes', { configFile: false, environment: {} });
  const add = app.task('add', (n: number) => n + 1);
  const size = (steps: number) => JSON.stringify(chain(Array.from({ length: steps }, () => add.s(1)))).length;
  const [ten, hundred, thousand] = [size(10), size(100), size(1000)];
  expect((thousand - hundred) / 900).toBeCloseTo((hundred - ten) / 90, 0);
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
