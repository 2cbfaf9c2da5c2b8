import assert from 'node:assert/strict';
import { rejectsWith } from '../../conformance/rejects-with.ts';
import { until } from '../../conformance/within.ts';
import { assertMeta, loadOne, resultMeta, storeOne } from '../case-results.ts';
import type { BackendCase } from './backend-case.ts';

/** Clients come and go, and old results with time. */
export const upkeepCases: readonly BackendCase[] = [
  {
    name: 'describes itself',
    async run(harness) {
      const backend = await harness.create();
      const { capabilities, name, url } = backend;
      assert.match(name, /^[a-z][a-z0-9-]*$/, 'name');
      assert.equal(typeof url, 'string', 'url');
      assert(['native', 'cleanup', 'none'].includes(capabilities.expiry), 'expiry');
      assert(['push', 'poll'].includes(capabilities.wakeUp), 'wakeUp');
      for (const flag of ['durable', 'shared'] as const) assert.equal(typeof capabilities[flag], 'boolean', flag);
    },
  },
  {
    name: 'closes before it was connected, and twice',
    async run(harness) {
      const never = await harness.create();
      await never.close();
      await never.close();
      const used = await harness.connect();
      await storeOne(used, resultMeta(harness.id('used'), 1));
      await Promise.all([used.close(), used.close()]);
      await used.close();
      assert.equal(typeof (await harness.connect()).name, 'string', 'another client still connects');
    },
  },
  {
    name: 'closes while results are being watched',
    async run(harness) {
      const [watcher, writer] = [await harness.connect(), await harness.connect()];
      const id = harness.id('orphan');
      const reported: unknown[] = [];
      watcher.watch((metas) => void reported.push(...metas)).add([id]);
      await watcher.close();
      await storeOne(writer, resultMeta(id, 1));
      assert.deepEqual(reported, []);
    },
  },
  {
    name: 'drops expired results on cleanup, and only those',
    needs: ({ expiry }) => expiry === 'cleanup' || `results expire by "${expiry}"`,
    async run(harness) {
      const { clock, expiryMs } = harness;
      const keeper = await harness.connect({ clock });
      const brief = await harness.connect({ clock, resultExpiresMs: expiryMs });
      const [old, young, kept] = [harness.id('old'), harness.id('young'), harness.id('kept')];
      const doneNow = (): string => new Date(clock.now()).toISOString().replace('Z', '000+00:00');
      await storeOne(brief, resultMeta(old, 1, { date_done: doneNow() }));
      await harness.pass(expiryMs + 50);
      await storeOne(brief, resultMeta(young, 2, { date_done: doneNow() }));
      assert((await brief.cleanup()) >= 1, 'cleanup tells how many it dropped');
      assert.deepEqual(await keeper.load([old]), [undefined], 'the expired one is gone');
      assertMeta(await loadOne(keeper, young), resultMeta(young, 2, { date_done: doneNow() }));
      const lasting = await harness.connect({ clock, resultExpiresMs: undefined });
      await storeOne(lasting, resultMeta(kept, 3, { date_done: doneNow() }));
      await harness.pass(expiryMs + 50);
      await lasting.cleanup();
      assert.equal((await loadOne(lasting, kept)).result, 3, 'without an expiry nothing is dropped');
    },
  },
  {
    name: 'lets expired results go by itself',
    needs: ({ expiry }) => expiry === 'native' || `results expire by "${expiry}"`,
    async run(harness) {
      const { clock, expiryMs } = harness;
      const brief = await harness.connect({ clock, resultExpiresMs: expiryMs });
      const id = harness.id('brief');
      await storeOne(brief, resultMeta(id, 1));
      await harness.pass(expiryMs + 50);
      const isGone = async (): Promise<boolean> => (await brief.load([id]))[0] === undefined;
      await until(isGone, harness.waitMs, 'the expired result is gone');
      assert.equal(await brief.cleanup(), 0, 'cleanup has nothing to do');
    },
  },
  {
    name: 'refuses joint work of another database',
    async run(harness) {
      const backend = await harness.connect();
      const id = harness.id('foreign');
      const joint = { domain: 'conformance:elsewhere', statement: { sql: 'DELETE FROM everything', parameters: [] } };
      await rejectsWith(
        () => backend.store([{ meta: resultMeta(id, 1), guard: 'g' }], joint),
        'CLR_FOREIGN_JOINT_WORK',
      );
      assert.deepEqual(await backend.load([id]), [undefined], 'and stores nothing');
    },
  },
];
