import assert from 'node:assert/strict';
import type { ResultMeta } from '@celeriac/protocol';
import { assertMeta, failureMeta, loadOne, resultMeta, storeOne } from '../case-results.ts';
import type { BackendCase } from './backend-case.ts';
import { needsShared } from './needs-shared.ts';

const UNFINISHED: Partial<ResultMeta> = { date_done: null };
const VALUES: readonly unknown[] = [
  0,
  -1.5,
  '',
  'grüße 你好 🌱 "quoted" \\ \n\u2028',
  true,
  null,
  [],
  [1, [2, [3, null]]],
  {},
  { a: { b: [{ c: 'd' }] }, 'with space': 1 },
  Number.MAX_SAFE_INTEGER,
  'x'.repeat(100_000),
];

/** What is stored is what is loaded, by anyone. */
export const resultCases: readonly BackendCase[] = [
  {
    name: 'knows nothing of an id that was never stored',
    async run(harness) {
      const backend = await harness.connect();
      assert.deepEqual(await backend.load([harness.id('unknown')]), [undefined]);
      assert.deepEqual(await backend.load([]), []);
      assert.deepEqual((await backend.store([])).outcomes, []);
    },
  },
  {
    name: 'stores and loads every state',
    async run(harness) {
      const backend = await harness.connect();
      const metas = [
        resultMeta(harness.id('success'), 42),
        failureMeta(harness.id('failure'), 'wrong'),
        resultMeta(harness.id('started'), { pid: 1, hostname: 'h' }, { ...UNFINISHED, status: 'STARTED' }),
        resultMeta(
          harness.id('retry'),
          { exc_type: 'Retry', exc_message: ['in 3 s', null, null], exc_module: 'celery.exceptions' },
          { ...UNFINISHED, status: 'RETRY', traceback: 'tb' },
        ),
        resultMeta(
          harness.id('revoked'),
          { exc_type: 'TaskRevokedError', exc_message: ['expired'], exc_module: 'celery.exceptions' },
          { status: 'REVOKED' },
        ),
        resultMeta(harness.id('progress'), { done: 3, total: 10 }, { ...UNFINISHED, status: 'PROGRESS' }),
      ];
      for (const meta of metas) await storeOne(backend, meta);
      for (const meta of metas) assertMeta(await loadOne(backend, meta.task_id), meta);
    },
  },
  {
    name: 'carries values of every JSON type',
    async run(harness) {
      const backend = await harness.connect();
      const metas = VALUES.map((value, index) => resultMeta(harness.id(`value-${index}`), value));
      await backend.store(metas.map((meta) => ({ meta })));
      const loaded = await backend.load(metas.map((meta) => meta.task_id));
      for (const [index, meta] of metas.entries()) assertMeta(loaded[index], meta);
    },
  },
  {
    name: 'never rounds an integer beyond 2^53: it is kept exactly, or refused',
    async run(harness) {
      const backend = await harness.connect();
      const id = harness.id('bigint');
      const stored = await backend.store([{ meta: resultMeta(id, { exact: 9_007_199_254_740_993n }) }]).then(
        () => true,
        (error: unknown) => assert(error instanceof Error, 'refused with an error'),
      );
      if (stored !== true) return;
      const { exact } = (await loadOne(backend, id)).result as { exact: unknown };
      assert.equal(exact, 9_007_199_254_740_993n);
    },
  },
  {
    name: 'carries every field of a result',
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('group');
      const meta: ResultMeta = {
        status: 'SUCCESS',
        result: { total: 3 },
        traceback: null,
        children: [
          [[harness.id('child'), [[harness.id('parent'), null], null]], null],
          [[group, null], [[[harness.id('member'), null], null]]],
        ],
        date_done: '2026-01-01T00:00:00+00:00',
        group_id: group,
        parent_id: harness.id('parent'),
        name: 'tasks.größe',
        args: [1, 'zwei', null],
        kwargs: { drei: 3, nested: { a: [] } },
        worker: 'celery@höst',
        retries: 2,
        queue: 'priority.high',
        task_id: harness.id('full'),
      };
      await storeOne(backend, meta);
      assertMeta(await loadOne(backend, meta.task_id), meta);
    },
  },
  {
    name: 'keeps hostile keys of a result as plain data',
    async run(harness) {
      const backend = await harness.connect();
      const id = harness.id('hostile');
      const result: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "n": {"__proto__": 3}}');
      await storeOne(backend, resultMeta(id, result));
      const loaded = (await loadOne(backend, id)).result as { polluted?: unknown };
      assert.deepEqual(Object.keys(loaded).sort(), ['__proto__', 'constructor', 'n']);
      assert.equal(loaded.polluted, undefined, 'nothing is inherited');
      assert.equal(({} as { polluted?: unknown }).polluted, undefined, 'Object.prototype is untouched');
    },
  },
  {
    name: 'takes a result as JSON text',
    async run(harness) {
      const backend = await harness.connect();
      const [plain, unicode] = [
        resultMeta(harness.id('text'), { a: [1, null] }),
        resultMeta(harness.id('utf'), 'grüße "🌱"'),
      ];
      const requests = [plain, unicode].map((meta) => ({ meta, resultText: JSON.stringify(meta.result) }));
      await backend.store(requests);
      for (const meta of [plain, unicode]) assertMeta(await loadOne(backend, meta.task_id), meta);
    },
  },
  {
    name: 'lets another client load a result as soon as it is stored',
    needs: needsShared,
    async run(harness) {
      const [writer, reader] = [await harness.connect(), await harness.connect()];
      for (let round = 0; round < 5; round++) {
        const meta = resultMeta(harness.id(`shared-${round}`), round);
        await storeOne(writer, meta);
        assertMeta(await loadOne(reader, meta.task_id), meta);
      }
    },
  },
  {
    name: 'keeps results for a client that comes later',
    needs: needsShared,
    async run(harness) {
      const writer = await harness.connect();
      const meta = failureMeta(harness.id('later'), 'kept');
      await storeOne(writer, meta);
      const keeper = await harness.connect();
      await writer.close();
      assertMeta(await loadOne(await harness.connect(), meta.task_id), meta);
      assertMeta(await loadOne(keeper, meta.task_id), meta);
    },
  },
  {
    name: 'loads in the order asked for, with gaps and repetitions',
    async run(harness) {
      const backend = await harness.connect();
      const ids = ['a', 'b', 'c', 'd'].map((label) => harness.id(label)) as [string, string, string, string];
      const [a, b, c, unknown] = ids;
      for (const id of [c, a, b]) await storeOne(backend, resultMeta(id, id));
      const loaded = await backend.load([b, unknown, a, b, c]);
      assert.deepEqual(
        loaded.map((meta) => meta?.result),
        [b, undefined, a, b, c],
      );
    },
  },
  {
    name: 'stores and loads 500 results in one call each',
    async run(harness) {
      const backend = await harness.connect();
      const ids = Array.from({ length: 500 }, (_, index) => harness.id(`many-${index}`));
      const report = await backend.store(ids.map((id, index) => ({ meta: resultMeta(id, { index }) })));
      assert.equal(report.outcomes.length, 500);
      assert.deepEqual([...new Set(report.outcomes)], ['stored']);
      const loaded = await backend.load([...ids].reverse());
      assert.deepEqual(
        loaded.map((meta) => (meta?.result as { index: number } | undefined)?.index),
        ids.map((_, index) => 499 - index),
      );
    },
  },
  {
    name: 'forgets results, known or not',
    async run(harness) {
      const backend = await harness.connect();
      const [gone, kept, unknown] = [harness.id('gone'), harness.id('kept'), harness.id('unknown')];
      for (const id of [gone, kept]) await storeOne(backend, resultMeta(id, id));
      await backend.forget([gone, unknown]);
      const [first, second] = await backend.load([gone, kept]);
      assert.deepEqual([first, second?.result], [undefined, kept]);
      await storeOne(backend, failureMeta(gone, 'a forgotten SUCCESS is not final'));
    },
  },
];
