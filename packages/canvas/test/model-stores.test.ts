import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { useService } from '@celeriac/tooling/services';
import { Worker } from '@celeriac/worker';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { checkRun } from './model/check-run.ts';
import { flows } from './model/flows.ts';
import { ModelApp } from './model/model-app.ts';
import { type Expected, interpret } from './model/reference.ts';

const RUNS = process.env['CELERIAC_LONG'] === '1' ? 400 : 25;
const PATIENCE_MS = 30_000;

const folder = mkdtempSync(join(tmpdir(), 'canvas-model-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const redis = await useService('redis');
const sqlite = `sqlite:///${folder}/model.db`;

describe.each([
  ['Redis', redis.skipped === undefined ? redis.url : undefined],
  ['SQLite', sqlite],
])('random workflows on %s', (name, url) => {
  test.skipIf(url === undefined)(
    `${RUNS} of them come to what the reference says`,
    { timeout: 1_800_000 },
    async () => {
      const queue = `canvas-model-${process.pid}`;
      const model = new ModelApp({ broker: url, backend: url, taskDefaultQueue: queue, resultExpires: 600 });
      const worker = new Worker(model.app, { pool: 'async', concurrency: 8 });
      await worker.start(AbortSignal.timeout(30_000));
      const seed = Number(process.env['CANVAS_SEED'] ?? Date.now() % 2 ** 31);
      console.log(`canvas model on ${name}: seed ${seed} (CANVAS_SEED runs it again)`);
      let run = 0;
      try {
        await fc.assert(
          fc.asyncProperty(flows(), async (flow) => {
            const prefix = `${process.pid}-${seed}-${run++}-`;
            const expected = interpret(flow);
            model.begin(prefix);
            const result = await model.send(flow);
            await done(model, expected, prefix);
            await checkRun(expected, { seen: model.seen, result, prefix, stateOf: (id) => model.app.result(id) });
          }),
          // A smaller example is found in memory: here every try may take a minute.
          { numRuns: RUNS, seed, endOnFailure: true },
        );
      } finally {
        await worker.stop(5_000);
        await model.app.close();
      }
      expect(run).toBeGreaterThanOrEqual(RUNS);
    },
  );
});

/** Waits until everything was seen that should be, and every task has its end; checks come after. */
async function done(model: ModelApp, expected: Expected, prefix: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const ids = [...expected.ends.keys()];
  while (performance.now() < deadline) {
    if (model.seen.length >= expected.runs.length) {
      const ready = await Promise.all(ids.map((id) => model.app.result(prefix + id).ready()));
      if (ready.every(Boolean)) return;
    }
    await sleep(3);
  }
}
