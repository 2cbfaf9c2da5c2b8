import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { failureMeta, resultMeta, storeOne } from '../case-results.ts';
import { WatchInbox } from '../watch-inbox.ts';
import type { BackendCase } from './backend-case.ts';
import { needsShared } from './needs-shared.ts';

/** Long enough that the watcher is idle when the result comes. Milliseconds. */
const IDLE_MS = 30;

/** A watcher learns of every result once, and soon. */
export const watchCases: readonly BackendCase[] = [
  {
    name: 'reports a result that another client stores later, soon',
    needs: needsShared,
    async run(harness) {
      const [watcher, writer] = [await harness.connect(), await harness.connect()];
      const inbox = new WatchInbox(watcher);
      const tookMs: number[] = [];
      for (let round = 0; round < 3; round++) {
        const meta = round === 1 ? failureMeta(harness.id('f'), 'bad') : resultMeta(harness.id(`r${round}`), round);
        inbox.watch.add([meta.task_id]);
        await sleep(IDLE_MS);
        const start = performance.now();
        await storeOne(writer, meta);
        await inbox.reports([meta.task_id], harness.waitMs);
        tookMs.push(performance.now() - start);
        assert.deepEqual([inbox.reported.at(-1)?.status, inbox.reported.length], [meta.status, round + 1]);
      }
      const median = tookMs.sort((a, b) => a - b)[1]!;
      assert(
        median <= harness.noticeMs,
        `took ${Math.round(median)} ms (median of 3), allowed are ${harness.noticeMs}`,
      );
      await inbox.watch.close();
    },
  },
  {
    name: 'reports a result that was ready before it was watched',
    async run(harness) {
      const backend = await harness.connect();
      const id = harness.id('ready');
      await storeOne(backend, resultMeta(id, 'done'));
      const inbox = new WatchInbox(backend);
      inbox.watch.add([id]);
      await inbox.reports([id], harness.waitMs);
      assert.equal(inbox.reported[0]?.result, 'done');
      await inbox.watch.close();
    },
  },
  {
    name: 'reports results of its own client',
    async run(harness) {
      const backend = await harness.connect();
      const ids = [harness.id('own-1'), harness.id('own-2')];
      const inbox = new WatchInbox(backend);
      inbox.watch.add(ids);
      await backend.store(ids.map((id) => ({ meta: resultMeta(id, id) })));
      await inbox.reports(ids, harness.waitMs);
      assert.deepEqual(inbox.ids.sort(), ids.sort());
      await inbox.watch.close();
    },
  },
  {
    name: 'waits until a result is final',
    async run(harness) {
      const backend = await harness.connect();
      const [id, sentinel] = [harness.id('steps'), harness.id('sentinel')];
      const inbox = new WatchInbox(backend);
      inbox.watch.add([id, sentinel]);
      await storeOne(backend, resultMeta(id, { pid: 1 }, { status: 'STARTED', date_done: null }));
      await storeOne(backend, resultMeta(id, { done: 1 }, { status: 'PROGRESS', date_done: null }));
      await storeOne(backend, resultMeta(sentinel, 1));
      await inbox.reports([sentinel], harness.waitMs);
      assert.deepEqual(inbox.ids, [sentinel], 'STARTED and PROGRESS are not reported');
      await storeOne(backend, resultMeta(id, 'final'));
      await inbox.reports([id], harness.waitMs);
      assert.equal(inbox.reported.at(-1)?.result, 'final');
      await inbox.watch.close();
    },
  },
  {
    name: 'reports each of 1,000 results once, though they are stored while it watches',
    needs: needsShared,
    async run(harness) {
      const [watcher, writer] = [await harness.connect(), await harness.connect()];
      const ids = Array.from({ length: 1_000 }, (_, index) => harness.id(`w${index}`));
      const inbox = new WatchInbox(watcher);
      inbox.watch.add(ids);
      for (let at = 0; at < ids.length; at += 100) {
        await writer.store(ids.slice(at, at + 100).map((id) => ({ meta: resultMeta(id, id) })));
      }
      await inbox.reports(ids, harness.waitMs * 2);
      // A second store of the same ids changes nothing, so nothing may be reported again.
      const sentinel = harness.id('sentinel');
      inbox.watch.add([sentinel]);
      await writer.store([...ids.slice(0, 10), sentinel].map((id) => ({ meta: resultMeta(id, id) })));
      await inbox.reports([sentinel], harness.waitMs);
      assert.equal(inbox.reported.length, 1_001);
      assert.equal(inbox.sawEmptyCall, false, 'the callback is never called with nothing');
      await inbox.watch.close();
    },
  },
  {
    name: 'misses no result that is stored around the moment it is added',
    needs: needsShared,
    async run(harness) {
      const [watcher, writer] = [await harness.connect(), await harness.connect()];
      const inbox = new WatchInbox(watcher);
      const ids = Array.from({ length: 60 }, (_, index) => harness.id(`race-${index}`));
      for (const [index, id] of ids.entries()) {
        const stored = index % 3 === 0 ? undefined : storeOne(writer, resultMeta(id, id));
        if (index % 3 === 1) await stored;
        inbox.watch.add([id]);
        await (stored ?? storeOne(writer, resultMeta(id, id)));
      }
      await inbox.reports(ids, harness.waitMs);
      assert.equal(inbox.reported.length, ids.length);
      await inbox.watch.close();
    },
  },
  {
    name: 'reports nothing of removed ids',
    async run(harness) {
      const backend = await harness.connect();
      const [removed, kept] = [harness.id('removed'), harness.id('kept')];
      const inbox = new WatchInbox(backend);
      inbox.watch.add([removed, kept]);
      inbox.watch.remove([removed]);
      await storeOne(backend, resultMeta(removed, 1));
      await storeOne(backend, resultMeta(kept, 2));
      await inbox.reports([kept], harness.waitMs);
      assert.deepEqual(inbox.ids, [kept]);
      await inbox.watch.close();
    },
  },
  {
    name: 'tells two watches of the same id, and ends one without the other',
    async run(harness) {
      const backend = await harness.connect();
      const [first, second] = [harness.id('first'), harness.id('second')];
      const [left, right] = [new WatchInbox(backend), new WatchInbox(backend)];
      for (const inbox of [left, right]) inbox.watch.add([first, second]);
      await storeOne(backend, resultMeta(first, 1));
      for (const inbox of [left, right]) await inbox.reports([first], harness.waitMs);
      await left.watch.close();
      await left.watch.close();
      await storeOne(backend, resultMeta(second, 2));
      await right.reports([second], harness.waitMs);
      assert.deepEqual([left.ids, right.ids], [[first], [first, second]]);
      await right.watch.close();
    },
  },
];
