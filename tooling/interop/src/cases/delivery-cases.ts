import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Abilities } from '../python-client.ts';
import type { InteropCase, Scene } from '../scene.ts';

const BURST = 1_000;
const LONG = process.env['CELERIAC_LONG'] === '1';
const SINGLES = LONG ? 50 : 10;
/** The goal for Celeriac's workers is 5 ms, which a machine with other work does not keep. Python's look when they like. */
const SINGLE_LIMIT_MS = 100;

/** Where something was measured, for people. */
const placeOf = ({ setup, direction }: Scene): string =>
  `${setup.stack.name}, Celery ${setup.abilities.version}, ${direction}`;

const compressionCase = (compression: string): InteropCase => ({
  name: `compression ${compression}`,
  except: ({ setup }) => without(setup.abilities, compression),
  run: async (scene) => {
    const text = 'all work and no play '.repeat(500);
    const id = await scene.send('echo', [text], { options: { compression } });
    expect(await scene.value(id)).toEqual({ args: [text], kwargs: {} });
  },
});

function without({ encodings }: Abilities, needed: string): string | undefined {
  return encodings.includes(needed) ? undefined : `this Python has no ${needed}`;
}

/** How messages are packed, ordered and counted. */
export const deliveryCases: readonly InteropCase[] = [
  ...['gzip', 'zlib', 'bzip2', 'zstd'].map(compressionCase),
  {
    name: 'msgpack',
    except: ({ setup }) => without(setup.abilities, 'msgpack'),
    run: async (scene) => {
      const value = { text: 'ünï', list: [1, -1, 1.5, null, true], big: 2 ** 40 };
      const id = await scene.send('echo', [value], { options: { serializer: 'msgpack' } });
      expect(await scene.value(id)).toEqual({ args: [value], kwargs: {} });
    },
  },
  {
    name: 'priorities: what is urgent for the broker runs first',
    run: async (scene) => {
      const { setup } = scene;
      const queue = `${scene.queue}.urgent`;
      // On Redis they go by steps of three.
      const priorities = [9, 0, 6, 3];
      const ids: (readonly [priority: number, id: string])[] = [];
      for (const priority of priorities) {
        ids.push([priority, await scene.send('clock', [], { options: { queue, priority } })]);
      }
      if (scene.worker === 'celeriac') await setup.celeriacWorkerHere(queue);
      else await setup.pythonWorkerHere(queue);
      const runs: { priority: number; at: number }[] = [];
      for (const [priority, id] of ids) runs.push({ priority, at: (await scene.value(id)) as number });
      const order = runs.sort((one, other) => one.at - other.at).map((run) => run.priority);
      // Redis: 0 first, as Celery has it there. AMQP: 9 first.
      const ascending = priorities.toSorted((one, other) => one - other);
      expect(order).toEqual(setup.stack.isAmqp ? ascending.toReversed() : ascending);
    },
  },
  {
    name: 'ignore_result: the task runs and nothing is stored',
    run: async (scene) => {
      const taskId = randomUUID();
      await scene.send('witness', [1], { kwargs: { b: 2 }, options: { taskId, ignoreResult: true } });
      expect(await scene.setup.note(taskId)).toEqual({ by: scene.worker, args: [1], kwargs: { b: 2 } });
      const later = await scene.call('add', [1, 2]);
      expect(later.value).toBe(3);
      const { state } = await scene.caller.state(taskId);
      expect(state).toBe('PENDING');
    },
  },
  {
    name: 'a state of the task’s own, with what it tells, is seen while it runs',
    run: async (scene) => {
      const id = await scene.send('progress');
      await scene.setup.note(`${id}.begun`);
      expect(await scene.caller.state(id)).toEqual({ state: 'PROGRESS', info: { done: 3, of: 10 } });
      scene.setup.letGo(id);
      expect(await scene.value(id)).toBe('went');
    },
  },
  {
    name: 'messages of task protocol 1',
    only: 'Python calls Celeriac',
    run: async (scene) => {
      const { python } = scene.setup;
      const options = { queue: scene.queue };
      const sums = await python.sendOld({ task: 'interop.add', args: [40], kwargs: { y: 2 }, options });
      expect(await scene.value(sums)).toBe(42);
      const late = await python.sendOld({ task: 'interop.clock', options: { ...options, countdown: 0.5 } });
      expect(await scene.value(late)).toBeGreaterThan(0);
      const failing = await python.sendOld({ task: 'interop.fail', args: ['ValueError', 'old'], options });
      expect((await scene.outcome(failing)).error).toMatchObject({ type: 'ValueError', args: ['old'] });
    },
  },
  {
    name: `${BURST} tasks: every result comes back`,
    run: async (scene) => {
      const { count, wrong, sentMs, doneMs } = await scene.caller.burst(scene.queue, BURST);
      console.info(
        `${placeOf(scene)}: ${count} sent in ${Math.round(sentMs)} ms, all results after ${Math.round(doneMs)} ms`,
      );
      expect({ count, wrong }).toEqual({ count: BURST, wrong: 0 });
    },
  },
  {
    name: `${SINGLES} tasks one by one: an idle worker starts each soon`,
    run: async (scene) => {
      const waits = (await scene.caller.oneByOne(scene.queue, SINGLES)).toSorted((one, other) => one - other);
      const [median = Number.NaN, most = Number.NaN] = [waits[Math.floor(SINGLES / 2)], waits.at(-1)];
      console.info(`${placeOf(scene)}: started after ${median.toFixed(1)} ms (median), ${most.toFixed(1)} ms at most`);
      if (scene.worker === 'celeriac') expect(median).toBeLessThan(SINGLE_LIMIT_MS);
    },
  },
];
