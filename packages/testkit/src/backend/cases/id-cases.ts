import assert from 'node:assert/strict';
import { isCeleriacError } from '@celeriac/protocol';
import { assertMeta, failureMeta, loadOne, resultMeta, storeOne } from '../case-results.ts';
import type { BackendCase } from './backend-case.ts';

const HOSTILE: readonly string[] = [
  '../../etc/passwd',
  'a*b[c]?',
  `'; DROP TABLE results; --`,
  '"quoted"\\',
  '\r\nSET injected 1\r\n',
  '%s%n%00',
  '__proto__',
  'constructor',
  'ünïcode-鍵-🌱',
  'with space',
  'a:b/c.d',
  'A:B/C.D',
];

/** Ids are data, whatever they look like (M13). */
export const idCases: readonly BackendCase[] = [
  {
    name: 'takes ids that look like paths, patterns, SQL or commands as plain data (M13)',
    async run(harness) {
      const backend = await harness.connect();
      const base = harness.id('hostile');
      const ids = HOSTILE.map((text) => `${base}${text}`);
      const neighbour = harness.id('hostile-neighbour');
      await storeOne(backend, resultMeta(neighbour, 'untouched'));
      for (const id of ids) await storeOne(backend, resultMeta(id, `value of ${id}`));
      for (const id of ids) assertMeta(await loadOne(backend, id), resultMeta(id, `value of ${id}`));
      for (const id of ids) {
        await backend.forget([id]);
        assert.deepEqual(await backend.load([id]), [undefined], `${JSON.stringify(id)} is forgotten`);
      }
      assertMeta(await loadOne(backend, neighbour), resultMeta(neighbour, 'untouched'));
    },
  },
  {
    name: 'takes an id as the whole id: no prefix, pattern or case stands for another',
    async run(harness) {
      const backend = await harness.connect();
      const id = harness.id('Whole');
      await storeOne(backend, resultMeta(id, 1));
      const others = [`${id}x`, id.slice(0, -1), id.toLowerCase(), id.replace('W', '?'), `${id}*`, ` ${id}`, `${id} `];
      assert.deepEqual(
        await backend.load(others),
        others.map(() => undefined),
      );
    },
  },
  {
    name: 'takes ids that are names of every object',
    async run(harness) {
      const backend = await harness.connect();
      const ids = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
      await backend.forget(ids);
      assert.deepEqual(await backend.load(ids), [undefined, undefined, undefined, undefined]);
      for (const id of ids) await storeOne(backend, resultMeta(id, id));
      const loaded = await backend.load(ids);
      await backend.forget(ids);
      assert.deepEqual(
        loaded.map((meta) => meta?.result),
        ids,
      );
      assert.deepEqual(await backend.load(ids), [undefined, undefined, undefined, undefined]);
    },
  },
  {
    name: 'takes an id of 255 characters, and refuses a longer or empty one',
    async run(harness) {
      const backend = await harness.connect();
      const longest = harness.id('long').padEnd(255, 'x');
      await storeOne(backend, failureMeta(longest, 'kept'));
      assertMeta(await loadOne(backend, longest), failureMeta(longest, 'kept'));
      await backend.forget([longest]);
      for (const id of ['', 'x'.repeat(256)]) {
        const error = await backend.store([{ meta: resultMeta(id, 1) }]).catch((reason: unknown) => reason);
        assert(isCeleriacError(error), `an id of ${id.length} characters is refused`);
      }
    },
  },
];
