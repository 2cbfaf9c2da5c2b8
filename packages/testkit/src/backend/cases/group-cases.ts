import assert from 'node:assert/strict';
import type { BackendCapabilities } from '@celeriac/backend';
import type { ResultTuple } from '@celeriac/protocol';
import type { BackendHarness } from '../backend-harness.ts';
import type { BackendCase } from './backend-case.ts';

function needsGroups(_capabilities: BackendCapabilities, harness: BackendHarness): true | string {
  return harness.hasGroups || 'the store keeps no groups';
}

/** Saved groups come back as they were. */
export const groupCases: readonly BackendCase[] = [
  {
    name: 'saves, loads and forgets groups',
    needs: needsGroups,
    async run(harness) {
      const backend = await harness.connect();
      const [group, unknown] = [harness.id('group'), harness.id('unknown')];
      const members: ResultTuple = [
        [group, [['parent', null], null]],
        [
          [['a', null], null],
          [['b', [['a', null], null]], null],
        ],
      ];
      await backend.groups!.save(group, members);
      assert.deepEqual(await backend.groups!.load(group), members);
      assert.equal(await backend.groups!.load(unknown), undefined);
      await backend.groups!.save(group, null);
      assert.equal(await backend.groups!.load(group), undefined);
      await backend.groups!.save(unknown, null);
    },
  },
  {
    name: 'keeps groups and results of the same id apart',
    needs: needsGroups,
    async run(harness) {
      const [writer, reader] = [await harness.connect(), await harness.connect()];
      const id = harness.id('same');
      await writer.groups!.save(id, [[id, null], []]);
      assert.deepEqual(await reader.load([id]), [undefined]);
      await reader.forget([id]);
      assert.deepEqual(await reader.groups!.load(id), [[id, null], []]);
      await writer.groups!.save(id, null);
    },
  },
];
