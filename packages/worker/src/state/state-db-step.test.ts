import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@celeriac/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { WorkerInternals } from '../lifecycle/worker-internals.ts';
import { StateDbStep } from './state-db-step.ts';

test('a write that is under way when the worker ends is the last but one, and plans no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-state-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const clock = new FakeClock();
  const warnings: string[] = [];
  const log = { debug() {}, info() {}, error() {}, warning: (text: string) => void warnings.push(text) };
  const lamport = { value: 1, adjust() {} };
  const stateDb = join(folder, 'state');
  let ended: Promise<void> | undefined;
  const worker = {
    runtime: { clock, lamport, logger: { ...log, isEnabled: () => true } },
    options: { stateDb },
    pipeline: {
      learnRevoked() {},
      get revokedIds() {
        lamport.value++;
        // The worker ends in the middle of the write that the timer began.
        if (clock.now() > startMs) ended ??= step.stop(worker);
        return new Map<string, number>();
      },
    },
  } as unknown as WorkerInternals;
  const startMs = clock.now();
  const step = new StateDbStep();
  await step.start(worker);
  await clock.advance(60_000);
  await ended;
  expect(ended).toBeDefined();
  await new Promise((resolve) => setImmediate(resolve));
  expect(clock.pending).toBe(0);
  expect(warnings).toEqual([]);
  expect(JSON.parse(await readFile(stateDb, 'utf8'))).toMatchObject({ clock: lamport.value });
});
