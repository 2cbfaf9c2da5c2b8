import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { useService } from '@celeriac/tooling/services';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chain, chord, group } from '../src/index.ts';
import type { ChordReport } from './figures-app.ts';

// Times are asked of the full size only, on a machine with nothing else to do; the small one shows that it works.
const LONG = process.env['CELERIAC_LONG'] === '1';
const MEMBERS = LONG ? 10_000 : 1_000;
const ROUNDS = LONG ? 5 : 1;
const TRIPS = LONG ? 500 : 50;
const STEPS = 100;
const MB = 2 ** 20;

const redis = await useService('redis');

describe.skipIf(redis.skipped !== undefined)('on Redis, one worker in a process of its own', () => {
  const url = redis.skipped === undefined ? redis.url : '';
  const name = `figures-${process.pid}`;
  const settings = { broker: url, backend: url, taskDefaultQueue: name, resultExpires: 600 };
  let worker: ChildProcess;
  const app = new Celeriac(name, { ...settings, configFile: false, environment: {}, logLevel: 'error' });
  const member = app.foreign<[number], number>('figures.member');
  const body = app.foreign<[readonly number[]], ChordReport>('figures.body');
  const add = app.foreign<[number], number>('figures.add');
  const memory = app.foreign<[], number>('figures.memory');
  const header = (count: number) => Array.from({ length: count }, (_, n) => member.s(n));

  beforeAll(async () => {
    worker = fork(fileURLToPath(new URL('figures-worker-main.ts', import.meta.url)), [], {
      execArgv: ['--conditions=@celeriac/source', '--expose-gc'],
      env: { ...process.env, CANVAS_FIGURES: JSON.stringify(settings) },
    });
    await once(worker, 'message');
    for (let round = 0; round < 3; round++) await (await chord(header(500), body.s()).delay()).get(PATIENCE);
  }, 60_000);
  afterAll(async () => {
    worker.kill('SIGKILL');
    await app.close();
  });

  test(`a chord of ${MEMBERS}`, { timeout: 240_000 }, async () => {
    const figures: ChordFigures[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const groupMs = await timed(async () => (await group(header(MEMBERS)).delay()).get(PATIENCE));
      const before = await (await memory.delay()).get(PATIENCE);
      let report: ChordReport | undefined;
      const chordMs = await timed(async () => {
        report = await (await chord(header(MEMBERS), body.s()).delay()).get(PATIENCE);
      });
      const { members, lastEndAtMs, startAtMs, memoryBytes } = report!;
      expect(members).toBe(MEMBERS);
      figures.push({
        ratio: chordMs / groupMs,
        groupMs,
        chordMs,
        bodyAfterEndMs: startAtMs - lastEndAtMs,
        grownMb: (memoryBytes - before) / MB,
      });
    }
    console.log(`chord of ${MEMBERS}, median of ${ROUNDS}: ${JSON.stringify(medians(figures))}`);
    const { ratio, bodyAfterEndMs, grownMb } = medians(figures);
    expect(grownMb).toBeLessThan(150);
    if (!LONG) return;
    expect(ratio).toBeLessThan(1.4);
    expect(bodyAfterEndMs).toBeLessThan(50);
  });

  test(`a chain of ${STEPS}`, { timeout: 120_000 }, async () => {
    const next = app.signature('figures.add');
    const steps = Array.from({ length: STEPS - 1 }, () => next);
    const rounds: ChainFigures[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      // A chain is a sum of steps, so it is held against the mean of what one task takes, just before.
      const tripsMs = await timed(async () => {
        for (let n = 0; n < TRIPS; n++) await (await add.delay(1)).get(PATIENCE);
      });
      const chainMs = await timed(async () => {
        expect(await (await chain([add.s(0), ...steps]).delay()).get(PATIENCE)).toBe(STEPS);
      });
      rounds.push({ tripMs: tripsMs / TRIPS, chainMs, ratio: (chainMs * TRIPS) / tripsMs });
    }
    console.log(`chain of ${STEPS}, median of ${ROUNDS}: ${JSON.stringify(medians(rounds))}`);
    if (LONG) expect(medians(rounds).ratio).toBeLessThan(150);
  });
});

test('the message of a chain grows with its length, and not faster', () => {
  const app = new Celeriac('sizes', { configFile: false, environment: {} });
  const add = app.task('add', (n: number) => n + 1);
  const size = (steps: number) => JSON.stringify(chain(Array.from({ length: steps }, () => add.s(1)))).length;
  const [ten, hundred, thousand] = [size(10), size(100), size(1000)];
  expect((thousand - hundred) / 900).toBeCloseTo((hundred - ten) / 90, 0);
});

const PATIENCE = { timeoutMs: 60_000 };

interface ChainFigures {
  readonly tripMs: number;
  readonly chainMs: number;
  readonly ratio: number;
}

interface ChordFigures {
  readonly ratio: number;
  readonly groupMs: number;
  readonly chordMs: number;
  /** From the end of the last header task, before its result is stored, to the start of the body. */
  readonly bodyAfterEndMs: number;
  readonly grownMb: number;
}

/** Of each figure by itself. */
function medians<Figures extends object>(rounds: readonly Figures[]): { readonly [name in keyof Figures]: number } {
  const names = Object.keys(rounds[0]!) as (keyof Figures)[];
  const entries = names.map((name) => [name, Number(median(rounds.map((one) => Number(one[name]))).toFixed(2))]);
  return Object.fromEntries(entries) as { readonly [name in keyof Figures]: number };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
