import { TestWorker } from '@celeriac/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkRun } from './model/check-run.ts';
import { flows } from './model/flows.ts';
import { ModelApp } from './model/model-app.ts';
import { interpret } from './model/reference.ts';

const RUNS = process.env['CELERIAC_LONG'] === '1' ? 5_000 : 250;

test(`${RUNS} random workflows come to what the reference interpreter says, in memory`, {
  timeout: 600_000,
}, async () => {
  const model = new ModelApp({});
  await using worker = await TestWorker.start(model.app);
  const seed = Number(process.env['CANVAS_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`canvas model: seed ${seed} (CANVAS_SEED runs it again)`);
  let run = 0;
  let tasks = 0;
  await fc.assert(
    fc.asyncProperty(flows(), async (flow) => {
      const prefix = `${run++}-`;
      const expected = interpret(flow);
      model.begin(prefix);
      const result = await model.send(flow);
      // A message between worker and broker is nobody's for a moment; the last round would show what is too much.
      for (let round = 0; round < 20 && model.seen.length < expected.runs.length; round++) await worker.advance(1000);
      await worker.advance(1000);
      tasks += model.seen.length;
      await checkRun(expected, { seen: model.seen, result, prefix, stateOf: (id) => model.app.result(id) });
    }),
    { numRuns: RUNS, seed },
  );
  expect(run).toBeGreaterThanOrEqual(RUNS);
  console.log(`canvas model: ${run} workflows, ${tasks} tasks`);
});
