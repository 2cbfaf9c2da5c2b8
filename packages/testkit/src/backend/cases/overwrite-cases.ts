import assert from 'node:assert/strict';
import type { ResultMeta } from '@celeriac/protocol';
import { assertMeta, failureMeta, loadOne, resultMeta, storeOne } from '../case-results.ts';
import type { BackendCase } from './backend-case.ts';
import { needsShared } from './needs-shared.ts';

const UNFINISHED: Partial<ResultMeta> = { date_done: null };

/** A SUCCESS stands for ever, the end of a task against a RETRY; every other state gives way. */
export const overwriteCases: readonly BackendCase[] = [
  {
    name: 'never overwrites a SUCCESS',
    async run(harness) {
      const backend = await harness.connect();
      const id = harness.id('final');
      await storeOne(backend, resultMeta(id, 'first'));
      await storeOne(backend, failureMeta(id, 'late'), 'final');
      await storeOne(backend, resultMeta(id, 'second'), 'final');
      await storeOne(backend, resultMeta(id, null, { ...UNFINISHED, status: 'STARTED' }), 'final');
      assertMeta(await loadOne(backend, id), resultMeta(id, 'first'));
    },
  },
  {
    name: 'never overwrites the SUCCESS of another client',
    needs: needsShared,
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const id = harness.id('final-shared');
      await storeOne(first, resultMeta(id, 'first'));
      await storeOne(second, failureMeta(id, 'late'), 'final');
      assertMeta(await loadOne(first, id), resultMeta(id, 'first'));
    },
  },
  {
    name: 'never lets the RETRY of an attempt overwrite the end of the next one',
    async run(harness) {
      const backend = await harness.connect();
      const retry = (id: string): ResultMeta => resultMeta(id, null, { ...UNFINISHED, status: 'RETRY' });
      const [late, both, again] = [harness.id('late-retry'), harness.id('batch-retry'), harness.id('retries')];
      await storeOne(backend, failureMeta(late, 'the end'));
      await storeOne(backend, retry(late), 'final');
      assertMeta(await loadOne(backend, late), failureMeta(late, 'the end'));
      const report = await backend.store([{ meta: failureMeta(both, 'the end') }, { meta: retry(both) }]);
      assert.deepEqual(report.outcomes, ['stored', 'final']);
      assertMeta(await loadOne(backend, both), failureMeta(both, 'the end'));
      for (const step of [retry(again), retry(again), failureMeta(again, 'the end')]) await storeOne(backend, step);
      assertMeta(await loadOne(backend, again), failureMeta(again, 'the end'));
    },
  },
  {
    name: 'overwrites every other state',
    async run(harness) {
      const backend = await harness.connect();
      const id = harness.id('steps');
      const steps = [
        resultMeta(id, { pid: 1 }, { ...UNFINISHED, status: 'STARTED' }),
        resultMeta(id, { done: 1 }, { ...UNFINISHED, status: 'PROGRESS' }),
        failureMeta(id, 'first try'),
        resultMeta(id, 'at last'),
      ];
      for (const step of steps) {
        await storeOne(backend, step);
        assertMeta(await loadOne(backend, id), step);
      }
    },
  },
  {
    name: 'judges each result of a batch by itself',
    async run(harness) {
      const backend = await harness.connect();
      const [done, fresh] = [harness.id('done'), harness.id('fresh')];
      await storeOne(backend, resultMeta(done, 'kept'));
      const report = await backend.store([{ meta: failureMeta(done, 'late') }, { meta: resultMeta(fresh, 'new') }]);
      assert.deepEqual(report.outcomes, ['final', 'stored']);
      assertMeta(await loadOne(backend, done), resultMeta(done, 'kept'));
      assertMeta(await loadOne(backend, fresh), resultMeta(fresh, 'new'));
    },
  },
];
