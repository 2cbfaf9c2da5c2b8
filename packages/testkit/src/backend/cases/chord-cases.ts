import assert from 'node:assert/strict';
import type { Backend, BackendCapabilities, ChordPart, ChordProgress } from '@celeriac/backend';
import { plainValue } from '../../conformance/plain-value.ts';
import type { BackendHarness } from '../backend-harness.ts';
import type { BackendCase } from './backend-case.ts';

function needsChords(_capabilities: BackendCapabilities, harness: BackendHarness): true | string {
  return harness.hasChords || 'the store cannot join chords by itself';
}

function part(groupId: string, index: number | null, result: unknown = index): ChordPart {
  return { groupId, taskId: `${groupId}-task-${index ?? String(result)}`, index, status: 'SUCCESS', result };
}

function join(backend: Backend, one: ChordPart): Promise<ChordProgress> {
  return backend.chords!.join(one);
}

function resultsOf(progress: ChordProgress): unknown {
  return progress.parts?.map((one) => plainValue(one.result));
}

/** The parts of a chord are given once, to one caller, when all distinct members are there. */
export const chordCases: readonly BackendCase[] = [
  {
    name: 'gives the parts with the last distinct member, in header order',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('chord');
      await backend.chords!.open(group, 4);
      for (const [step, index] of [2, 0, 3].entries()) {
        const progress = await join(backend, part(group, index, { from: index }));
        assert.deepEqual([progress.done, progress.size, progress.parts], [step + 1, 4, undefined]);
      }
      const last = await join(backend, part(group, 1, { from: 1 }));
      assert.deepEqual([last.done, last.size], [4, 4]);
      assert.deepEqual(
        resultsOf(last),
        [0, 1, 2, 3].map((from) => plainValue({ from })),
      );
      assert.deepEqual(
        last.parts?.map(({ taskId, index, status }) => [taskId, index, status]),
        [0, 1, 2, 3].map((index) => [`${group}-task-${index}`, index, 'SUCCESS']),
      );
    },
  },
  {
    name: 'counts members, not completions: a repeated one neither fires early nor overshoots',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('repeat');
      await backend.chords!.open(group, 3);
      for (let time = 0; time < 4; time++) {
        const again = await join(backend, part(group, 0));
        assert.deepEqual([again.done, again.parts], [1, undefined], `completion ${time + 1} of the same member`);
      }
      await join(backend, part(group, 1));
      const repeated = await join(backend, part(group, 1));
      assert.deepEqual([repeated.done, repeated.parts], [2, undefined]);
      assert.deepEqual(resultsOf(await join(backend, part(group, 2))), [0, 1, 2]);
    },
  },
  {
    name: 'waits for members that were added later',
    needs: (capabilities, harness) =>
      harness.growsChords ? needsChords(capabilities, harness) : 'the size of a chord is fixed',
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('grown');
      await backend.chords!.open(group, 2);
      await join(backend, part(group, 0));
      await backend.chords!.grow!(group, 2);
      await join(backend, part(group, 1));
      const third = await join(backend, { ...part(group, 1, 'added'), taskId: `${group}-added-a` });
      assert.deepEqual([third.done, third.size, third.parts], [3, 4, undefined]);
      const last = await join(backend, { ...part(group, 1, 'too'), taskId: `${group}-added-b` });
      assert.deepEqual([last.done, last.size, last.parts?.length], [4, 4, 4]);
      await backend.chords!.close(group);
      await backend.chords!.grow!(group, 1);
      assert.deepEqual((await join(backend, part(group, 0))).parts, undefined, 'a closed chord stays closed');
    },
  },
  {
    name: 'gives the parts once',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('once');
      await backend.chords!.open(group, 2);
      await join(backend, part(group, 0));
      assert.deepEqual(resultsOf(await join(backend, part(group, 1))), [0, 1]);
      for (const index of [0, 1]) {
        assert.equal((await join(backend, part(group, index))).parts, undefined, 'a repeated completion gets none');
      }
    },
  },
  {
    name: 'gives the parts to exactly one of many concurrent callers',
    needs: (capabilities, harness) =>
      capabilities.shared ? needsChords(capabilities, harness) : 'results are not shared',
    async run(harness) {
      const clients = [await harness.connect(), await harness.connect()];
      for (let round = 0; round < 5; round++) {
        const group = harness.id(`race-${round}`);
        await clients[0]!.chords!.open(group, 20);
        const joins = Array.from({ length: 20 }, (_, index) => join(clients[index % 2]!, part(group, index)));
        // Every member completes a second time, on the other client.
        joins.push(...Array.from({ length: 20 }, (_, index) => join(clients[(index + 1) % 2]!, part(group, index))));
        const given = (await Promise.all(joins)).filter((progress) => progress.parts !== undefined);
        assert.equal(given.length, 1, 'one caller gets the parts');
        assert.deepEqual(
          resultsOf(given[0]!),
          Array.from({ length: 20 }, (_, index) => index),
        );
      }
    },
  },
  {
    name: 'keeps failed members with their exceptions',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('failed');
      const result = { exc_type: 'ValueError', exc_message: ['bad'], exc_module: 'builtins' };
      await backend.chords!.open(group, 2);
      await join(backend, { ...part(group, 1), status: 'FAILURE', result });
      const { parts } = await join(backend, part(group, 0));
      assert.deepEqual(
        parts?.map((one) => one.status),
        ['SUCCESS', 'FAILURE'],
      );
      assert.deepEqual(plainValue(parts?.[1]?.result), plainValue(result));
    },
  },
  {
    name: 'takes members without a position',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('unplaced');
      await backend.chords!.open(group, 3);
      for (const name of ['b', 'a']) assert.equal((await join(backend, part(group, null, name))).parts, undefined);
      const { parts } = await join(backend, part(group, null, 'c'));
      assert.deepEqual(parts?.map((one) => one.result).sort(), ['a', 'b', 'c']);
      assert.deepEqual(
        parts?.map((one) => one.index),
        [null, null, null],
      );
    },
  },
  {
    name: 'does not know the size of a chord that was never opened',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const progress = await join(backend, part(harness.id('unopened'), 0));
      assert.deepEqual([progress.size, progress.parts], [undefined, undefined]);
    },
  },
  {
    name: 'lets a chord be opened again with another size',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('resized');
      await backend.chords!.open(group, 5);
      await join(backend, part(group, 0));
      await backend.chords!.open(group, 2);
      const last = await join(backend, part(group, 1));
      assert.deepEqual([last.size, resultsOf(last)], [2, [0, 1]]);
    },
  },
  {
    name: 'gives no parts after the body was sent',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('closed');
      await backend.chords!.open(group, 2);
      await join(backend, part(group, 0));
      assert.notEqual((await join(backend, part(group, 1))).parts, undefined);
      await backend.chords!.close(group);
      await backend.chords!.close(group);
      for (const index of [0, 1]) assert.equal((await join(backend, part(group, index))).parts, undefined);
    },
  },
  {
    name: 'gives the parts again when the caller that got them did not send the body in time',
    needs: (capabilities, harness) =>
      harness.movesClock ? needsChords(capabilities, harness) : 'the clock cannot be moved',
    async run(harness) {
      const backend = await harness.connect({ clock: harness.clock });
      const group = harness.id('claim');
      await backend.chords!.open(group, 2);
      await join(backend, part(group, 0));
      assert.deepEqual(resultsOf(await join(backend, part(group, 1))), [0, 1]);
      await harness.pass(harness.chordClaimMs / 2);
      assert.equal((await join(backend, part(group, 1))).parts, undefined, 'the claim stands');
      await harness.pass(harness.chordClaimMs / 2 + 1);
      assert.deepEqual(resultsOf(await join(backend, part(group, 1))), [0, 1], 'the claim has ended');
    },
  },
  {
    name: 'joins 1,000 members',
    needs: needsChords,
    async run(harness) {
      const backend = await harness.connect();
      const group = harness.id('large');
      await backend.chords!.open(group, 1_000);
      let given: ChordProgress | undefined;
      for (let at = 0; at < 1_000; at += 100) {
        const joins = Array.from({ length: 100 }, (_, step) => join(backend, part(group, at + step)));
        for (const progress of await Promise.all(joins)) if (progress.parts !== undefined) given = progress;
      }
      assert.deepEqual(
        given?.parts?.map((one) => one.index),
        Array.from({ length: 1_000 }, (_, index) => index),
      );
    },
  },
];
